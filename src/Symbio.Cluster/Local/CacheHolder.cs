using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Local;

/// <summary>
/// One oplock, or one lease with all its opens, on one stream: the state of [MS-FSA] 2.1.1.10 as one owner sees it. Guarded
/// by the file record's lock.
/// </summary>
internal sealed class CacheHolder(CacheTable table, CacheRequest request)
{
    public const LeaseState ReadWrite = LeaseState.ReadCaching | LeaseState.WriteCaching;

    private const LeaseState Everything = ReadWrite | LeaseState.HandleCaching;

    private readonly bool _onlyAlone = request.OnlyAlone;
    private LeaseState _allowed = Everything; // What contention that came during a break leaves in the end.
    private Signal? _done;
    private ITimer? _timer;

    public LeaseId? Lease { get; } = request.Lease;

    public ICacheOwner Owner { get; } = request.Owner;

    public bool IsOplock => Lease is null;

    public LeaseState State { get; private set; }

    /// <summary>The table's chain of those who cache.</summary>
    public CacheHolder? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    public CacheHolder? Previous { get; set; }

    public ushort Epoch { get; private set; } = request.Epoch;

    /// <summary>Claims that share it.</summary>
    public int Claims { get; set; }

    /// <summary>Those of them that are open for more than attributes.</summary>
    public int BusyClaims { get; set; }

    /// <summary>What the owner was told to come down to; null when no break is under way.</summary>
    public LeaseState? BreakTo { get; private set; }

    /// <summary>Counts breaks: a timer that fires late is none of the next one's business.</summary>
    public int BreakNumber { get; private set; }

    public CacheGrant Grant => new(State, BreakTo is not null, Epoch, BreakTo ?? LeaseState.None);

    public bool Has(LeaseState any) => (State & any) != 0;

    /// <summary>Grants a state, for the first time or as an upgrade.</summary>
    public void Raise(LeaseState state)
    {
        Become(state);
        Epoch++;
    }

    /// <summary>Goes on with what is left of the state that the owner believes to have.</summary>
    public void Continue(LeaseState state, LeaseState believed)
    {
        Become(state);
        if (state != believed)
            Epoch++;
    }

    /// <summary>
    /// Takes away what others need. Returns what completes when the owner has agreed, if it has to and the caller wants to
    /// know.
    /// </summary>
    /// <param name="notices">Null: takes nothing away, and returns a task if it would have.</param>
    public Task? Break(LeaseState lose, bool wait, FileRecord record, List<BreakNotice>? notices)
    {
        if (!Has(lose))
            return null;
        if (notices is null)
            return BreakTo is not null || After(lose) != State ? Task.CompletedTask : null;
        if (BreakTo is not null)
        {
            // One break at a time. What this one needs besides is seen to after it.
            _allowed &= ~lose;
            if ((_allowed & LeaseState.ReadCaching) == 0)
                _allowed = LeaseState.None;
            return wait ? _done!.Task : null;
        }

        LeaseState to = After(lose);
        if (to == State)
            return null;
        bool acknowledged = Has(LeaseState.WriteCaching | LeaseState.HandleCaching);
        Epoch++;
        notices.Add(new BreakNotice(this, new CacheBreak(State, to, acknowledged, Epoch)));
        if (!acknowledged)
        {
            Become(to);
            return null;
        }

        BreakTo = to;
        BreakNumber++;
        _allowed = Everything;
        _done = new Signal(record.Scheduler);
        _timer = record.StartBreakTimer(this);
        return wait ? _done.Task : null;
    }

    /// <summary>The owner agrees to the break.</summary>
    public NtStatus Acknowledge(LeaseState state, FileRecord record, List<BreakNotice> notices, List<Signal> wake)
    {
        if (BreakTo is not { } to)
            return NtStatus.Unsuccessful;
        if ((state & ~to) != 0)
            return NtStatus.RequestNotAccepted;
        LeaseState allowed = _allowed;
        LeaseState lose = Everything & ~allowed;
        Signal? done = _done;
        _done = null;
        End(state, wake);
        if (Has(lose))
        {
            // The rest goes in steps: H first, and what little is left once the owner has agreed to that.
            ushort epoch = Epoch;
            Break(Has(LeaseState.HandleCaching) ? LeaseState.HandleCaching : lose, wait: false, record, notices);
            if (BreakTo is not null)
                _allowed = allowed;

            // Still the same change of state, as Windows counts it.
            Epoch = epoch;
            notices[^1] = notices[^1] with { Break = notices[^1].Break with { Epoch = epoch } };
        }

        if (done is null)
            return NtStatus.Success;

        // Those who wait do so until the last of several breaks.
        if (BreakTo is null)
            wake.Add(done);
        else
            _done = done;
        return NtStatus.Success;
    }

    /// <summary>The break ends: acknowledged, given up on, or because nobody is left to acknowledge it.</summary>
    public void End(LeaseState state, List<Signal> wake)
    {
        Become(state);
        BreakTo = null;
        _timer?.Dispose();
        _timer = null;
        if (_done is not null)
            wake.Add(_done);
        _done = null;
    }

    private void Become(LeaseState state)
    {
        LeaseState before = State;
        State = state;
        if (state != before)
            table.StateChanged(this, before);
    }

    // Without R nothing else stands. Oplocks know no more than three levels: one that is broken is R, or nothing.
    private LeaseState After(LeaseState lose)
    {
        LeaseState left = State & ~lose;
        if ((left & LeaseState.ReadCaching) == 0 || (_onlyAlone && (left & LeaseState.WriteCaching) == 0))
            return LeaseState.None;
        return IsOplock && left != State ? LeaseState.ReadCaching : left;
    }
}

/// <summary>Something to tell an owner once the record's lock is free.</summary>
internal readonly record struct BreakNotice(CacheHolder Holder, CacheBreak Break)
{
    public static void SendAll(List<BreakNotice> notices)
    {
        foreach (BreakNotice notice in notices)
            notice.Holder.Owner.OnBreak(notice.Break);
    }
}
