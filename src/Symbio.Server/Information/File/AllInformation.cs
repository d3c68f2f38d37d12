using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>FileAllInformation, [MS-FSA] 2.1.5.12.3.</summary>
internal static class AllInformation
{
    public static InformationRow Row { get; } =
        InformationRow.QueryOnly<FileAllInformation>(QueryAsync, AccessMask.ReadAttributes, onPipes: true);

    private static async ValueTask<NtStatus> QueryAsync(InformationQuery query)
    {
        Open open = query.Open;
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        if (status.IsError)
            return status;
        return query.Reply(new FileAllInformation(
            BasicInformation.From(stat),
            StandardInformation.From(open, stat),
            new FileInternalInformation(stat.FileId),
            new FileEaInformation(stat.EaSize),
            new FileAccessInformation(open.GrantedAccess),
            new FilePositionInformation(open.CurrentByteOffset),
            new FileModeInformation(OpenInformation.ModeOf(open)),
            OpenInformation.Alignment,
            new FileNameInformation(NameInformation.NameOf(open))));
    }
}
