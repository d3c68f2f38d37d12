using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>Ids of a file: FileInternalInformation ([MS-FSA] 2.1.5.12.17) and FileIdInformation (2.1.5.12.16).</summary>
internal static class IdentityInformation
{
    public static InformationRow InternalRow { get; } =
        InformationRow.QueryOnly<FileInternalInformation>(QueryInternalAsync, onPipes: true);

    public static InformationRow IdRow { get; } = InformationRow.QueryOnly<FileIdInformation>(QueryIdAsync);

    private static async ValueTask<NtStatus> QueryInternalAsync(InformationQuery query)
    {
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        return status.IsError ? status : query.Reply(new FileInternalInformation(stat.FileId));
    }

    // [MS-SMB2] 3.3.5.20.1: only in the 3.x family.
    private static async ValueTask<NtStatus> QueryIdAsync(InformationQuery query)
    {
        if (query.Context.Connection.Dialect < Dialect.Smb300)
            return NtStatus.NotSupported;
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        return status.IsError ? status : query.Reply(new FileIdInformation(query.Open.File.Key.Volume, stat.FileId));
    }
}
