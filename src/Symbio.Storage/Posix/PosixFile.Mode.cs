using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>chmod(2) and chown(2).</summary>
internal sealed partial class PosixFile
{
    private const uint SetUserId = 0x800;
    private const uint SetGroupId = 0x400;

    public ValueTask<NtStatus> SetPosixAsync(
        PosixChange change, StoreCaller caller, CancellationToken cancellationToken) =>
        ReadsForks || MayHang
            ? _store.Options.Scheduler.RunAsync((File: this, change, caller), static s => s.File.SetPosix(s.change, s.caller))
            : new(SetPosix(change, caller));

    private NtStatus SetPosix(PosixChange change, StoreCaller caller)
    {
        using var lease = _handle.Lease();
        var foreign = ReadForeignDescriptor(lease.Fd);
        uint owner = HasForkFile && Libc.StatFd(lease.Fd, StatxMask.Basic, out var before) == Errno.None ? before.Uid : 0;
        var errno = ChangeAs(caller, lease.Fd, change);
        if (errno == Errno.None)
            ProtectFork(owner);
        if (errno == Errno.None && foreign is not null)
        {
            errno = PosixSecurity.Read(lease.Fd, out var security);
            return errno == Errno.None ? WriteStored(lease.Fd, foreign, security!) : errno.ToNtStatus();
        }

        return errno.ToNtStatus();
    }

    private Errno ChangeAs(StoreCaller caller, int fd, PosixChange change)
    {
        // The kernel lets the service's account do more than who works as it may.
        var read = Libc.StatFd(fd, StatxMask.Basic, out var present);
        if (read != Errno.None)
            return read;
        if (!_store.Account.IsOwn(caller))
        {
            if ((change.Uid ?? present.Uid) != present.Uid || (change.Gid ?? present.Gid) != present.Gid)
                return Errno.EPERM;
            if (!IsDirectory && change.Mode is { } wanted)
                change = change with { Mode = _store.PermittedMode(wanted, caller) };
        }

        using var scope = IsDirectory && _store.Account.IsSelf(caller)
            ? _store.Account.EnterGroup(change.Gid ?? present.Gid)
            : _store.Account.Enter(caller);
        if (!scope.IsEntered)
            return Errno.EACCES;
        var errno = Errno.None;

        // The owner first: chown(2) takes set-uid and set-gid away.
        if (change.Uid is not null || change.Gid is not null)
            errno = Libc.ChangeOwner(fd, change.Uid ?? uint.MaxValue, change.Gid ?? uint.MaxValue);
        if (errno == Errno.None)
            errno = change.Mode is { } mode ? Libc.ChangeMode(fd, mode & ModeBits) : KeepSetGroupId(fd, present.Mode);
        return errno;
    }

    /// <summary>
    /// After chown(2) of a directory: some file systems (XFS of older kernels) take set-gid away there as well, which is what
    /// has new files belong to the group. Within a scope of that group.
    /// </summary>
    private Errno KeepSetGroupId(int fd, uint former)
    {
        if (!IsDirectory || (former & SetGroupId) == 0)
            return Errno.None;
        var errno = Libc.StatFd(fd, StatxMask.Basic, out var stat);
        return errno != Errno.None || (stat.Mode & SetGroupId) != 0 ? errno : Libc.ChangeMode(fd, former & ModeBits);
    }

    /// <summary>
    /// A stored descriptor whose owner is not the one on disk: one account works for several users, and the mode says nothing of
    /// them. A change of the mode must not end it.
    /// </summary>
    private SecurityDescriptor? ReadForeignDescriptor(int fd) =>
        HasXattrs && _volume.Inodes.ReadSecurity(fd, out var security) == Errno.None &&
        security?.Stored is { } bytes && SecurityDescriptor.TryRead(bytes, out var stored) &&
        stored.Owner is { } owner && _store.Identities.UserId(owner) != security.Posix.Uid
            ? stored
            : null;

    /// <summary>
    /// Gives a new object the bits that the service's umask has taken. A default ACL of the directory has masked them already,
    /// in place of any umask.
    /// </summary>
    private NtStatus InitializeMode(int fd, uint mode, StoreCaller caller)
    {
        var errno = PosixSecurity.Read(fd, out var security);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        if (!security!.Access.IsMinimal)
            return NtStatus.Success;
        uint wanted = mode & ModeBits;
        uint inherited = IsDirectory ? security.Mode & SetGroupId : 0;
        wanted |= inherited;
        if (wanted == (security.Mode & ModeBits))
            return NtStatus.Success;

        // As the caller, from whom the kernel takes set-gid of a group that is not his. A directory that has inherited it keeps it.
        using var scope = inherited != 0 ? _store.Account.EnterGroup(security.Gid) : _store.Account.Enter(caller);
        return scope.IsEntered ? Libc.ChangeMode(fd, wanted).ToNtStatus() : NtStatus.AccessDenied;
    }
}
