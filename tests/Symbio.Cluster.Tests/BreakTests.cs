using Symbio.Cluster.Local;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Tests;

/// <summary>Who loses what, who is waited for and how a break ends: [MS-FSA] 2.1.4.12, 2.1.5.18.3 and 2.1.5.19.</summary>
public sealed class BreakTests : CacheTests
{
    [Theory] // A lease when another opens the file, or overwrites it by opening: what is left, and is the owner waited for?
    [InlineData(RWH, false, RH, true, true)]
    [InlineData(RW, false, R, true, true)]
    [InlineData(RWH, true, None, true, true)]
    [InlineData(RW, true, None, true, true)]
    [InlineData(RH, true, None, true, false)]
    [InlineData(R, true, None, false, false)]
    public async Task Opening_breaks_leases(LeaseState state, bool overwrites, LeaseState left, bool acknowledged, bool waits)
    {
        var owner = new Owner();
        await OpenAsync(Leased(owner, 1, state));

        ClaimOutcome outcome = await TryAsync(Plain with { Overwrites = overwrites });

        Assert.Equal(new CacheBreak(state, left, acknowledged, 2), owner.Told());
        Assert.Equal(waits ? NtStatus.Pending : NtStatus.Success, outcome.Status);
    }

    [Theory]
    [InlineData(R)]
    [InlineData(RH)]
    public async Task Opening_does_not_break_what_others_may_share(LeaseState state)
    {
        var owner = new Owner();
        await OpenAsync(Leased(owner, 1, state));
        await OpenAsync(Plain);
        owner.AssertQuiet();
    }

    [Theory] // An oplock.
    [InlineData(RWH, false, R, true)]
    [InlineData(RW, false, R, true)]
    [InlineData(RWH, true, None, true)]
    [InlineData(RW, true, None, true)]
    [InlineData(R, true, None, false)]
    public async Task Opening_breaks_oplocks(LeaseState state, bool overwrites, LeaseState left, bool acknowledged)
    {
        var owner = new Owner();
        await OpenAsync(Oplocked(owner, state));

        ClaimOutcome outcome = await TryAsync(Plain with { Overwrites = overwrites });

        Assert.Equal((state, left, acknowledged), (owner.Told() is var told ? told.From : 0, told.To, told.AcknowledgeRequired));
        Assert.Equal(acknowledged ? NtStatus.Pending : NtStatus.Success, outcome.Status);
    }

    [Theory]
    [InlineData(AccessMask.ReadAttributes | AccessMask.WriteAttributes | AccessMask.Synchronize, false, false)]
    [InlineData(AccessMask.ReadAttributes | AccessMask.ReadControl, true, false)] // READ_CONTROL matters to oplocks alone.
    [InlineData(AccessMask.ReadData, true, true)]
    [InlineData(AccessMask.WriteDac, true, true)]
    public async Task Opens_for_attributes_break_nothing(AccessMask access, bool oplock, bool lease)
    {
        var batch = new Owner();
        IFileClaim claim = await OpenAsync(Oplocked(batch, RWH));
        Assert.Equal(oplock, (await TryAsync(Plain with { Access = access })).Status == NtStatus.Pending);
        if (oplock)
            batch.Told();
        batch.AssertQuiet();
        await CloseAsync(claim);

        var leased = new Owner();
        ClaimOutcome outcome = await Coordinator.OpenAsync(new FileIdentity(1, 9, 9), Leased(leased, 1, RWH), default);
        Assert.Equal(NtStatus.Success, outcome.Status);
        outcome = await Coordinator.OpenAsync(new FileIdentity(1, 9, 9), Plain with { Access = access }, default);
        Assert.Equal(lease, outcome.Status == NtStatus.Pending);
    }

    [Fact]
    public async Task An_open_for_attributes_that_overwrites_is_none()
    {
        var owner = new Owner();
        await OpenAsync(Leased(owner, 1, R));
        await OpenAsync(Plain with { Access = AccessMask.ReadAttributes, Overwrites = true });
        Assert.Equal(None, owner.Told().To);
    }

    [Fact] // The owner may hold nothing but a cached handle.
    public async Task A_batch_oplock_is_broken_even_by_who_is_not_let_in()
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Oplocked(owner, RWH) with { ShareRead = false, ShareWrite = false });

        Task wait = await WaitAsync(Plain);

        Assert.Equal(R, owner.Told().To);
        await claim.AcknowledgeBreakAsync(R, default);
        await wait;
        Assert.Equal(NtStatus.SharingViolation, (await TryAsync(Plain)).Status);
    }

    [Fact] // An exclusive oplock has no cached handle.
    public async Task An_exclusive_oplock_is_not_broken_by_who_is_not_let_in()
    {
        var owner = new Owner();
        await OpenAsync(Oplocked(owner, RW) with { ShareRead = false, ShareWrite = false });
        Assert.Equal(NtStatus.SharingViolation, (await TryAsync(Plain)).Status);
        owner.AssertQuiet();
    }

    [Theory]
    [InlineData(RWH, RW)]
    [InlineData(RH, R)]
    public async Task Cached_handles_are_given_up_before_a_sharing_violation(LeaseState state, LeaseState left)
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Leased(owner, 1, state) with { ShareRead = false, ShareWrite = false });

        Task wait = await WaitAsync(Plain);
        Assert.Equal(new CacheBreak(state, left, true, 2), owner.Told());
        await CloseAsync(claim); // It was only cached.

        await wait;
        await OpenAsync(Plain);
    }

    [Theory]
    [InlineData(RH, Data, None, true, false)] // Writing and locking.
    [InlineData(R, Data, None, false, false)]
    [InlineData(RH, Handle, R, true, true)] // Renaming and deleting.
    [InlineData(R, Handle, R, false, false)]
    public async Task What_others_do_breaks_leases(
        LeaseState state, LeaseState spoiled, LeaseState left, bool acknowledged, bool waits)
    {
        var owner = new Owner();
        await OpenAsync(Leased(owner, 1, state));
        IFileClaim other = await OpenAsync(Plain);

        Task? wait = await other.ContendAsync(spoiled, default);

        Assert.Equal(waits, wait is not null);
        if (left == state)
            owner.AssertQuiet();
        else
            Assert.Equal(new CacheBreak(state, left, acknowledged, 2), owner.Told());
    }

    [Fact]
    public async Task The_opens_of_a_lease_do_not_break_it()
    {
        var owner = new Owner();
        IFileClaim a = await OpenAsync(Leased(owner, 1, RWH));
        IFileClaim b = await OpenAsync(Leased(owner, 1, RWH) with { Overwrites = true });

        Assert.Null(await a.ContendAsync(Data, default));
        Assert.Null(await b.ContendAsync(Handle, default));
        owner.AssertQuiet();
        Assert.Equal(RWH, a.Cache.State);
    }

    [Fact] // It was granted for reading.
    public async Task A_write_breaks_the_writers_own_level_II()
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Oplocked(owner, R));
        Assert.Null(await claim.ContendAsync(Data, default));
        Assert.Equal(new CacheBreak(R, None, false, 2), owner.Told());
    }

    [Fact]
    public async Task A_write_does_not_break_the_writers_own_exclusive_oplock()
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Oplocked(owner, RWH));
        Assert.Null(await claim.ContendAsync(Data, default));
        owner.AssertQuiet();
    }

    [Fact]
    public async Task What_is_deleted_on_close_takes_handles_along()
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Leased(owner, 1, RH));
        Task wait = await WaitAsync(Plain with { DeleteOnClose = true, Access = AccessMask.Delete });
        Assert.Equal(R, owner.Told().To);
        await claim.AcknowledgeBreakAsync(R, default);
        await wait;
        await OpenAsync(Plain with { DeleteOnClose = true, Access = AccessMask.Delete });
        owner.AssertQuiet();
    }

    [Fact]
    public async Task Content_that_changes_without_an_open_breaks_all_but_one()
    {
        var mine = new Owner();
        var others = new Owner();
        ClaimOptions own = Leased(mine, 1, RH) with { IsDirectory = true };
        await OpenAsync(own);
        await OpenAsync(Leased(others, 2, RH) with { IsDirectory = true });

        Assert.Null(await Coordinator.ContendAsync(File, "", R, own.Caching!.Lease, default));

        mine.AssertQuiet();
        Assert.Equal(new CacheBreak(RH, None, true, 2), others.Told());
        Assert.Null(await Coordinator.ContendAsync(new FileIdentity(7, 7, 7), "", R, null, default));
    }

    [Theory]
    [InlineData(RH)]
    [InlineData(R)] // Less than it may.
    [InlineData(None)]
    public async Task An_acknowledgment_ends_the_break(LeaseState kept)
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Leased(owner, 1, RWH));
        Task wait = await WaitAsync(Plain);
        Assert.Equal(new CacheGrant(RWH, true, 2, RH), claim.Cache);

        Assert.Equal(NtStatus.RequestNotAccepted, await claim.AcknowledgeBreakAsync(RWH, default));
        Assert.Equal(NtStatus.RequestNotAccepted, await claim.AcknowledgeBreakAsync(RW, default));
        Assert.Equal(0, owner.Acknowledged);
        Assert.False(wait.IsCompleted);
        Assert.Equal(NtStatus.Success, await claim.AcknowledgeBreakAsync(kept, default));

        await wait;
        Assert.Equal(new CacheGrant(kept, false, 2), claim.Cache);
        Assert.Equal((1, 0), (owner.Acknowledged, owner.Expired));
        Assert.Equal(0, Clock.Timers);
        Assert.Equal(NtStatus.Unsuccessful, await claim.AcknowledgeBreakAsync(kept, default));
    }

    [Fact]
    public async Task Who_has_nothing_has_nothing_to_acknowledge()
    {
        IFileClaim plain = await OpenAsync(Plain);
        IFileClaim leased = await OpenAsync(Leased(new Owner(), 1, R));

        Assert.Equal(NtStatus.Unsuccessful, await plain.AcknowledgeBreakAsync(None, default));
        Assert.Equal(NtStatus.Unsuccessful, await leased.AcknowledgeBreakAsync(None, default));
        await CloseAsync(leased);
        Assert.Equal(NtStatus.Unsuccessful, await leased.AcknowledgeBreakAsync(None, default));
    }

    [Fact]
    public async Task The_owner_has_so_much_time_and_no_more()
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Leased(owner, 1, RWH));
        Task wait = await WaitAsync(Plain);

        Clock.Advance(LocalCoordinator.DefaultBreakTimeout - TimeSpan.FromTicks(1));
        Assert.Equal((false, 0), (wait.IsCompleted, owner.Expired));
        Clock.Advance(TimeSpan.FromTicks(1));

        await wait;
        Assert.Equal(1, owner.Expired);
        Assert.Equal((None, false), (claim.Cache.State, claim.Cache.Breaking));
        Assert.Equal(NtStatus.Unsuccessful, await claim.AcknowledgeBreakAsync(RH, default));
        owner.Told(); // Once.
        await OpenAsync(Plain);
    }

    [Fact]
    public async Task The_last_close_is_as_good_as_an_acknowledgment()
    {
        var owner = new Owner();
        IFileClaim a = await OpenAsync(Leased(owner, 1, RWH));
        IFileClaim b = await OpenAsync(Leased(owner, 1, RWH));
        Task wait = await WaitAsync(Plain);

        await CloseAsync(a);
        Assert.False(wait.IsCompleted);
        await CloseAsync(b);

        await wait;
        Assert.Equal((0, 0), (Clock.Timers, Coordinator.FileCount));
    }

    [Fact]
    public async Task Two_who_wait_are_let_in_by_one_acknowledgment()
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Leased(owner, 1, RWH));
        Task first = await WaitAsync(Plain);
        Task second = await WaitAsync(Plain);
        owner.Told();

        await claim.AcknowledgeBreakAsync(RH, default);

        await first;
        await second;
        owner.AssertQuiet();
    }

    [Fact]
    public async Task What_more_is_needed_meanwhile_is_asked_for_next()
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Leased(owner, 1, RWH));
        Task open = await WaitAsync(Plain);
        Assert.Equal((RWH, RH), (owner.Told() is var told ? told.From : 0, told.To));
        Task overwrite = await WaitAsync(Plain with { Overwrites = true });
        owner.AssertQuiet();

        await claim.AcknowledgeBreakAsync(RH, default);

        // H first, then the rest, which is R alone and needs no answer. Those who wait do so until it is all over.
        Assert.Equal((RH, R, true), (owner.Told() is var next ? next.From : 0, next.To, next.AcknowledgeRequired));
        Assert.False(open.IsCompleted);
        Assert.False(overwrite.IsCompleted);
        await claim.AcknowledgeBreakAsync(R, default);
        Assert.Equal((R, None, false), (owner.Told() is var last ? last.From : 0, last.To, last.AcknowledgeRequired));
        await open;
        await overwrite;
        Assert.Equal((None, false, 0), (claim.Cache.State, claim.Cache.Breaking, Clock.Timers));
    }

    [Fact]
    public async Task Each_break_of_a_chain_has_its_own_time()
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Leased(owner, 1, RWH));
        await WaitAsync(Plain);
        Task overwrite = await WaitAsync(Plain with { Overwrites = true });
        Clock.Advance(LocalCoordinator.DefaultBreakTimeout - TimeSpan.FromSeconds(1));
        await claim.AcknowledgeBreakAsync(RH, default);

        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(overwrite.IsCompleted);
        Clock.Advance(LocalCoordinator.DefaultBreakTimeout);

        await overwrite;
        Assert.Equal((None, 0), (claim.Cache.State, Clock.Timers));
    }

    [Fact]
    public async Task A_timer_that_fires_late_is_none_of_the_next_breaks_business()
    {
        var late = new LateTimers();
        var coordinator = new LocalCoordinator(late);
        var owner = new Owner();
        IFileClaim claim = (await coordinator.OpenAsync(File, Leased(owner, 1, RWH), default)).Claim!;
        await coordinator.OpenAsync(File, Plain, default);
        await coordinator.OpenAsync(File, Plain with { Overwrites = true }, default);
        await claim.AcknowledgeBreakAsync(RH, default);
        Assert.True(claim.Cache.Breaking);

        late.Callbacks[0]();
        Assert.Equal((RH, true), (claim.Cache.State, claim.Cache.Breaking));
        late.Callbacks[1]();
        Assert.Equal((None, false), (claim.Cache.State, claim.Cache.Breaking));
    }

    [Fact]
    public async Task Nobody_is_told_twice_of_what_is_not_acknowledged_yet()
    {
        var owner = new Owner();
        await OpenAsync(Leased(owner, 1, RH));
        IFileClaim other = await OpenAsync(Plain);
        await other.ContendAsync(Data, default);
        await other.ContendAsync(Data, default);
        Assert.Equal(None, owner.Told().To);
        Assert.NotNull(await other.ContendAsync(Handle, default)); // But a rename waits for the handle.
    }

    /// <summary>Timers that cannot be stopped: they were just about to fire.</summary>
    private sealed class LateTimers : TimeProvider
    {
        public List<Action> Callbacks { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Callbacks.Add(() => callback(state));
            return new Testing.ManualClock().CreateTimer(_ => { }, null, dueTime, period);
        }
    }
}
