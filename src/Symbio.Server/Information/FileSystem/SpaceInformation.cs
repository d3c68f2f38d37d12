using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;

namespace Symbio.Server.Information.FileSystem;

/// <summary>
/// Space on the volume: FileFsSizeInformation ([MS-FSCC] 2.5.8), FileFsFullSizeInformation (2.5.4) and
/// FileFsControlInformation (2.5.2).
/// </summary>
internal static class SpaceInformation
{
    private const long NoLimit = -1;

    public static InformationRow SizeRow { get; } =
        InformationRow.QueryOnly<FileFsSizeInformation>(QuerySizeAsync, onPipes: true);

    public static InformationRow FullSizeRow { get; } =
        InformationRow.QueryOnly<FileFsFullSizeInformation>(QueryFullSizeAsync, onPipes: true);

    /// <summary>Quotas, where the volume keeps them; a new account has no limit.</summary>
    public static InformationRow ControlRow { get; } = InformationRow.QueryOnly<FileFsControlInformation>(
        static query => new(query.Reply(new FileFsControlInformation(
            FreeSpaceStartFiltering: 0, FreeSpaceThreshold: 0, FreeSpaceStopFiltering: 0,
            DefaultQuotaThreshold: NoLimit, DefaultQuotaLimit: NoLimit,
            KeepsQuotas(query) ? FileSystemControlFlags.QuotaTrack | FileSystemControlFlags.QuotaEnforce : 0))));

    private static bool KeepsQuotas(InformationQuery query) =>
        query.Open.Pipe is null && (query.Open.Tree.Share.Store.Capabilities & StoreCapabilities.Quotas) != 0;

    private static async ValueTask<NtStatus> QuerySizeAsync(InformationQuery query)
    {
        (NtStatus status, VolumeInfo info) = await QueriedVolume.GetAsync(query).ConfigureAwait(false);
        if (status.IsError)
            return status;
        uint unit = UnitOf(info);
        return query.Reply(new FileFsSizeInformation(
            (long)(info.TotalBytes / unit), (long)(info.AvailableBytes / unit),
            unit / QueriedVolume.BytesPerSector, QueriedVolume.BytesPerSector));
    }

    private static async ValueTask<NtStatus> QueryFullSizeAsync(InformationQuery query)
    {
        (NtStatus status, VolumeInfo info) = await QueriedVolume.GetAsync(query).ConfigureAwait(false);
        if (status.IsError)
            return status;
        uint unit = UnitOf(info);
        return query.Reply(new FileFsFullSizeInformation(
            (long)(info.TotalBytes / unit), (long)(info.AvailableBytes / unit), (long)(info.FreeBytes / unit),
            unit / QueriedVolume.BytesPerSector, QueriedVolume.BytesPerSector));
    }

    // A store may count in bytes; allocation units are whole sectors.
    private static uint UnitOf(in VolumeInfo info) =>
        Math.Max(QueriedVolume.BytesPerSector, info.BlockSize - (info.BlockSize % QueriedVolume.BytesPerSector));
}
