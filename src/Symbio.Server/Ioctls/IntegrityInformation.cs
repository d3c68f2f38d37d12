using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_GET_INTEGRITY_INFORMATION and FSCTL_SET_INTEGRITY_INFORMATION(_EX), [MS-FSA] 2.1.5.10.12, .36 and .37: whether a
/// file's data has checksums. Only volumes that clone blocks are asked, as ReFS is: clients want to know that the two files
/// agree. What the file system below does is its own business, so that there is no integrity to speak of.
/// </summary>
internal static class IntegrityInformation
{
    private const ushort NoChecksum = 0; // CHECKSUM_TYPE_NONE
    private const ushort Unchanged = 0xFFFF; // CHECKSUM_TYPE_UNCHANGED
    private const ushort Crc32 = 1;
    private const ushort Crc64 = 2;

    public static async ValueTask<NtStatus> GetAsync(FsctlCall call)
    {
        if (!IsServed(call.Open))
            return NtStatus.InvalidDeviceRequest;
        if (call.MaxOutput < GetIntegrityInformationBuffer.MinimumLength)
            return NtStatus.InvalidParameter;
        (NtStatus status, VolumeInfo volume) = await call.Open.Tree.Share.Store
            .GetVolumeInfoAsync(CancellationToken.None).ConfigureAwait(false);
        return status.IsError
            ? status
            : call.Reply(new GetIntegrityInformationBuffer(
                NoChecksum, Flags: 0, ChecksumChunkSizeInBytes: 0, ClusterSizeInBytes: volume.BlockSize));
    }

    public static ValueTask<NtStatus> SetAsync(FsctlCall call)
    {
        NtStatus status = CheckSet(call.Open);
        if (status != NtStatus.Success)
            return new(status);
        if (!call.TryReadInput(out SetIntegrityInformationBuffer request)
            || request.ChecksumAlgorithm is not (NoChecksum or Crc32 or Crc64 or Unchanged))
        {
            return new(NtStatus.InvalidParameter);
        }

        return new(request.ChecksumAlgorithm is NoChecksum or Unchanged ? call.Reply() : NtStatus.NotSupported);
    }

    public static ValueTask<NtStatus> SetExAsync(FsctlCall call)
    {
        NtStatus status = CheckSet(call.Open);
        if (status != NtStatus.Success)
            return new(status);
        if (!call.TryReadInput(out SetIntegrityInformationBufferEx request) || request.Version != 1)
            return new(NtStatus.InvalidParameter);
        bool enables = request.EnableIntegrity && !request.KeepIntegrityStateUnchanged;
        return new(enables ? NtStatus.NotSupported : call.Reply());
    }

    private static NtStatus CheckSet(Open open)
    {
        if (!IsServed(open))
            return NtStatus.InvalidDeviceRequest;
        if (open.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        return (open.GrantedAccess & (AccessMask.WriteData | AccessMask.WriteAttributes)) == 0
            ? NtStatus.AccessDenied
            : NtStatus.Success;
    }

    private static bool IsServed(Open open) => (open.Tree.Share.Store.Capabilities & StoreCapabilities.BlockCloning) != 0;
}
