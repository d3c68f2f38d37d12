using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Security descriptors: stored ones as Samba's vfs_acl_xattr keeps them, and otherwise the POSIX permissions in NT's
/// words. A stored one counts only while the permissions are those it was stored with.
/// </summary>
internal sealed partial class PosixFile
{
    private const uint PermissionBits = 0b111_111_111;
    private const uint ModeBits = 0b111_111_111_111;

    public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
        CancellationToken cancellationToken) => RunAsync(this, static file => file.GetSecurityDescriptor());

    public ValueTask<NtStatus> SetSecurityDescriptorAsync(
        ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken) =>
        ReadsForks || MayHang
            ? _store.Options.Scheduler.RunAsync(
                (File: this, descriptor, caller), static s => s.File.SetSecurityDescriptor(s.descriptor, s.caller))
            : new(SetSecurityDescriptor(descriptor, caller));

    private (NtStatus Status, ReadOnlyMemory<byte> Descriptor) GetSecurityDescriptor()
    {
        using var lease = _handle.Lease();
        var errno = _volume.Inodes.ReadSecurity(lease.Fd, out var security);
        if (errno != Errno.None)
            return (errno.ToNtStatus(), default);
        return (NtStatus.Success, security!.Stored ?? MadeUpDescriptor(security).ToArray());
    }

    private SecurityDescriptor MadeUpDescriptor(InodeSecurity security) =>
        PosixAclMapping.ToDescriptor(security.Posix, _store.Identities, _store.Options.DirectoryMode);

    /// <param name="applies">The kernel is to grant what it grants; false: the mode is to stay as it is.</param>
    private NtStatus SetSecurityDescriptor(ReadOnlyMemory<byte> bytes, StoreCaller caller, bool applies = true)
    {
        if (!SecurityDescriptor.TryRead(bytes, out var descriptor))
            return NtStatus.InvalidSecurityDescr;
        if (!HasXattrs)
            return NtStatus.NotSupported;
        using var lease = _handle.Lease();
        var errno = PosixSecurity.Read(lease.Fd, out var security);
        if (errno == Errno.None && applies && _store.Account.CanImpersonate)
        {
            errno = ApplyToPosix(lease.Fd, descriptor, security!, caller);
            if (errno == Errno.None)
                ProtectFork(security!.Uid);
        }

        if (errno == Errno.None)
            errno = PosixSecurity.Read(lease.Fd, out security);
        return errno == Errno.None ? WriteStored(lease.Fd, descriptor, security!) : errno.ToNtStatus();
    }

    /// <summary>
    /// Makes the kernel grant callers what the descriptor grants. Only where calls are made in the name of callers:
    /// without that the service itself could be locked out, and nobody let in.
    /// </summary>
    /// <remarks>
    /// Whom the file may be given to, the server has checked. Its group is as chown(2) has it: nobody but the service names one
    /// that he is not in. To NT a group means nothing; another one is kept in the descriptor alone.
    /// </remarks>
    private Errno ApplyToPosix(int fd, SecurityDescriptor descriptor, PosixSecurity security, StoreCaller caller)
    {
        uint uid = descriptor.Owner is { } owner ? _store.Identities.UserId(owner) ?? security.Uid : security.Uid;
        uint gid = descriptor.Group is { } group ? _store.Identities.GroupId(group) ?? security.Gid : security.Gid;
        if (caller.Uid is not null && gid != caller.Gid && !caller.Groups.Contains(gid))
            gid = security.Gid;
        if (uid != security.Uid || gid != security.Gid)
        {
            var errno = Libc.ChangeOwner(
                fd, uid == security.Uid ? uint.MaxValue : uid, gid == security.Gid ? uint.MaxValue : gid);
            if (errno != Errno.None)
                return errno;
            if (IsDirectory && (security.Mode & SetGroupId) != 0)
            {
                using var scope = _store.Account.EnterGroup(gid);
                errno = scope.IsEntered ? KeepSetGroupId(fd, security.Mode) : Errno.EACCES;
                if (errno != Errno.None)
                    return errno;
            }

            if (!IsDirectory) // chown(2) has taken them away: a program is to run as nobody who did not want that.
                security = security with { Mode = security.Mode & ~(SetUserId | SetGroupId) };
        }

        var access = PosixAclMapping.ToAccessAcl(descriptor, uid, gid, IsDirectory, _store.Identities);
        var failed = WriteAccessAcl(fd, access, security, gid);
        if (failed != Errno.None || !IsDirectory)
            return failed;
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        var inherited = PosixAclMapping.ToDefaultAcl(descriptor, _store.Identities);
        if (inherited is null && security.Default is null)
            return Errno.None;
        failed = inherited is null
            ? Libc.RemoveXattr(path, PosixAcl.DefaultXattr)
            : Libc.SetXattr(path, PosixAcl.DefaultXattr, inherited.ToXattr(), 0);
        return failed is Errno.EOPNOTSUPP or Errno.ENODATA ? Errno.None : failed;
    }

    private Errno WriteAccessAcl(int fd, PosixAcl access, PosixSecurity security, uint gid)
    {
        using var scope = (security.Mode & SetGroupId) != 0
            ? _store.Account.EnterGroup(gid) // It is to stay.
            : _store.Account.Enter(StoreCaller.Service);
        if (!scope.IsEntered)
            return Errno.EACCES;
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        if (!access.IsMinimal || !security.Access.IsMinimal)
        {
            var errno = Libc.SetXattr(path, PosixAcl.AccessXattr, access.ToXattr(), 0);
            if (errno is not Errno.EOPNOTSUPP)
                return errno;
            access = new PosixAcl([.. access.Entries.Where(entry =>
                entry.Tag is PosixAclTag.Owner or PosixAclTag.OwningGroup or PosixAclTag.Other)]);
        }

        uint mode = (security.Mode & ModeBits & ~PermissionBits) | access.ToMode();
        return mode == (security.Mode & ModeBits) ? Errno.None : Libc.ChangeMode(fd, mode);
    }

    private static NtStatus WriteStored(int fd, SecurityDescriptor descriptor, PosixSecurity security)
    {
        byte[] value = new NtAclXattr(descriptor, SystemAclBlob.Hash(security)).Write(
            FileTime.FromDateTimeOffset(DateTimeOffset.UtcNow));
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        var errno = Libc.SetXattr(path, NtAclXattr.TrustedName, value, 0);
        if (errno == Errno.None)
        {
            Libc.RemoveXattr(path, NtAclXattr.UserName); // An older one from a time without the privilege.
            return NtStatus.Success;
        }

        if (NtAclXattr.IsProtected || errno is not (Errno.EPERM or Errno.EACCES))
            return Xattr.WriteStatus(errno);

        // Without CAP_SYS_ADMIN the attribute goes where its owner may write it, unless the other one would outrank it.
        if (Libc.GetXattr(path, NtAclXattr.TrustedName, [], out _) == Errno.None)
            return NtStatus.AccessDenied;
        return Xattr.WriteStatus(Libc.SetXattr(path, NtAclXattr.UserName, value, 0));
    }
}
