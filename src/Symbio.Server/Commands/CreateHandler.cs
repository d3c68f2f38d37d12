using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Durability;
using Symbio.Server.Information;
using Symbio.Server.Leases;
using Symbio.Server.Names;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Server.Pipes;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Commands;

/// <summary>
/// Receiving an SMB2 CREATE Request, [MS-SMB2] 3.3.5.9: what the protocol checks. The opening itself, [MS-FSA] 2.1.5.1, is
/// <see cref="OpenOperation"/>'s.
/// </summary>
internal static class CreateHandler
{
    // Options that a server ignores, [MS-SMB2] 2.2.13: they were the client's own business.
    private const CreateOptions IgnoredOptions =
        CreateOptions.SynchronousIoAlert | CreateOptions.SynchronousIoNonalert | CreateOptions.CompleteIfOplocked;

    public static CommandEntry Entry { get; } = CommandEntry.For<CreateRequest>(HandleAsync);

    private static async ValueTask<NtStatus> HandleAsync(RequestContext context, CreateRequest request)
    {
        NtStatus status = await CreateAsync(context, request).ConfigureAwait(false);
        if (status != NtStatus.Success) // Some refusals are warnings: EA_LIST_INCONSISTENT, STOPPED_ON_SYMLINK.
        {
            context.Open = null;
            context.ChainFailure = status;
        }

        return status;
    }

    private static ValueTask<NtStatus> CreateAsync(RequestContext context, in CreateRequest request)
    {
        if (!request.IsNameLengthEven
            || (request.NameBytes.Length > 0 && request.NameOffset < CreateRequest.BufferOffset))
        {
            return new(NtStatus.InvalidParameter);
        }

        if (!request.CreateContexts.IsValid)
            return new(NtStatus.InvalidParameter);
        string name = WireReader.ToUtf16(request.NameBytes.Span);
        if (context.Session.OpenCount >= context.Server.Options.Limits.MaxOpensPerSession)
            return new(NtStatus.InsufficientResources);
        if (context.Tree.Share.IsIpc)
            return PipeOpener.OpenAsync(context, request, name);
        NtStatus status = RequestedContexts.Read(request.CreateContexts, context.Connection.Dialect, out RequestedContexts contexts);
        if (status != NtStatus.Success)
            return new(status);
        if (contexts.Reconnects)
            return ReconnectAsync(context, request, contexts);
        if (request.ImpersonationLevel > ImpersonationLevel.Delegate)
            return new(NtStatus.BadImpersonationLevel);
        if (name.StartsWith('\\'))
            return new(NtStatus.InvalidParameter);
        status = CreateParameters.Check(request);
        if (status != NtStatus.Success)
            return new(status);
        bool posix = PosixOpens.IsPosix(context, contexts);
        status = posix
            ? PosixPath.Parse(context.Tree.Share.Files, name, out ShareName parsed)
            : SharePath.Parse(name, out parsed);
        if (!posix && name.Contains(':') && !parsed.IsQuotaFile && !context.Tree.Share.HasStreams)
            return new(NtStatus.ObjectNameInvalid); // Where there are no streams it is a character like others that no name has.
        if (status == NtStatus.Success)
            status = SnapshotName.Resolve(context.Tree.Share, contexts.Timewarp, ref parsed);
        return status != NtStatus.Success ? new(status) : CreateOnceAsync(context, request, parsed, contexts);
    }

    // [MS-SMB2] 3.3.5.9.7 and 3.3.5.9.12: no name, no parameter counts, only the open that is named.
    private static async ValueTask<NtStatus> ReconnectAsync(
        RequestContext context, CreateRequest request, RequestedContexts contexts)
    {
        (NtStatus status, Open? open, FileStat stat) =
            await Reconnection.RunAsync(context, request, contexts).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        context.Open = open;
        context.Response.Write(Describe(
            open!, open!.Claim.Cache, CreateAction.Opened, stat, ContextResponses.ForReconnect(contexts, open)));
        return NtStatus.Success;
    }

    // [MS-SMB2] 3.3.5.9.10: a request that has come before is answered as it was then.
    private static async ValueTask<NtStatus> CreateOnceAsync(
        RequestContext context, CreateRequest request, ShareName name, RequestedContexts contexts)
    {
        (NtStatus status, CreateReplay? replay, Open? open) =
            await Replaying.EnterAsync(context, request, contexts).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        if (open is not null)
        {
            if (open.IsDetached && !await Reconnection.TryAttachAsync(context, open).ConfigureAwait(false))
                return NtStatus.FileNotAvailable;
            context.Open = open;
            context.Response.Write(Again(request, contexts, open, replay!.Response));
            return NtStatus.Success;
        }

        CreateResponse response;
        try
        {
            (status, open, response) = await OpenAsync(context, request, name, contexts).ConfigureAwait(false);
        }
        finally
        {
            if (open is null)
                replay?.End();
        }

        if (status != NtStatus.Success)
            return status;
        if (replay is not null)
        {
            open!.Replay = replay;
            replay.Complete(open, response);
            if (open.IsClosed)
                replay.End();
        }

        context.Open = open;
        context.Response.Write(response);
        return NtStatus.Success;
    }

    // As it was answered before, but what the client may cache is as it is now, and no more than it asks for this time.
    private static CreateResponse Again(
        in CreateRequest request, RequestedContexts contexts, Open open, in CreateResponse before)
    {
        if (open.Caching is Lease)
            return before with { Contexts = ContextResponses.ForReplay(before.CreateContexts, contexts, open) };
        return request.RequestedOplockLevel < open.OplockLevel
            ? before with { OplockLevel = request.RequestedOplockLevel, Contexts = default } // Not durable, without batch.
            : before with { OplockLevel = open.OplockLevel };
    }

    private static async ValueTask<(NtStatus Status, Open? Open, CreateResponse Response)> OpenAsync(
        RequestContext context, CreateRequest request, ShareName name, RequestedContexts contexts)
    {
        name = await name.ExpandAsync(context.Tree).ConfigureAwait(false);
        NtStatus status = await ApplicationInstance.TakeOverAsync(context, name, contexts).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return (status, null, default);
        Share share = context.Tree.Share;
        request = request with { ShareAccess = CreateParameters.ShareAccessFor(share, request) };
        if (!share.TryAddOpenFile())
            return (NtStatus.TooManyOpenedFiles, null, default);
        var operation = new OpenOperation(context, name, request, contexts);
        status = NtStatus.InternalError; // Until proven otherwise: an exception, after which the lease must go as well.
        try
        {
            status = await operation.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            if (status != NtStatus.Success)
            {
                operation.Caching.Drop();
                share.RemoveOpenFile();
            }
        }

        if (status == NtStatus.ReparsePointEncountered)
            status = await SymbolicLinkStop.ReplyAsync(context, name, request).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return (status, null, default);

        SmbServer server = context.Server;
        var open = new Open(
            server, server.Opens.NewFileId(), context.Tree, context.Connection, server.Time.GetUtcNow())
        {
            ChannelSequences = new(context.Header.ChannelSequence),
            FileName = WireReader.ToUtf16(request.NameBytes.Span),
            GrantedAccess = operation.GrantedAccess,
            ShareAccess = request.ShareAccess,
            CreateOptions = request.CreateOptions & ~IgnoredOptions,
            StoreFile = operation.File,
            FileClaim = operation.Claim,
            Caching = operation.Caching.Owner,
            CachingGuard = operation.Caching.Guard,
            ParentLease = RequestedCaching.ParentOf(context, request, contexts),
            Application = contexts.Application?.Id,
            ApplicationVersion = contexts.ApplicationVersion,
            IsPosix = name.IsPosix,
        };
        operation.Caching.Attach(open);
        open.Durable = DurableState.Grant(context, contexts, open);
        open.Created(operation.Action, operation.CreatedFile);

        // Before, because an open that is refused there is closed, and may have to delete its name; and after, because who renames
        // a folder looks for opens in the tables.
        await operation.FollowRenameAsync().ConfigureAwait(false);
        if (!await open.RegisterAsync().ConfigureAwait(false))
            return (context.Session.IsClosed ? NtStatus.UserSessionDeleted : NtStatus.NetworkNameDeleted, null, default);
        await operation.FollowRenameAsync().ConfigureAwait(false);
        if (open.Durable is { IsPersistent: true } && !await server.Persistent!.SaveAsync(open).ConfigureAwait(false))
            open.Durable = null; // Nothing is promised that could not be kept.
        return (status, open, Describe(
            open, open.Claim.Granted, operation.Action, operation.Stat,
            ContextResponses.Create(contexts, operation, open)));
    }

    /// <summary>What a client is told of an open that it has made, or come back to.</summary>
    internal static CreateResponse Describe(
        Open open, CacheGrant grant, CreateAction action, in FileStat stat, ReadOnlyMemory<byte> contexts) => new(
            open.LevelOf(grant), CreateResponseFlags.None, action,
            stat.CreationTime, stat.LastAccessTime, stat.LastWriteTime, stat.ChangeTime,
            stat.AllocationSize, stat.EndOfFile, WireAttributes.ForFile(stat.Attributes), open.FileId, contexts);
}
