using Symbio.Protocol;
using Symbio.Protocol.Dtyp;

namespace Symbio.Storage;

/// <summary>What there is to know of an object before it may be used: what it is, and who may do what to it.</summary>
/// <param name="Status">How <paramref name="Stat"/> was come by; nothing else counts when it is an error.</param>
/// <param name="Stat">As <see cref="IStoreFile.GetStatAsync"/> has it.</param>
/// <param name="SecurityStatus">How <paramref name="Descriptor"/> was come by.</param>
/// <param name="Descriptor">As <see cref="IStoreFile.GetSecurityDescriptorAsync"/> has it, read.</param>
public readonly record struct StoreInspection(
    NtStatus Status, FileStat Stat, NtStatus SecurityStatus, SecurityDescriptor? Descriptor)
{
    /// <summary>What was not seen.</summary>
    public static StoreInspection Failed(NtStatus status) => new(status, default, status, null);

    /// <summary>With a descriptor in bytes. One that cannot be understood lets nobody in.</summary>
    public static StoreInspection Of(in FileStat stat, NtStatus securityStatus, ReadOnlyMemory<byte> descriptor)
    {
        if (securityStatus.IsError)
            return new(NtStatus.Success, stat, securityStatus, null);
        return SecurityDescriptor.TryRead(descriptor, out var read)
            ? new(NtStatus.Success, stat, NtStatus.Success, read)
            : new(NtStatus.Success, stat, NtStatus.InvalidSecurityDescr, null);
    }
}
