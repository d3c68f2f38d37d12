using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Apple;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Opens;

/// <summary>
/// Overwriting and superseding an existing file, [MS-FSA] 2.1.5.1.2: the data goes, and with the file's own also its
/// named streams and attributes.
/// </summary>
internal static class Overwriting
{
    public static async ValueTask<NtStatus> OverwriteStreamAsync(IStoreFile stream) =>
        stream is AppleStream apple
            ? await apple.OverwriteAsync().ConfigureAwait(false)
            : await stream.SetEndOfFileAsync(0, CancellationToken.None).ConfigureAwait(false);

    /// <param name="context">Who overwrites.</param>
    /// <param name="file">The unnamed stream, of which the caller has a claim.</param>
    /// <param name="stat">What the file was like.</param>
    /// <param name="attributes">The attributes it is to have.</param>
    /// <param name="contexts">With the extended attributes it is to have besides, and its allocation.</param>
    public static async ValueTask<NtStatus> OverwriteFileAsync(
        RequestContext context, IStoreFile file, FileStat stat, FileAttributes attributes, RequestedContexts contexts)
    {
        NtStatus status = await file.SetEndOfFileAsync(0, CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        await DeleteStreamsAsync(context, file).ConfigureAwait(false);
        if (contexts.ExtendedAttributes.Count > 0)
        {
            status = await file.SetExtendedAttributesAsync(contexts.ExtendedAttributes, CancellationToken.None)
                .ConfigureAwait(false);
            if (!status.IsSuccess) // STATUS_INVALID_EA_NAME is a warning.
                return status;
        }

        // LastWriteTime is the cut's: the store's clock may be behind ours, and time must not go back with the first WRITE.
        if (attributes != stat.Attributes)
        {
            status = await file.SetBasicInfoAsync(new(Attributes: attributes), CancellationToken.None).ConfigureAwait(false);
        }

        if (!status.IsError && contexts.AllocationSize > 0) // Others may have written more than that meanwhile: it stays.
            status = await file.ReserveAsync(contexts.AllocationSize, CancellationToken.None).ConfigureAwait(false);
        return status.IsError ? status : NtStatus.Success;
    }

    // NTFS marks named streams that somebody has open, however they share them, and those go with their last handle,
    // [MS-FSA] 2.1.5.5 phase 2: till then they can be read and written, but not be opened anew. (Only superseding asks for
    // DELETE, which who has a stream open can deny: the coordinator has seen to that.)
    private static async ValueTask DeleteStreamsAsync(RequestContext context, IStoreFile file)
    {
        (NtStatus status, IReadOnlyList<StoreStream> streams) =
            await file.GetStreamsAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return;
        bool isAnyOpen = false;
        foreach (StoreStream stream in streams)
            isAnyOpen |= !await TryDeleteAsync(context, file, stream.Name).ConfigureAwait(false);

        // All opens that outlive the server have to remember it.
        if (isAnyOpen && context.Server.Persistent is { } persistent)
            await persistent.SaveAllAsync(file.Key).ConfigureAwait(false);
    }

    // As an open that deletes on close and is closed. False: the stream is to go with another open.
    private static async ValueTask<bool> TryDeleteAsync(RequestContext context, IStoreFile file, string name)
    {
        FileKey key = file.Key;
        ClaimOutcome outcome = await context.Server.Coordinator
            .OpenAsync(
                new FileIdentity(key.Volume, key.FileId, key.Generation),
                new ClaimOptions(
                    UpcaseTable.ToUpper(name), UpcaseTable.ToUpper(file.OpenedPath), AccessMask.None, ShareRead: true,
                    ShareWrite: true, ShareDelete: true, DeleteOnClose: true),
                CancellationToken.None)
            .ConfigureAwait(false);
        if (outcome.Claim is not { } claim)
            return false; // It is to be deleted already.
        bool isLast = await claim.ReleaseAsync(CancellationToken.None).ConfigureAwait(false) != ReleaseOutcome.Closed;
        if (isLast)
            await DeleteStreamAsync(file, name, context.Tree.Caller).ConfigureAwait(false);
        claim.CompleteRelease();
        return isLast;
    }

    private static async ValueTask DeleteStreamAsync(IStoreFile file, string name, StoreCaller caller)
    {
        (NtStatus status, IStoreFile? stream) = await file
            .OpenStreamAsync(name, create: false, StoreAccess.Write, CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return;
        await using (stream!.ConfigureAwait(false))
            await stream!.DeleteAsync(caller, CancellationToken.None).ConfigureAwait(false);
    }
}
