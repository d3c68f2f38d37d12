using Symbio.Security.Spnego;
using Symbio.Server.Sessions;

namespace Symbio.Server.Connections;

/// <summary>
/// Connection.PreauthSessionTable, [MS-SMB2] 3.3.1.7: the exchanges of SESSION_SETUP messages under way on a connection,
/// be it of a new session, of one that authenticates again, or of one that is being bound to the connection. Not
/// thread-safe: SESSION_SETUP is exclusive on its connection.
/// </summary>
internal sealed class PreauthSessions(Connection connection, int limit) : IDisposable
{
    private Dictionary<ulong, Authentication>? _exchanges; // Null while nothing is under way: nearly always.
    private long _last;

    /// <summary>The exchange under way; a new one when there is none.</summary>
    public Authentication GetOrAdd(ulong sessionId)
    {
        if (_exchanges is not null && _exchanges.TryGetValue(sessionId, out Authentication? authentication))
            return authentication;

        // What was begun and not ended costs memory. The oldest gives way.
        if (_exchanges?.Count >= limit)
            Remove(_exchanges.MinBy(e => e.Value.Order).Key);
        var acceptor = new SpnegoAcceptor(connection.Server.MechanismsFor(connection.Transport.RemoteEndPoint));
        authentication = new Authentication(acceptor, new PreauthIntegrity(connection.Preauth.Hash), ++_last);
        (_exchanges ??= []).Add(sessionId, authentication);
        return authentication;
    }

    /// <summary>Takes an exchange out, at its end.</summary>
    public void Remove(ulong sessionId)
    {
        if (_exchanges is null || !_exchanges.Remove(sessionId, out Authentication? authentication))
            return;
        authentication.Dispose();
        if (_exchanges.Count == 0)
            _exchanges = null;
    }

    public void Dispose()
    {
        foreach (ulong sessionId in _exchanges?.Keys.ToArray() ?? [])
            Remove(sessionId);
    }
}
