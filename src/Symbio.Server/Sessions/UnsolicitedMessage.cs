using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Transport;

namespace Symbio.Server.Sessions;

/// <summary>
/// A message that answers no request (a break, a notification), on its way to a client, [MS-SMB2] 3.3.4.1.6 and 3.3.4.6:
/// sent over one channel of the session, and over the next one when the first turns out to lead nowhere.
/// A client that reads none of them does not fill memory: each is about something that a request of its own was granted since
/// the one before, and a connection whose send queue is full receives no requests.
/// </summary>
internal sealed class UnsolicitedMessage
{
    // A break is waited for about 35 seconds. In that time a client with many channels and a cut line must hear of it.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.35);

    // Whom nothing has reached for half a minute, over any channel, is not there any more: the connections end, and what
    // others wait for with them, rather than that the client goes on with what it caches and has lost.
    private const int LongestWatch = 86; // Intervals.

    private const ulong UnsolicitedMessageId = ulong.MaxValue;

    private readonly Lock _lock = new();
    private readonly Session _session;
    private readonly byte[] _message;
    private readonly bool _mustEncrypt;
    private readonly List<Connection> _tried = [];
    private ITimer? _timer;
    private int _watched;

    private UnsolicitedMessage(Session session, byte[] message, bool mustEncrypt)
    {
        _session = session;
        _message = message;
        _mustEncrypt = mustEncrypt;
    }

    /// <summary>Sends, over <paramref name="preferred"/> if that is alive; false when there is no connection to send over.</summary>
    /// <param name="sessionId">What the header says; breaks are about no session.</param>
    /// <param name="body">It is not signed: there is no MessageId to sign it with.</param>
    /// <param name="mustEncrypt">It is about a share that is encrypted.</param>
    public static bool TrySend<T>(
        Session session, Connection? preferred, Smb2Command command, ulong sessionId, in T body, bool mustEncrypt = false)
        where T : struct, IResponse<T>
    {
        var header = new Smb2Header(
            CreditCharge: 0, Status: NtStatus.Success, Command: command, Credits: 0,
            Flags: Smb2HeaderFlags.ServerToRedir, NextCommand: 0, MessageId: UnsolicitedMessageId, AsyncId: 0,
            TreeId: 0, SessionId: sessionId);
        byte[] message = new byte[Smb2Header.Size + body.Length];
        var writer = new WireWriter(message);
        header.Write(ref writer);
        body.Write(ref writer);
        var sent = new UnsolicitedMessage(session, message, mustEncrypt);
        if (!sent.TrySendOverNext(preferred))
            return false;

        // Also over the only channel: when that one leads nowhere the client may have bound another by the time it shows.
        if (session.Negotiated.Dialect >= Dialect.Smb300)
            sent.Watch();
        return true;
    }

    private void Watch()
    {
        TimeProvider time = _tried[0].Server.Time;
        lock (_lock)
            _timer = time.CreateTimer(static state => ((UnsolicitedMessage)state!).Look(), this, Interval, Interval);
    }

    private void Look()
    {
        Connection[] lost = [];
        lock (_lock)
        {
            if (_timer is null)
                return;
            TransportProgress progress = _tried[^1].Progress;
            if (progress == TransportProgress.Stalled)
                TrySendOverNext();
            if (progress != TransportProgress.Arrived && ++_watched < LongestWatch && !_session.IsClosed)
                return;
            _timer.Dispose();
            _timer = null;
            if (progress == TransportProgress.Stalled)
                lost = [.. _tried.Where(c => c.Progress == TransportProgress.Stalled && c.IsLive)];
        }

        foreach (Connection connection in lost)
            connection.Abort("nothing reaches it any more");
    }

    private bool TrySendOverNext(Connection? preferred = null)
    {
        if (!_session.TryHoldKeys())
            return false;
        try
        {
            bool sent = false;
            foreach (Connection connection in _session.GetLiveConnections(preferred))
            {
                if (_tried.Contains(connection))
                    continue;
                _tried.Add(connection);
                sent = true;
                Frame frame = connection.Server.FramePool.Rent(_message.Length);
                frame.SetLength(_message.Length);
                _message.CopyTo(frame.Span);

                // Encrypted where the session is.
                bool encrypts = _mustEncrypt || _session.EncryptData || _session.LastRequestEncrypted;
                connection.Send(frame, encrypts ? _session : null);

                // Over a line that is known to be cut it may come one day; over the next one it comes now.
                if (connection.Progress != TransportProgress.Stalled)
                    break;
            }

            return sent;
        }
        finally
        {
            _session.ReleaseKeys();
        }
    }
}
