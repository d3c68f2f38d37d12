using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// What an object's xattrs say, as of a ctime. Every change of an xattr, of the mode or of the owner moves the ctime: as long
/// as that stays, so do these.
/// </summary>
/// <param name="HasAcls">It has POSIX ACLs, or the file system does not list them.</param>
/// <param name="HasDescriptor">As <paramref name="HasAcls"/>, of a stored security descriptor.</param>
internal sealed record InodeFacts(
    ulong Device, ulong Inode, StatxTime ChangeTime, DosAttributes Dos, uint EaSize, bool HasAcls, bool HasDescriptor)
{
    /// <summary>Owner, permissions and descriptor; read by the first who asks.</summary>
    public InodeSecurity? Security { get; set; }

    public bool IsOf(in Statx stat) =>
        Inode == stat.Inode && Device == stat.Device && ChangeTime.Seconds == stat.ChangeTime.Seconds &&
        ChangeTime.Nanoseconds == stat.ChangeTime.Nanoseconds;
}

/// <summary>Who may do what to an object.</summary>
/// <param name="Stored">The stored descriptor, where there is one that counts.</param>
internal sealed record InodeSecurity(PosixSecurity Posix, ReadOnlyMemory<byte>? Stored);
