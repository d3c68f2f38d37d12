using Symbio.Cluster;
using Symbio.Identity;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;
using Symbio.Server.Sessions;
using Symbio.Server.Trees;

namespace Symbio.Server;

/// <summary>Makes <see cref="ServerStatus"/> from the live tables. What ends meanwhile may or may not be in it.</summary>
internal static class StatusReport
{
    public static ServerStatus Create(SmbServer server)
    {
        (long received, long sent, long requests) = server.Totals();
        Session[] sessions = [.. server.Sessions.All.Where(s => s.Identity is not null).OrderBy(s => s.CreationTime)];
        Open[] opens = [.. server.Opens.All.OrderBy(o => o.FileId.Persistent)];
        return new ServerStatus
        {
            StartTime = server.StartTime,
            Now = server.Time.GetUtcNow(),
            BytesReceived = received,
            BytesSent = sent,
            Requests = requests,
            Connections = [.. server.Connections.OrderBy(c => c.Id).Select(ForConnection)],
            Sessions = [.. sessions.Select(s => ForSession(s, server.Time))],
            Trees = [.. sessions.SelectMany(s => s.TreeConnects.Values.OrderBy(t => t.TreeId)).Select(ForTree)],
            Opens = [.. opens.Select(ForOpen)],
            Locks = [.. opens.SelectMany(ForLocks)],
        };
    }

    private static ConnectionStatus ForConnection(Connection connection) => new(
        connection.Id, connection.Peer, connection.Transport.LocalEndPoint?.ToString() ?? "local",
        connection.Dialect.Version, connection.Negotiated?.SigningAlgorithm.ToString() ?? "",
        connection.Negotiated?.Cipher.ToString() ?? "", connection.Sessions.Count,
        connection.BytesReceived, connection.BytesSent, connection.Created);

    private static SessionStatus ForSession(Session session, TimeProvider time)
    {
        LogonIdentity identity = session.Identity!;
        return new SessionStatus(
            session.SessionId, identity.UserName, identity.DomainName, session.Connection.Peer,
            session.Negotiated.Dialect.Version, session.SigningRequired, session.EncryptData || session.LastRequestEncrypted, identity.IsGuest,
            session.TreeConnects.Count, session.Opens.Count, session.CreationTime, session.IdleTime(time),
            session.ChannelCount);
    }

    private static TreeStatus ForTree(TreeConnect tree) => new(
        tree.TreeId, tree.Session.SessionId, tree.Share.Name, UserOf(tree.Session), tree.OpenCount, tree.CreationTime);

    private static OpenStatus ForOpen(Open open) => new(
        open.FileId.Persistent, open.Session?.SessionId ?? 0, open.Tree.Share.Name, OpenPath.Of(open), UserOf(open.Session),
        (uint)open.GrantedAccess, (uint)open.ShareAccess, open.FileClaim?.GetLocks().Count ?? 0, open.Opened);

    private static IEnumerable<LockStatus> ForLocks(Open open)
    {
        foreach ((ByteRange range, bool exclusive) in open.FileClaim?.GetLocks() ?? [])
        {
            yield return new LockStatus(
                open.FileId.Persistent, open.Tree.Share.Name, OpenPath.Of(open), UserOf(open.Session),
                range.Offset, range.Length, exclusive);
        }
    }

    // An open from an earlier life of the server has no session until its client is back.
    private static string UserOf(Session? session) => session?.UserName ?? "";
}
