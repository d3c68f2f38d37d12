using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Leases;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>
/// Gives the named stream that is open another name, [MS-FSA] 2.1.5.15.11.1. A stream that has the name already is replaced only
/// when it is empty and nobody has it open.
/// </summary>
/// <remarks>
/// Deviation: with others that have the stream open it is STATUS_SHARING_VIOLATION. Their handles know the stream by its name, and
/// a store that keeps streams in extended attributes has nothing else to know it by.
/// </remarks>
internal static class StreamRename
{
    /// <param name="open">Whose close waits for this.</param>
    /// <param name="name">Not the unnamed stream's.</param>
    /// <param name="replace">ReplaceIfExists</param>
    public static async ValueTask<NtStatus> RunAsync(Open open, string name, bool replace)
    {
        string upper = UpcaseTable.ToUpper(name);
        NtStatus status = open.Claim.TryBeginRenameStream(upper);
        if (status != NtStatus.Success)
            return status == NtStatus.InvalidParameter && !replace ? NtStatus.ObjectNameCollision : status;
        string oldName = open.File.StreamName;
        bool renamed = false; // Until the store has said so: it may fail with an exception.
        try
        {
            if (replace)
                status = await CheckReplacedAsync(open.File, name).ConfigureAwait(false);
            if (status == NtStatus.Success)
                status = await open.File.RenameStreamAsync(name, replace, CancellationToken.None).ConfigureAwait(false);
            renamed = status == NtStatus.Success;
            if (renamed)
                (open.Caching as Lease)?.RenameStream(upper);
        }
        finally
        {
            open.Claim.EndRenameStream(renamed);
        }

        if (status != NtStatus.Success)
            return status;
        await open.PersistAsync().ConfigureAwait(false);
        open.StreamRenamed(oldName);
        return NtStatus.Success;
    }

    private static async ValueTask<NtStatus> CheckReplacedAsync(IStoreFile stream, string name)
    {
        if (NameComparer.Equals(name, stream.StreamName))
            return NtStatus.Success; // Another spelling.
        (NtStatus status, IReadOnlyList<StoreStream> streams) =
            await stream.GetStreamsAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        foreach (StoreStream other in streams)
        {
            if (NameComparer.Equals(other.Name, name) && other.EndOfFile > 0)
                return NtStatus.InvalidParameter;
        }

        return NtStatus.Success;
    }
}
