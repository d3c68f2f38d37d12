using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Security descriptors.</summary>
internal sealed partial class PosixFile
{
    public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
        CancellationToken cancellationToken) => new(GetSecurityDescriptor());

    public ValueTask<NtStatus> SetSecurityDescriptorAsync(
        ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken) =>
        new(SetSecurityDescriptor(descriptor, caller, isNew: false));

    private (NtStatus, ReadOnlyMemory<byte>) GetSecurityDescriptor()
    {
        using var lease = _handle.Lease();
        var errno = Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat);
        if (errno != Errno.None)
            return (errno.ToNtStatus(), default);
        var descriptor = SecurityDescriptor.Create(_store.Identities.UserSid(stat.Uid), _store.Identities.GroupSid(stat.Gid),
            Ace.Allow(Sid.Everyone, AccessMask.FileAll));
        return (NtStatus.Success, descriptor.ToArray());
    }

    private NtStatus SetSecurityDescriptor(ReadOnlyMemory<byte> descriptor, StoreCaller caller, bool isNew) =>
        SecurityDescriptor.TryRead(descriptor, out _) ? NtStatus.Success : NtStatus.InvalidSecurityDescr;
}
