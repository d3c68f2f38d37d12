using System.Collections.Concurrent;
using Symbio.Security;
using Symbio.Server.Connections;

namespace Symbio.Server.Sessions;

/// <summary>GlobalSessionTable, [MS-SMB2] 3.3.1.5.</summary>
internal sealed class SessionTable(RandomNumberSource random)
{
    private readonly ConcurrentDictionary<ulong, Session> _sessions = new();
    private uint _last = random.NextUInt32() >> 1; // So that an earlier life's ids are not ours.
    private long _created;

    public IEnumerable<Session> All => _sessions.Values;

    public int Count => _sessions.Count;

    public Session Create(Connection connection, DateTimeOffset now)
    {
        while (true)
        {
            // 32 bits, as there are clients that lose the rest (smb2.session-id). It is not a secret: who uses a session
            // has been let in over the same connection, or shows that he has its key.
            uint id = Interlocked.Increment(ref _last);
            if (id is 0 or uint.MaxValue)
                continue;
            var session = new Session(id, connection, now, Interlocked.Increment(ref _created));
            if (_sessions.TryAdd(id, session))
                return session;
        }
    }

    public bool TryGet(ulong sessionId, out Session session) => _sessions.TryGetValue(sessionId, out session!);

    public void Remove(Session session) => _sessions.TryRemove(new(session.SessionId, session));
}
