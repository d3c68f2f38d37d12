using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;

namespace Symbio.Server.Information.FileSystem;

/// <summary>
/// What the volume is on: FileFsDeviceInformation ([MS-FSCC] 2.5.10) and FileFsSectorSizeInformation (2.5.7).
/// </summary>
internal static class DeviceInformation
{
    private const uint MaxAtomicSector = 4096;

    public static InformationRow DeviceRow { get; } =
        InformationRow.QueryOnly<FileFsDeviceInformation>(QueryDevice, onPipes: true);

    public static InformationRow SectorSizeRow { get; } =
        InformationRow.QueryOnly<FileFsSectorSizeInformation>(QuerySectorSizeAsync);

    private static ValueTask<NtStatus> QueryDevice(InformationQuery query)
    {
        if (query.Open.Pipe is not null)
            return new(query.Reply(new FileFsDeviceInformation(DeviceType.NamedPipe, DeviceCharacteristics.None)));
        var characteristics = DeviceCharacteristics.DeviceIsMounted;
        if (query.Open.Tree.Share.IsReadOnly)
            characteristics |= DeviceCharacteristics.ReadOnlyDevice;
        return new(query.Reply(new FileFsDeviceInformation(DeviceType.Disk, characteristics)));
    }

    private static async ValueTask<NtStatus> QuerySectorSizeAsync(InformationQuery query)
    {
        (NtStatus status, VolumeInfo info) = await QueriedVolume.GetAsync(query).ConfigureAwait(false);
        if (status.IsError)
            return status;
        uint physical = Math.Clamp(info.BlockSize, QueriedVolume.BytesPerSector, MaxAtomicSector);
        var flags = SectorSizeFlags.AlignedDevice | SectorSizeFlags.PartitionAlignedOnDevice;
        if ((query.Open.Tree.Share.Options?.Store.Capabilities & StoreCapabilities.SparseFiles) > 0)
            flags |= SectorSizeFlags.TrimEnabled; // FSCTL_FILE_LEVEL_TRIM makes holes.
        return query.Reply(new FileFsSectorSizeInformation(
            QueriedVolume.BytesPerSector, physical, physical, physical, flags, 0, 0));
    }
}
