using Symbio.Cluster;
using Symbio.Protocol.Smb2;
using Symbio.Server.Opens;

namespace Symbio.Server.Leases;

/// <summary>
/// A lease, [MS-SMB2] 3.3.1.13. Its state is the coordinator's; here is who the client is and which opens share the lease.
/// </summary>
internal sealed class Lease(LeaseTable table, LeaseId id, bool hasEpoch) : CacheOwner
{
    private readonly Lock _lock = new();
    private readonly List<Open> _opens = [];
    private (FileIdentity File, string Stream)? _file;
    private int _users; // Opens, and creates under way. Guarded by the table's rules: zero is the end.

    public LeaseId Id => id;

    /// <summary>Lease.Version is 2.</summary>
    public bool HasEpoch => hasEpoch;

    /// <summary>
    /// A file has been opened under this lease, or is being opened by another request than the one that asks: another file
    /// cannot be.
    /// </summary>
    public bool IsBound
    {
        get
        {
            lock (_lock)
                return _file is not null && IsUsedByOthers;
        }
    }

    /// <summary>Lease.LeaseOpens</summary>
    public override IReadOnlyList<Open> Opens
    {
        get
        {
            lock (_lock)
                return [.. _opens];
        }
    }

    /// <summary>A lease is for one stream of one file, [MS-SMB2] 3.3.5.9.8; false when it is for another one.</summary>
    public bool TryBind(FileIdentity file, string stream)
    {
        lock (_lock)
        {
            if (!IsUsedByOthers)
                _file = null; // A file that was opened in vain, or has been deleted meanwhile.
            _file ??= (file, stream);
            return _file == (file, stream);
        }
    }

    /// <summary>The stream has another name, and nobody else has it open.</summary>
    public void RenameStream(string stream)
    {
        lock (_lock)
        {
            if (_file is { } file)
                _file = (file.File, stream);
        }
    }

    private bool IsUsedByOthers => _users > 1; // The request that asks is one.

    public void Add(Open open)
    {
        lock (_lock)
            _opens.Add(open);
    }

    public void Remove(Open open)
    {
        lock (_lock)
            _opens.Remove(open);
        Release();
    }

    /// <summary>False: it has ended, take a new one.</summary>
    public bool TryUse()
    {
        lock (_lock)
        {
            if (_users < 0)
                return false;
            _users++;
            return true;
        }
    }

    /// <summary>Ends what <see cref="TryUse"/> began; the last one takes the lease out of its table.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_users > 0)
                return;
            _users = -1;
        }

        table.Remove(this);
    }

    /// <inheritdoc/>
    protected override bool TryTell(Open open, in CacheBreak cacheBreak) => TrySend(
        open,
        new LeaseBreakNotification(
            HasEpoch ? cacheBreak.Epoch : (ushort)0,
            cacheBreak.AcknowledgeRequired ? LeaseBreakFlags.AckRequired : LeaseBreakFlags.None,
            id.Key, cacheBreak.From, cacheBreak.To));
}
