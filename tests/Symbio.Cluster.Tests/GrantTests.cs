using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Tests;

/// <summary>Who is granted what, [MS-FSA] 2.1.5.18.1 and 2.1.5.18.2.</summary>
public sealed class GrantTests : CacheTests
{
    [Theory]
    [InlineData(None, None)]
    [InlineData(R, R)]
    [InlineData(RW, RW)]
    [InlineData(RH, RH)]
    [InlineData(RWH, RWH)]
    [InlineData(LeaseState.WriteCaching, None)] // Nothing stands without R.
    [InlineData(LeaseState.HandleCaching, None)]
    [InlineData(LeaseState.WriteCaching | LeaseState.HandleCaching, None)]
    public async Task Who_is_alone_gets_what_makes_sense(LeaseState wanted, LeaseState granted)
    {
        IFileClaim claim = await OpenAsync(Leased(new Owner(), 1, wanted, epoch: 7));

        Assert.Equal(new CacheGrant(granted, false, (ushort)(granted == None ? 7 : 8)), claim.Cache);
        Assert.Equal(claim.Cache, claim.Granted);
    }

    [Theory] // What an owner believes to have from an earlier life of the server, and another has already.
    [InlineData(RWH, None, RWH, 7)]
    [InlineData(None, None, None, 7)]
    [InlineData(RWH, R, RH, 8)]
    [InlineData(RH, RWH, None, 8)]
    public async Task Only_less_than_before_is_a_change(LeaseState believed, LeaseState other, LeaseState left, int epoch)
    {
        if (other != None)
            await OpenAsync(Leased(new Owner(), 2, other) with { Access = AccessMask.ReadAttributes });
        ClaimOptions options = Leased(new Owner(), 1, believed, epoch: 7) with { Access = AccessMask.ReadAttributes };
        IFileClaim claim = await OpenAsync(options with { Caching = options.Caching! with { Continues = true } });

        Assert.Equal(new CacheGrant(left, false, (ushort)epoch), claim.Cache);
    }

    [Fact] // Its second open remembers more, from before.
    public async Task What_is_left_is_not_added_to()
    {
        ClaimOptions options = Leased(new Owner(), 1, R, epoch: 7);
        IFileClaim claim = await OpenAsync(options with { Caching = options.Caching! with { Continues = true } });
        await OpenAsync(options with { Caching = options.Caching! with { Continues = true, Wanted = RH, Epoch = 6 } });

        Assert.Equal(new CacheGrant(R, false, 7), claim.Cache);
    }

    [Theory] // A second lease beside a first that is held by an open of the same file.
    [InlineData(R, RWH, RH)]
    [InlineData(R, RW, R)]
    [InlineData(RH, RWH, RH)]
    [InlineData(RH, R, R)]
    [InlineData(None, RWH, RH)] // An open that caches nothing may write all the same.
    public async Task Writes_are_cached_by_who_is_alone(LeaseState first, LeaseState wanted, LeaseState granted)
    {
        await OpenAsync(Leased(new Owner(), 1, first));

        Assert.Equal(granted, (await OpenAsync(Leased(new Owner(), 2, wanted))).Cache.State);
    }

    [Theory] // Beside an open without any oplock.
    [InlineData(RWH, R)] // Batch and exclusive come down to level II.
    [InlineData(RW, R)]
    [InlineData(R, R)]
    public async Task Oplocks_come_down_to_level_II(LeaseState wanted, LeaseState granted)
    {
        await OpenAsync(Plain);

        Assert.Equal(granted, (await OpenAsync(Oplocked(new Owner(), wanted))).Cache.State);
    }

    [Fact]
    public async Task Level_II_and_cached_handles_do_not_go_together()
    {
        await OpenAsync(Leased(new Owner(), 1, RH));
        Assert.Equal(None, (await OpenAsync(Oplocked(new Owner(), R))).Cache.State);
    }

    [Fact]
    public async Task Cached_handles_and_level_II_do_not_go_together()
    {
        await OpenAsync(Oplocked(new Owner(), R));
        Assert.Equal(R, (await OpenAsync(Leased(new Owner(), 1, RH))).Cache.State);
    }

    [Theory]
    [InlineData(AccessMask.ReadAttributes, RWH)]
    [InlineData(AccessMask.ReadAttributes | AccessMask.WriteAttributes | AccessMask.Synchronize, RWH)]
    [InlineData(AccessMask.ReadData, RH)]
    [InlineData(AccessMask.Execute, RH)]
    [InlineData(AccessMask.Delete, RH)]
    public async Task Opens_for_attributes_are_in_nobodys_way(AccessMask access, LeaseState granted)
    {
        await OpenAsync(Plain with { Access = access });

        Assert.Equal(granted, (await OpenAsync(Leased(new Owner(), 1, RWH))).Cache.State);
    }

    [Fact]
    public async Task Who_only_reads_attributes_gets_nothing_beside_cached_writes()
    {
        var owner = new Owner();
        await OpenAsync(Leased(owner, 1, RWH));

        IFileClaim stat = await OpenAsync(Leased(new Owner(), 2, RH) with { Access = AccessMask.ReadAttributes });

        Assert.Equal(None, stat.Cache.State);
        owner.AssertQuiet();
    }

    [Theory]
    [InlineData(RH, None)] // What is read past a lock may not be kept.
    [InlineData(RWH, RWH)] // But who is alone with the file has nobody to fear.
    public async Task Nothing_shared_is_granted_beside_byte_range_locks(LeaseState wanted, LeaseState granted)
    {
        IFileClaim own = await OpenAsync(Leased(new Owner(), 1, None));
        await own.LockAsync(new ByteRange(0, 1), true, false, default);

        Assert.Equal(granted, (await OpenAsync(Leased(new Owner(), 1, wanted))).Cache.State);
    }

    [Theory]
    [InlineData(R, RH, RH)]
    [InlineData(R, RWH, RWH)]
    [InlineData(RH, RW, RH)] // H is not given up for W.
    [InlineData(RWH, R, RWH)] // Nobody asks for less by asking for less.
    [InlineData(RW, RWH, RWH)]
    public async Task An_upgrade_adds(LeaseState first, LeaseState wanted, LeaseState granted)
    {
        var owner = new Owner();
        IFileClaim a = await OpenAsync(Leased(owner, 1, first));
        IFileClaim b = await OpenAsync(Leased(owner, 1, wanted));

        Assert.Equal((granted, granted), (a.Cache.State, b.Granted.State));
        Assert.Equal(first, a.Granted.State);
        owner.AssertQuiet();
    }

    [Fact]
    public async Task An_upgrade_that_cannot_be_had_whole_is_not_had_at_all()
    {
        var owner = new Owner();
        IFileClaim a = await OpenAsync(Leased(owner, 1, R));
        await OpenAsync(Leased(new Owner(), 2, R));
        await OpenAsync(Leased(owner, 1, RWH));

        Assert.Equal((R, 1), (a.Cache.State, a.Cache.Epoch));
    }

    [Fact]
    public async Task Nothing_is_added_while_a_break_is_under_way()
    {
        var owner = new Owner();
        IFileClaim a = await OpenAsync(Leased(owner, 1, RH));
        Assert.Null(await (await OpenAsync(Plain)).ContendAsync(Data, default));
        Assert.Equal(None, owner.Told().To);

        IFileClaim b = await OpenAsync(Leased(owner, 1, RWH));

        Assert.Equal(new CacheGrant(RH, true, 2, b.Granted.BreakTo), b.Granted);
        Assert.Equal(NtStatus.Success, await a.AcknowledgeBreakAsync(None, default));
        Assert.Equal(None, b.Cache.State);
    }

    [Fact]
    public async Task Streams_are_cached_apart()
    {
        var owner = new Owner();
        await OpenAsync(Leased(owner, 1, RWH));

        Assert.Equal(RWH, (await OpenAsync(Leased(new Owner(), 2, RWH) with { Stream = "S" })).Cache.State);
        owner.AssertQuiet();
    }

    [Theory]
    [InlineData(RWH, RH)]
    [InlineData(RW, R)]
    public async Task Directories_are_not_written_to(LeaseState wanted, LeaseState granted) =>
        Assert.Equal(granted, (await OpenAsync(Leased(new Owner(), 1, wanted) with { IsDirectory = true })).Cache.State);

    [Fact]
    public async Task Directories_have_no_oplocks() =>
        Assert.Equal(None, (await OpenAsync(Oplocked(new Owner(), R) with { IsDirectory = true })).Cache.State);

    [Fact]
    public async Task What_was_granted_is_told_as_it_was()
    {
        var owner = new Owner();
        IFileClaim claim = await OpenAsync(Oplocked(owner, R));
        IFileClaim other = await OpenAsync(Plain);
        await other.ContendAsync(Data, default);

        Assert.Equal((R, None), (claim.Granted.State, claim.Cache.State));
    }
}
