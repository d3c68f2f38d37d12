using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Rpc.Runtime;
using Symbio.Server.Connections;
using Symbio.Server.Opens;
using Symbio.Server.Sessions;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Pipes;

/// <summary>CREATE on IPC$, [MS-SMB2] 3.3.5.9: opens an instance of a named pipe.</summary>
internal static class PipeOpener
{
    /// <summary>What Windows reports for a pipe.</summary>
    private const ulong AllocationSize = 4096;

    public static ValueTask<NtStatus> OpenAsync(RequestContext context, CreateRequest request, string name) =>
        OpenAsync(context, request.DesiredAccess, request.ShareAccess, request.CreateOptions, name);

    private static async ValueTask<NtStatus> OpenAsync(
        RequestContext context, AccessMask desired, ShareAccess share, CreateOptions options, string name)
    {
        SmbServer server = context.Server;
        NtStatus status = GrantAccess(desired, out AccessMask access);
        if (status != NtStatus.Success)
            return status;
        if (!server.Pipes.TryOpenPipe(name, CreateCaller(context), out RpcPipe? pipe, context.Session.PipeBudget))
            return NtStatus.ObjectNameNotFound;
        if (context.Session.Identity!.IsAnonymous && !PipeTable.IsOpenToAnonymous(pipe.Name))
        {
            pipe.Dispose();
            return NtStatus.AccessDenied;
        }

        var open = new Open(
            server, server.Opens.NewFileId(), context.Tree, context.Connection, server.Time.GetUtcNow())
        {
            ChannelSequences = new(context.Header.ChannelSequence),
            FileName = name,
            GrantedAccess = access,
            ShareAccess = share,
            CreateOptions = options,
            Pipe = pipe,
        };
        if (!await open.RegisterAsync().ConfigureAwait(false))
            return context.Session.IsClosed ? NtStatus.UserSessionDeleted : NtStatus.NetworkNameDeleted;
        context.Open = open;
        context.Response.Write(new CreateResponse(
            OplockLevel.None, CreateResponseFlags.None, CreateAction.Opened,
            FileTime.None, FileTime.None, FileTime.None, FileTime.None,
            AllocationSize, EndOfFile: 0, FileAttributes.Normal, open.FileId, Contexts: default));
        return NtStatus.Success;
    }

    // Pipes have no descriptor of their own: who may open one may do anything with it that there is to do.
    private static NtStatus GrantAccess(AccessMask desired, out AccessMask granted)
    {
        granted = (desired & AccessMask.MaximumAllowed) != 0
            ? AccessMask.FileAll
            : GenericMapping.File.Map(desired);
        return desired == AccessMask.None || (granted & ~AccessMask.FileAll) != 0
            ? NtStatus.AccessDenied
            : NtStatus.Success;
    }

    private static RpcCaller CreateCaller(RequestContext context)
    {
        Session session = context.Session;
        LogonIdentity identity = session.Identity!;
        string address = PeerAddress.Text(context.Connection);
        return new RpcCaller
        {
            Token = identity,
            IsAuthenticated = identity is { IsAnonymous: false, IsGuest: false },
            IsAdministrator = identity.IsAdministrator,
            UserName = identity.UserName,
            DomainName = identity.DomainName,
            ClientName = address,
            ClientAddress = address,
            ServerName = context.Server.Options.ServerName,
            SessionKey = session.Keys?.ApplicationKey.Span.ToArray() ?? default(ReadOnlyMemory<byte>),
        };
    }
}
