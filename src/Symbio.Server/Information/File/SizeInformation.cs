using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Notifications;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>
/// Sizes: FileEndOfFileInformation ([MS-FSA] 2.1.5.15.5), FileAllocationInformation (2.1.5.15.1),
/// FileValidDataLengthInformation (2.1.5.15.14) and FileCompressionInformation (2.1.5.12.8).
/// </summary>
internal static class SizeInformation
{
    public static InformationRow EndOfFileRow { get; } =
        InformationRow.SetOnly<FileEndOfFileInformation>(SetEndOfFileAsync, AccessMask.WriteData);

    public static InformationRow AllocationRow { get; } =
        InformationRow.SetOnly<FileAllocationInformation>(SetAllocationAsync, AccessMask.WriteData);

    public static InformationRow ValidDataLengthRow { get; } =
        InformationRow.SetOnly<FileValidDataLengthInformation>(SetValidDataLengthAsync, AccessMask.WriteData);

    public static InformationRow CompressionRow { get; } =
        InformationRow.QueryOnly<FileCompressionInformation>(QueryCompressionAsync);

    private static async ValueTask<NtStatus> SetEndOfFileAsync(InformationSet set, FileEndOfFileInformation wanted)
    {
        if (set.Open.IsDirectory || wanted.EndOfFile < 0)
            return NtStatus.InvalidParameter;
        NtStatus status = await set.Context.ContendAsync(set.Open, Oplock.DataCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        status = await set.Open
            .WriteAsync(file => file.SetEndOfFileAsync((ulong)wanted.EndOfFile, CancellationToken.None)).ConfigureAwait(false);
        return await FinishAsync(set, status).ConfigureAwait(false);
    }

    private static async ValueTask<NtStatus> SetAllocationAsync(InformationSet set, FileAllocationInformation wanted)
    {
        if (set.Open.IsDirectory || wanted.AllocationSize < 0)
            return NtStatus.InvalidParameter;
        NtStatus status = await set.Context.ContendAsync(set.Open, Oplock.DataCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        status = await set.Open
            .WriteAsync(file => file.SetAllocationAsync((ulong)wanted.AllocationSize, CancellationToken.None)).ConfigureAwait(false);
        return await FinishAsync(set, status).ConfigureAwait(false);
    }

    // Our stores show zeros, never what was on the disk before: there is nothing to make valid, but the rules hold.
    private static async ValueTask<NtStatus> SetValidDataLengthAsync(
        InformationSet set, FileValidDataLengthInformation wanted)
    {
        if (!set.Token.HasPrivilege(TokenPrivileges.ManageVolume))
            return NtStatus.PrivilegeNotHeld;
        if (set.Open.IsDirectory || wanted.ValidDataLength < 0)
            return NtStatus.InvalidParameter;
        (NtStatus status, FileStat stat) = await set.Open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        return (ulong)wanted.ValidDataLength > stat.EndOfFile ? NtStatus.InvalidParameter : NtStatus.Success;
    }

    private static async ValueTask<NtStatus> QueryCompressionAsync(InformationQuery query)
    {
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        return status.IsError
            ? status
            : query.Reply(new FileCompressionInformation((long)stat.EndOfFile, CompressionFormat.None, 0, 0, 0));
    }

    private static async ValueTask<NtStatus> FinishAsync(InformationSet set, NtStatus status)
    {
        await RequestContext.ContendAgainAsync(set.Open).ConfigureAwait(false);
        if (status.IsError)
            return status;
        set.Open.Resized();
        return status;
    }
}
