using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>FileStandardInformation, [MS-FSA] 2.1.5.12.29.</summary>
internal static class StandardInformation
{
    public static InformationRow Row { get; } =
        InformationRow.QueryOnly<FileStandardInformation>(QueryAsync, onPipes: true);

    public static FileStandardInformation From(Open open, in FileStat stat)
    {
        // A pipe goes with its last handle: Windows says "delete pending" of it.
        bool deletePending = open.FileClaim?.IsDeletePending ?? true;

        // A name that is to be deleted counts no more. What Unix counts as a directory's links are no names.
        uint links = open.IsDirectory || open.Pipe is not null ? 1 : stat.LinkCount;
        if (deletePending && links > 0 && open.StoreFile is { StreamName: "" })
            links--;
        return new FileStandardInformation(
            (long)stat.AllocationSize, (long)stat.EndOfFile, links, deletePending,
            open.IsDirectory || (stat.ReparseTag != 0 && stat.IsDirectory));
    }

    private static async ValueTask<NtStatus> QueryAsync(InformationQuery query)
    {
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        return status.IsError ? status : query.Reply(From(query.Open, stat));
    }
}
