using System.Collections.Concurrent;
using System.Security.Cryptography;
using Symbio.Server.Connections;

namespace Symbio.Server.Sessions;

/// <summary>GlobalSessionTable, [MS-SMB2] 3.3.1.5.</summary>
internal sealed class SessionTable
{
    private readonly ConcurrentDictionary<ulong, Session> _sessions = new();
    private long _last;

    public IEnumerable<Session> All => _sessions.Values;

    public int Count => _sessions.Count;

    public Session Create(Connection connection, DateTimeOffset now)
    {
        while (true)
        {
            // A counter so that ids do not come again, and random bits so that nobody guesses a neighbour's.
            ulong id = ((ulong)(uint)RandomNumberGenerator.GetInt32(1, int.MaxValue) << 32)
                | (uint)Interlocked.Increment(ref _last);
            var session = new Session(id, connection, now);
            if (_sessions.TryAdd(id, session))
                return session;
        }
    }

    public bool TryGet(ulong sessionId, out Session session) => _sessions.TryGetValue(sessionId, out session!);

    public void Remove(Session session) => _sessions.TryRemove(new(session.SessionId, session));
}
