using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;

namespace Symbio.Server.Information.FileSystem;

/// <summary>
/// Space on the volume: FileFsSizeInformation ([MS-FSCC] 2.5.8), FileFsFullSizeInformation (2.5.4),
/// FileFsControlInformation (2.5.2) and FileFsPosixInformation ([POSIX-SMB2]).
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

    public static InformationRow PosixRow { get; } = InformationRow.QueryOnly(QueryPosixAsync, minimum: 0);

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

    // FileFsPosixInformation of the SMB 3.1.1 POSIX extensions, only on opens that have them.
    private static async ValueTask<NtStatus> QueryPosixAsync(InformationQuery query)
    {
        if (!query.Open.IsPosix)
            return NtStatus.InvalidInfoClass;
        if (query.Limit < FileFsPosixInformation.MinimumLength)
            return InformationErrors.LengthMismatch(query.Context);
        (NtStatus status, VolumeInfo info) = await QueriedVolume.GetAsync(query).ConfigureAwait(false);
        if (status.IsError)
            return status;
        uint unit = UnitOf(info);
        return query.Reply(new FileFsPosixInformation(
            OptimalTransferSize: uint.MaxValue, unit, info.TotalBytes / unit, info.FreeBytes / unit,
            info.AvailableBytes / unit, info.TotalFiles ?? ulong.MaxValue, info.FreeFiles ?? ulong.MaxValue,
            info.SerialNumber));
    }

    // A store may count in bytes; allocation units are whole sectors.
    private static uint UnitOf(in VolumeInfo info) =>
        Math.Max(QueriedVolume.BytesPerSector, info.BlockSize - (info.BlockSize % QueriedVolume.BytesPerSector));
}
