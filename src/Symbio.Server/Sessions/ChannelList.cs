using Symbio.Protocol;
using Symbio.Security.Signing;
using Symbio.Server.Connections;

namespace Symbio.Server.Sessions;

/// <summary>
/// Session.ChannelList, [MS-SMB2] 3.3.1.8. Whether a session lives and which channels it has is decided under one lock:
/// the last channel to go takes the session with it, and a session that has ended gets no channel.
/// </summary>
internal sealed class ChannelList(Connection first)
{
    private readonly Lock _lock = new();
    private SessionChannel[] _channels = []; // Replaced, never changed: readers take no lock.
    private volatile Connection _connection = first;
    private volatile bool _ended;

    /// <summary>Session.Connection: that of the first channel; of a session that has none yet, where it was begun.</summary>
    public Connection Connection => _connection;

    /// <summary>The session has ended.</summary>
    public bool HasEnded => _ended;

    public int Count => Volatile.Read(ref _channels).Length;

    /// <summary>The channel over a connection; null when there is none.</summary>
    public SessionChannel? Find(Connection connection)
    {
        foreach (SessionChannel channel in Volatile.Read(ref _channels))
        {
            if (channel.Connection == connection)
                return channel;
        }

        return null;
    }

    /// <summary>Adds a channel, unless the session has ended meanwhile or has as many as it may.</summary>
    public NtStatus TryAdd(SessionChannel channel, int limit)
    {
        lock (_lock)
        {
            if (_ended)
                return NtStatus.UserSessionDeleted;
            if (_channels.Length >= limit)
                return NtStatus.InsufficientResources;
            Volatile.Write(ref _channels, [.. _channels, channel]);
            return NtStatus.Success;
        }
    }

    /// <summary>
    /// Takes the channel of a connection out, on which nothing is under way any more, [MS-SMB2] 3.3.7.1. True: it was the
    /// last, and the session has ended.
    /// </summary>
    public bool Remove(Connection connection, MessageSigner? keep)
    {
        SessionChannel? removed;
        bool last;
        lock (_lock)
        {
            removed = Find(connection);
            _channels = [.. _channels.Where(c => c != removed)];
            last = _channels.Length == 0;
            _ended |= last;
            if (!last && _connection == connection)
                _connection = _channels[0].Connection;
        }

        if (removed?.Signer is { } signer && signer != keep)
            signer.Dispose();
        return last;
    }

    /// <summary>The session has ended, whatever channels it has.</summary>
    public void End()
    {
        lock (_lock)
            _ended = true;
    }

    /// <summary>Every connection that the session is used over, or was begun on.</summary>
    public IReadOnlyList<Connection> GetConnections()
    {
        lock (_lock)
            return [_connection, .. _channels.Select(c => c.Connection).Where(c => c != _connection)];
    }

    /// <summary>
    /// The connections that something can be sent over without having been asked for, [MS-SMB2] 3.3.4.1.6:
    /// <paramref name="preferred"/> first, then the others in the order they came.
    /// </summary>
    public IEnumerable<Connection> GetLive(Connection? preferred) => Volatile.Read(ref _channels)
        .Select(channel => channel.Connection)
        .Where(connection => connection.IsLive)
        .OrderBy(connection => connection != preferred);

    /// <summary>Zeroes the keys of the channels.</summary>
    public void DisposeKeys()
    {
        foreach (SessionChannel channel in Volatile.Read(ref _channels))
            channel.Signer?.Dispose();
    }
}
