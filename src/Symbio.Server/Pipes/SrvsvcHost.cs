using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Interfaces;
using Symbio.Rpc.Interfaces.Srvsvc;
using Symbio.Rpc.Runtime;
using Symbio.Server.Opens;
using Symbio.Server.Sessions;
using Symbio.Server.Trees;

namespace Symbio.Server.Pipes;

/// <summary>The Server Service over a server's own tables, [MS-SRVS] 3.1.1.</summary>
internal sealed class SrvsvcHost(SmbServer server) : ISrvsvcHost
{
    // SHI1005_FLAGS_ENABLE_CA, [MS-SRVS] 2.2.4.29: what TREE_CONNECT tells as a capability.
    private const uint EnableCaFlag = 0x4000;

    private const AccessMask ReadAccess = AccessMask.ReadData | AccessMask.Execute;
    private const AccessMask WriteAccess = AccessMask.WriteData | AccessMask.AppendData;

    // A share without a descriptor of its own. Told as such rather than left out: Samba's tools cannot read a null one.
    private static readonly byte[] OpenToEveryone = SecurityDescriptor.Create(
        owner: null, group: null, Ace.Allow(Sid.Everyone, AccessMask.FileAll)).ToArray();

    private DateTimeOffset Now => server.Time.GetUtcNow();

    public ServerRecord GetServer() => new(server.Options.ServerName, "Symbio")
    {
        Type = ServerTypes.Workstation | ServerTypes.Server | ServerTypes.Unix | ServerTypes.Nt | ServerTypes.ServerNt,
        Started = server.StartTime,
    };

    public ServerStatistics GetStatistics()
    {
        (long received, long sent, _) = server.Totals();
        return new ServerStatistics(server.StartTime) { BytesReceived = (ulong)received, BytesSent = (ulong)sent };
    }

    public ValueTask<IReadOnlyList<ShareRecord>> GetSharesAsync(RpcCaller caller, CancellationToken cancellationToken) =>
        new([.. server.Shares.All
            .Where(share => caller.IsAdministrator || share.Options is not { Hidden: true })
            .OrderBy(share => share.Name, StringComparer.OrdinalIgnoreCase)
            .Select(ToRecord)]);

    public ValueTask<ShareRecord?> FindShareAsync(RpcCaller caller, string name, CancellationToken cancellationToken) =>
        new(server.Shares.TryGet(name, out Share? share) ? ToRecord(share) : null);

    // Shares come from the configuration, which the server reads and does not write.
    public ValueTask<Win32Error> AddShareAsync(RpcCaller caller, ShareRecord share, CancellationToken cancellationToken) =>
        new(Win32Error.NotSupported);

    public ValueTask<Win32Error> SetShareAsync(
        RpcCaller caller, string name, ShareChange change, CancellationToken cancellationToken) =>
        new(Win32Error.NotSupported);

    public ValueTask<Win32Error> DeleteShareAsync(RpcCaller caller, string name, CancellationToken cancellationToken) =>
        new(Win32Error.NotSupported);

    public ValueTask<IReadOnlyList<SessionRecord>> GetSessionsAsync(
        RpcCaller caller, CancellationToken cancellationToken) =>
        new([.. ValidSessions().Select(ToRecord)]);

    public async ValueTask<Win32Error> CloseSessionAsync(
        RpcCaller caller, SessionRecord session, CancellationToken cancellationToken)
    {
        // It may have ended by itself since it was listed: that is what was wanted.
        if (server.Sessions.TryGet(session.Id, out Session found))
            await server.EndSessionAsync(found).ConfigureAwait(false);
        return Win32Error.Success;
    }

    public ValueTask<IReadOnlyList<ConnectionRecord>> GetConnectionsAsync(
        RpcCaller caller, CancellationToken cancellationToken) =>
        new([.. ValidSessions()
            .SelectMany(session => session.TreeConnects.Values.OrderBy(tree => tree.TreeId))
            .Select(ToRecord)]);

    public ValueTask<IReadOnlyList<FileRecord>> GetFilesAsync(RpcCaller caller, CancellationToken cancellationToken) =>
        new([.. server.Opens.All.OrderBy(open => open.FileId.Persistent).Select(ToRecord)]);

    public async ValueTask<Win32Error> CloseFileAsync(RpcCaller caller, uint fileId, CancellationToken cancellationToken)
    {
        foreach (Open open in server.Opens.All)
        {
            if (IdOf(open) != fileId)
                continue;
            await open.CloseAsync().ConfigureAwait(false);
            return Win32Error.Success;
        }

        return Win32Error.NerrFileIdNotFound;
    }

    // Open.OpenGlobalId, [MS-SMB2] 3.3.1.10: ids count upwards, so 32 bits tell all opens of the moment apart.
    private static uint IdOf(Open open) => (uint)open.FileId.Persistent;

    private IEnumerable<Session> ValidSessions() =>
        server.Sessions.All.Where(session => session.Identity is not null).OrderBy(session => (uint)session.SessionId);

    private static ShareRecord ToRecord(Share share)
    {
        if (share.Options is not { } options)
        {
            return new ShareRecord(share.Name, ShareTypes.Ipc | ShareTypes.Special, "IPC Service", "")
            {
                CurrentUses = (uint)share.CurrentUses,
                SecurityDescriptor = OpenToEveryone,
            };
        }

        bool special = share.Name.EndsWith('$');
        return new ShareRecord(
            share.Name, ShareTypes.DiskTree | (special ? ShareTypes.Special : 0), options.Comment, PathOf(options))
        {
            MaxUses = (uint?)options.MaxUses ?? uint.MaxValue,
            CurrentUses = (uint)share.CurrentUses,
            Flags = (uint)share.Flags | (options.ContinuouslyAvailable ? EnableCaFlag : 0),
            SecurityDescriptor = options.ConnectSecurity?.ToArray() ?? OpenToEveryone,
        };
    }

    private SessionRecord ToRecord(Session session) =>
        new(session.SessionId, PeerAddress.Text(session.Connection), session.Identity!.UserName)
        {
            OpenCount = (uint)session.Opens.Count,
            Connected = Now - session.CreationTime,
            Idle = session.IdleTime(server.Time),
            Flags = session.Identity.IsGuest ? SessionUserFlags.Guest : SessionUserFlags.None,
        };

    private ConnectionRecord ToRecord(TreeConnect tree) =>
        new(tree.TreeId, tree.Share.Name, tree.Session.Identity!.UserName, PeerAddress.Text(tree.Session.Connection))
        {
            Type = tree.Share.IsIpc ? ShareTypes.Ipc | ShareTypes.Special : ShareTypes.DiskTree,
            OpenCount = (uint)tree.OpenCount,
            Connected = Now - tree.CreationTime,
        };

    private static FileRecord ToRecord(Open open)
    {
        var permissions = FilePermissions.None;
        if ((open.GrantedAccess & ReadAccess) != 0)
            permissions |= FilePermissions.Read;
        if ((open.GrantedAccess & WriteAccess) != 0)
            permissions |= FilePermissions.Write;
        return new FileRecord(IdOf(open), PathOf(open), open.Session?.Identity?.UserName ?? "")
        {
            Permissions = permissions,
            LockCount = (uint)(open.FileClaim?.GetLocks().Count ?? 0),
        };
    }

    private static string PathOf(Open open)
    {
        if (open.Pipe is { } pipe)
            return @"\PIPE\" + pipe.Name;
        string share = open.Tree.Share.Options is { } options ? PathOf(options) : "";
        return share + '\\' + OpenPath.Of(open);
    }

    // Tools on Windows take a path without a drive for broken.
    private static string PathOf(ShareOptions options) =>
        options.LocalPath.Length == 0 ? @"C:\" + options.Name : "C:" + options.LocalPath.TrimEnd('/').Replace('/', '\\');
}
