using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>A security descriptor that is stored with its object, as Samba's vfs_acl_xattr does it.</summary>
internal static class StoredDescriptor
{
    /// <summary>
    /// Reads it. One that cannot be understood, or whose object was given other permissions since, is passed over, as Samba
    /// does: what an administrator said with chmod last is what counts.
    /// </summary>
    public static Errno Read(ReadOnlySpan<byte> path, PosixSecurity security, out ReadOnlyMemory<byte>? descriptor)
    {
        descriptor = null;
        var errno = Xattr.Get(path, NtAclXattr.TrustedName, out byte[] value);
        if (errno == Errno.ENODATA && !NtAclXattr.IsProtected)
            errno = Xattr.Get(path, NtAclXattr.UserName, out value);
        if (errno != Errno.None) // EACCES: user attributes are read by who may read the data.
            return errno is Errno.ENODATA or Errno.EACCES ? Errno.None : errno;
        if (!NtAclXattr.TryRead(value, out var acl) ||
            (!acl.Value.SystemAclHash.IsEmpty &&
                !acl.Value.SystemAclHash.Span.SequenceEqual(SystemAclBlob.Hash(security))))
        {
            return Errno.None;
        }

        // The flag means one that is made up, and this one is not.
        var stored = acl.Value.Descriptor;
        stored = stored with { Control = stored.Control & ~SecurityDescriptorControl.DaclDefaulted };
        descriptor = stored.ToArray();
        return Errno.None;
    }
}
