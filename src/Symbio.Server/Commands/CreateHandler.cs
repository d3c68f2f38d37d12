using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Information;
using Symbio.Server.Names;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Server.Pipes;
using Symbio.Storage;

namespace Symbio.Server.Commands;

/// <summary>
/// Receiving an SMB2 CREATE Request, [MS-SMB2] 3.3.5.9: what the protocol checks. The opening itself, [MS-FSA] 2.1.5.1, is
/// <see cref="OpenOperation"/>'s.
/// </summary>
internal static class CreateHandler
{
    private const CreateOptions KnownOptions = (CreateOptions)0x00FFFFFF;

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

        if (request.ImpersonationLevel > ImpersonationLevel.Delegate)
            return new(NtStatus.BadImpersonationLevel);
        if (!request.CreateContexts.IsValid)
            return new(NtStatus.InvalidParameter);
        string name = WireReader.ToUtf16(request.NameBytes.Span);
        if (context.Session.OpenCount >= context.Server.Options.Limits.MaxOpensPerSession)
            return new(NtStatus.InsufficientResources);
        if (context.Tree.Share.IsIpc)
            return PipeOpener.OpenAsync(context, request, name);
        if (name.StartsWith('\\'))
            return new(NtStatus.InvalidParameter);
        NtStatus status = CheckParameters(request);
        if (status != NtStatus.Success)
            return new(status);
        status = SharePath.Parse(name, out ShareName parsed);
        if (status != NtStatus.Success)
            return new(status);
        status = RequestedContexts.Read(request.CreateContexts, out RequestedContexts contexts);
        return status != NtStatus.Success ? new(status) : OpenAsync(context, request, parsed, contexts);
    }

    // [MS-FSA] 2.1.5.1, the parameter checks.
    private static NtStatus CheckParameters(in CreateRequest request)
    {
        CreateOptions options = request.CreateOptions;
        if (request.CreateDisposition > CreateDisposition.OverwriteIf
            || (request.ShareAccess & ~ShareAccess.All) != 0
            || (options & ~KnownOptions) != 0)
        {
            return NtStatus.InvalidParameter;
        }

        if ((options & (CreateOptions.OpenByFileId | CreateOptions.ReserveOpfilter | CreateOptions.CreateTreeConnection)) != 0)
            return NtStatus.NotSupported;
        const AccessMask Valid = AccessMask.FileAll | AccessMask.SystemSecurity | AccessMask.MaximumAllowed
            | AccessMask.GenericAll | AccessMask.GenericExecute | AccessMask.GenericWrite | AccessMask.GenericRead;
        if (request.DesiredAccess == AccessMask.None || (request.DesiredAccess & ~Valid) != 0)
            return NtStatus.AccessDenied;
        bool directory = (options & CreateOptions.DirectoryFile) != 0;
        if (directory && (options & CreateOptions.NonDirectoryFile) != 0)
            return NtStatus.InvalidParameter;
        if (directory && request.CreateDisposition is CreateDisposition.Supersede or CreateDisposition.Overwrite
                or CreateDisposition.OverwriteIf && directory)
        {
            return NtStatus.InvalidParameter;
        }

        AccessMask access = GenericMapping.File.Map(request.DesiredAccess);
        if ((options & CreateOptions.DeleteOnClose) != 0
            && (access & (AccessMask.Delete | AccessMask.MaximumAllowed)) == 0)
        {
            return NtStatus.InvalidParameter;
        }

        if ((options & CreateOptions.NoIntermediateBuffering) != 0
            && (access & (AccessMask.AppendData | AccessMask.WriteData)) == AccessMask.AppendData)
        {
            return NtStatus.InvalidParameter;
        }

        const Protocol.Fscc.FileAttributes SettableOrHarmless = (Protocol.Fscc.FileAttributes)0x00007FB7;
        return ((uint)request.FileAttributes & ~(uint)SettableOrHarmless & 0xFFFF) != 0
            ? NtStatus.InvalidParameter
            : NtStatus.Success;
    }

    private static async ValueTask<NtStatus> OpenAsync(
        RequestContext context, CreateRequest request, ShareName name, RequestedContexts contexts)
    {
        name = await name.ExpandAsync(context.Tree).ConfigureAwait(false);
        var operation = new OpenOperation(context, name, request, contexts);
        NtStatus status = await operation.RunAsync().ConfigureAwait(false);
        if (status != NtStatus.Success)
        {
            operation.Caching.Lease?.Release();
            return status;
        }

        SmbServer server = context.Server;
        var open = new Open(
            server.Opens, server.Opens.NewFileId(), context.Tree, context.Connection, server.Time.GetUtcNow())
        {
            ChannelSequences = new(context.Header.ChannelSequence),
            FileName = WireReader.ToUtf16(request.NameBytes.Span),
            GrantedAccess = operation.GrantedAccess,
            ShareAccess = request.ShareAccess,
            CreateOptions = request.CreateOptions & ~IgnoredOptions,
            StoreFile = operation.File,
            FileClaim = operation.Claim,
            Caching = operation.Caching.Owner,
        };
        operation.Caching.Attach(open);
        FileStat stat = operation.Stat;
        open.Created(operation.Action, operation.CreatedFile);
        if (!await open.RegisterAsync().ConfigureAwait(false))
            return context.Session.IsClosed ? NtStatus.UserSessionDeleted : NtStatus.NetworkNameDeleted;
        context.Open = open;
        if (open.Caching is { } owner)
            context.AnnounceWhenSent(owner);
        context.Response.Write(new CreateResponse(
            operation.Caching.Level(open.Claim.Cache), CreateResponseFlags.None, operation.Action,
            stat.CreationTime, stat.LastAccessTime, stat.LastWriteTime, stat.ChangeTime,
            stat.AllocationSize, stat.EndOfFile, WireAttributes.ForFile(stat.Attributes), open.FileId,
            ContextResponses.Create(contexts, operation, stat)));
        return NtStatus.Success;
    }
}
