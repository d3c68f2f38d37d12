using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;
using Symbio.Server.Sessions;

namespace Symbio.Server.Leases;

/// <summary>
/// The client behind an oplock or a lease: tells it of breaks, one after the other, [MS-SMB2] 3.3.4.6 and 3.3.4.7. What
/// happens before the client knows what it was granted is told right after that.
/// </summary>
internal abstract class CacheOwner : ICacheOwner
{
    private readonly Lock _lock = new();
    private readonly Queue<CacheBreak> _untold = new();
    private int _holds;
    private bool _isTelling;
    private CacheBreak? _reminded; // Of what a client that has come back was, or is about to be, told.

    /// <inheritdoc/>
    public void OnBreak(CacheBreak cacheBreak)
    {
        if (!cacheBreak.AcknowledgeRequired)
            Persist(static _ => true);
        Add(cacheBreak);
        TellAll();
    }

    /// <inheritdoc/>
    public void OnBreakExpired()
    {
        Persist(static _ => true);
        CloseUnreachable();
    }

    /// <inheritdoc/>
    public void OnBreakAcknowledged()
    {
        // On behalf of a client that is away, which knows nothing of it. (One that has agreed itself does.)
        Persist(static open => open.IsDetached);
        CloseUnreachable();
    }

    /// <summary>
    /// The client has come back to an open, and is about to be answered: it may not have heard of the break that is under way.
    /// </summary>
    public void Remind(in CacheGrant grant)
    {
        if (!grant.Breaking)
            return;
        var cacheBreak = new CacheBreak(grant.State, grant.BreakTo, AcknowledgeRequired: true, grant.Epoch);
        lock (_lock)
            _reminded = cacheBreak;
        Add(cacheBreak);
    }

    /// <summary>
    /// The client of an open has gone. Where it was told of a break nobody waits for its answer, except for the client of a
    /// persistent open, which gives up nothing unasked.
    /// </summary>
    public void OnDetached(Open open)
    {
        CacheGrant grant = open.Claim.Cache;
        if (grant.Breaking
            && !Opens.Any(o => o is { IsClosed: false, IsDetached: false } or { Durable.IsPersistent: true }))
        {
            _ = open.Claim.AcknowledgeBreakAsync(grant.BreakTo, CancellationToken.None).AsTask();
        }
    }

    /// <summary>
    /// Keeps what happens from now on until <see cref="Announce"/>: the client is about to be answered. As many announce as
    /// hold: the opens of a lease are answered independently.
    /// </summary>
    public void Hold()
    {
        lock (_lock)
            _holds++;
    }

    /// <summary>Ends what <see cref="Hold"/> began: the response has been queued.</summary>
    public void Announce()
    {
        lock (_lock)
            _holds--;
        TellAll();
    }

    /// <summary>The opens that share the state.</summary>
    public abstract IReadOnlyList<Open> Opens { get; }

    /// <summary>Sends what tells the client of the break; false when there is nothing to send it over.</summary>
    /// <param name="open">One of the opens: by which the client knows it, or is reached.</param>
    protected abstract bool TryTell(Open open, in CacheBreak cacheBreak);

    /// <summary>Sends a notification. It is not signed: there is no MessageId to sign it with.</summary>
    /// <param name="preferred">Open.Connection, where it is about one open; else the channels in the order they came.</param>
    protected static bool TrySend<T>(Open open, in T notification, Connection? preferred = null)
        where T : struct, IResponse<T> =>
        UnsolicitedMessage.TrySend(
            open.Session, preferred, Smb2Command.OplockBreak, sessionId: 0, notification, open.Tree.Share.EncryptData);

    // What has been taken away must not come back with the next life of the server: others may have it by then. Whoever needed
    // it waits for this (PersistentHandles.SettleAsync).
    private void Persist(Predicate<Open> which)
    {
        foreach (Open open in Opens)
        {
            if (which(open))
                _ = open.PersistAsync().AsTask();
        }
    }

    // What kept durable opens whose client is away may have gone with a break that its other opens have agreed to. Nobody can
    // come back to them then, [MS-SMB2] 3.3.5.9.7, and they are in the way of others.
    private void CloseUnreachable()
    {
        foreach (Open open in Opens)
        {
            if (open is { IsDetached: true, Durable: { IsPersistent: false, IsResilient: false } }
                && (open.Claim.Cache.State & LeaseState.HandleCaching) == 0)
            {
                _ = open.CloseDetachedAnywayAsync().AsTask();
            }
        }
    }

    private void Add(in CacheBreak cacheBreak)
    {
        lock (_lock)
        {
            if (!_untold.Contains(cacheBreak)) // The reminder of a break may come before the break.
                _untold.Enqueue(cacheBreak);
        }
    }

    // Whoever comes while somebody else is telling leaves it to that one: what is told later is told later.
    private void TellAll()
    {
        while (true)
        {
            CacheBreak cacheBreak;
            lock (_lock)
            {
                if (_isTelling || _holds > 0 || !_untold.TryDequeue(out cacheBreak))
                    return;
                _isTelling = true;
            }

            try
            {
                Tell(cacheBreak);
            }
            finally
            {
                lock (_lock)
                    _isTelling = false;
            }
        }
    }

    private void Tell(in CacheBreak cacheBreak)
    {
        if (!TryTell(cacheBreak))
            _ = GiveUpAsync(cacheBreak);
    }

    private bool TryTell(in CacheBreak cacheBreak)
    {
        foreach (Open open in Opens)
        {
            if (!open.IsClosed && !open.IsDetached && TryTell(open, cacheBreak))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Nobody can be told because the client is not connected: others do not wait for it. Its opens go, but for resilient
    /// and persistent ones; the latter give up nothing unasked, and their client is told when it is back (<see cref="Remind"/>). An open that is not disconnected (yet) is closed by who is busy doing so.
    /// </summary>
    private async Task GiveUpAsync(CacheBreak cacheBreak)
    {
        IReadOnlyList<Open> opens = Opens;
        bool isBack = false;
        foreach (Open open in opens)
        {
            if (open.Durable is ({ IsResilient: true } or { IsPersistent: true })
                || !await open.TryCloseDetachedAsync().ConfigureAwait(false))
            {
                isBack |= open is { IsClosed: false, IsDetached: false };
            }
        }

        // The client may have come back between the two looks.
        if (isBack && TryTellReturned(cacheBreak))
            return;
        if (!cacheBreak.AcknowledgeRequired)
            return;
        foreach (Open open in opens)
        {
            if (open.IsDetached && open.Durable is not { IsPersistent: true })
                await open.Claim.AcknowledgeBreakAsync(cacheBreak.To, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // Not before the CREATE response by which it has its open back, and not twice.
    private bool TryTellReturned(in CacheBreak cacheBreak)
    {
        lock (_lock)
        {
            if (_reminded == cacheBreak)
                return true;
            if (_holds > 0)
            {
                if (!_untold.Contains(cacheBreak))
                    _untold.Enqueue(cacheBreak);
                return true;
            }
        }

        return TryTell(cacheBreak);
    }
}
