using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Sessions;

namespace Symbio.Server.Leases;

/// <summary>
/// The client behind an oplock or a lease: tells it of breaks. What happens before the client knows what it was granted is
/// told right after that, [MS-SMB2] 3.3.4.6 and 3.3.4.7.
/// </summary>
internal abstract class CacheOwner : ICacheOwner
{
    private const ulong UnsolicitedMessageId = ulong.MaxValue;

    private readonly Lock _lock = new();
    private List<CacheBreak>? _held = [];

    /// <inheritdoc/>
    public void OnBreak(CacheBreak cacheBreak)
    {
        lock (_lock)
        {
            if (_held is not null)
            {
                _held.Add(cacheBreak);
                return;
            }
        }

        Tell(cacheBreak);
    }

    /// <summary>Keeps what happens from now on until <see cref="Announce"/>: the client is about to be answered.</summary>
    public void Hold()
    {
        lock (_lock)
            _held ??= [];
    }

    /// <summary>The response that grants has been queued.</summary>
    public void Announce()
    {
        List<CacheBreak>? held;
        lock (_lock)
        {
            held = _held;
            _held = null;
        }

        foreach (CacheBreak cacheBreak in held ?? [])
            Tell(cacheBreak);
    }

    /// <summary>Sends what tells the client of the break.</summary>
    protected abstract void Tell(in CacheBreak cacheBreak);

    /// <summary>
    /// Sends a notification; false when there is no connection left to send it over. It is not signed: there is no MessageId
    /// to sign it with.
    /// </summary>
    /// <param name="preferred">Open.Connection, where it is about one open.</param>
    protected static bool TrySend<T>(Session session, in T notification, Connection? preferred = null)
        where T : struct, IResponse<T>
    {
        var header = new Smb2Header(
            CreditCharge: 0, Status: NtStatus.Success, Command: Smb2Command.OplockBreak, Credits: 0,
            Flags: Smb2HeaderFlags.ServerToRedir, NextCommand: 0, MessageId: UnsolicitedMessageId, AsyncId: 0,
            TreeId: 0, SessionId: 0);
        byte[] message = new byte[Smb2Header.Size + notification.Length];
        var writer = new WireWriter(message);
        header.Write(ref writer);
        notification.Write(ref writer);
        return UnsolicitedMessage.TrySend(session, preferred, message);
    }
}
