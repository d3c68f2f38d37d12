using System.Buffers.Binary;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_GET_OBJECT_ID and FSCTL_CREATE_OR_GET_OBJECT_ID, [MS-FSA] 2.1.5.10.13 and 2.1.5.10.1. Every file has an id from
/// the start: it follows from what identifies the volume and the file, so it is stable and nothing has to be stored.
/// </summary>
internal static class GetObjectId
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        if (call.MaxOutput < FileObjectIdBuffer.MinimumLength)
            return NtStatus.InvalidParameter;
        Open open = call.Open;
        (NtStatus status, VolumeInfo volume) = await open.Tree.Share.Store
            .GetVolumeInfoAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        Guid id = IdOf(open.File.Key, volume.VolumeId);
        return call.Reply(new FileObjectIdBuffer(id, volume.VolumeId, id, Guid.Empty));
    }

    private static Guid IdOf(FileKey key, Guid volumeId)
    {
        Span<byte> bytes = stackalloc byte[16];
        volumeId.TryWriteBytes(bytes);
        ulong volume = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, key.FileId);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], volume ^ key.Generation);
        return new Guid(bytes);
    }
}
