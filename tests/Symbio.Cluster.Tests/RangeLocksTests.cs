using Symbio.Cluster.Local;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;

namespace Symbio.Cluster.Tests;

/// <summary>Byte-range locks, [MS-FSA] 2.1.4.10, 2.1.5.8 and 2.1.5.9, as smbtorture's smb2.lock knows them from Windows.</summary>
public sealed class RangeLocksTests
{
    private static readonly FileIdentity File = new(1, 2, 3);

    public static TheoryData<ulong, ulong, ulong, ulong, bool> Pairs => new()
    {
        // smb2.lock.zerobytelength
        { 10, 0, 10, 0, true }, { 10, 0, 9, 1, true }, { 10, 0, 10, 1, true }, { 10, 0, 11, 1, true },
        { 10, 0, 9, 2, false }, { 10, 0, 10, 2, true }, { 10, 0, 9, 3, false }, { 9, 1, 10, 0, true },
        { 10, 1, 10, 0, true }, { 11, 1, 10, 0, true }, { 9, 2, 10, 0, false }, { 10, 2, 10, 0, true },
        { 9, 3, 10, 0, false }, { 0, 0, 0, 0, true },
        { 0, 10, 10, 10, true }, { 0, 10, 9, 1, false }, { 0, 10, 0, 10, false }, { 5, 1, 0, 10, false },
        // The last byte there is: the end of such a range is no 64-bit number.
        { ulong.MaxValue, 1, ulong.MaxValue, 1, false }, { ulong.MaxValue - 1, 2, ulong.MaxValue, 1, false },
        { ulong.MaxValue, 1, ulong.MaxValue - 1, 2, false }, { 0, ulong.MaxValue, ulong.MaxValue, 1, true },
        { ulong.MaxValue, 0, ulong.MaxValue, 1, true }, { ulong.MaxValue, 0, ulong.MaxValue - 1, 2, false },
        { 0, ulong.MaxValue, ulong.MaxValue - 1, 1, false },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Exclusive_locks_meet(ulong offset1, ulong length1, ulong offset2, ulong length2, bool together)
    {
        var coordinator = new LocalCoordinator(TimeProvider.System);
        IFileClaim first = await OpenAsync(coordinator);
        IFileClaim second = await OpenAsync(coordinator);
        await first.LockAsync(new(offset1, length1), true, wait: false, default);

        NtStatus status = await second.LockAsync(new(offset2, length2), true, wait: false, default);

        Assert.Equal(together ? NtStatus.Success : NtStatus.LockNotGranted, status);
    }

    [Theory] // [MS-FSA] 2.1.4.10
    [InlineData(false, false, false, NtStatus.Success)]
    [InlineData(false, true, false, NtStatus.LockNotGranted)]
    [InlineData(true, false, false, NtStatus.LockNotGranted)]
    [InlineData(true, true, false, NtStatus.LockNotGranted)]
    [InlineData(false, false, true, NtStatus.Success)]
    [InlineData(false, true, true, NtStatus.LockNotGranted)]
    [InlineData(true, false, true, NtStatus.Success)] // A shared lock on one's own exclusive one.
    [InlineData(true, true, true, NtStatus.LockNotGranted)]
    public async Task Kinds_of_locks_on_one_range(bool firstExclusive, bool secondExclusive, bool sameOpen, NtStatus expected)
    {
        var coordinator = new LocalCoordinator(TimeProvider.System);
        IFileClaim first = await OpenAsync(coordinator);
        IFileClaim second = sameOpen ? first : await OpenAsync(coordinator);
        await first.LockAsync(new(0, 10), firstExclusive, wait: false, default);

        Assert.Equal(expected, await second.LockAsync(new(0, 10), secondExclusive, wait: false, default));
    }

    [Fact] // Against a list that is looked through from end to end.
    public async Task Random_locks_agree_with_a_plain_list()
    {
        var random = new Random(42);
        var coordinator = new LocalCoordinator(TimeProvider.System);
        IFileClaim[] claims = [await OpenAsync(coordinator), await OpenAsync(coordinator), await OpenAsync(coordinator)];
        var list = new List<(int Claim, ByteRange Range, bool Exclusive)>();
        for (int i = 0; i < 20_000; i++)
        {
            int who = random.Next(claims.Length);
            ulong start = random.Next(4) == 0 ? ulong.MaxValue - (ulong)random.Next(12) : (ulong)random.Next(64);
            ulong room = ulong.MaxValue - start;
            ulong length = Math.Min((ulong)random.Next(random.Next(8) == 0 ? 64 : 6), room == ulong.MaxValue ? room : room + 1);
            var range = new ByteRange(start, length);
            switch (random.Next(3))
            {
                case 0:
                    bool exclusive = random.Next(2) == 0;
                    bool free = !list.Exists(l => Meet(l.Range, range) && (exclusive || (l.Exclusive && l.Claim != who)));
                    NtStatus status = await claims[who].LockAsync(range, exclusive, wait: false, default);
                    Assert.Equal(free ? NtStatus.Success : NtStatus.LockNotGranted, status);
                    if (free)
                        list.Add((who, range, exclusive));
                    break;
                case 1 when list.Count > 0:
                    (int Claim, ByteRange Range, bool Exclusive) held = list[random.Next(list.Count)];
                    Assert.Equal(NtStatus.Success, await claims[held.Claim].UnlockAsync(held.Range, default));
                    int index = list.FindIndex(l => l.Claim == held.Claim && l.Range == held.Range && l.Exclusive);
                    list.RemoveAt(index >= 0 ? index : list.FindIndex(l => l.Claim == held.Claim && l.Range == held.Range));
                    break;
                default:
                    bool write = random.Next(2) == 0;
                    bool conflict = length > 0 && list.Exists(
                        l => Meet(l.Range, range) && (l.Exclusive ? l.Claim != who : write));
                    if (length > 0)
                        Assert.Equal(conflict ? NtStatus.FileLockConflict : NtStatus.Success, claims[who].CheckRange(start, length, write));
                    break;
            }
        }
    }

    [Fact]
    public async Task A_waiting_lock_is_granted_when_the_other_goes()
    {
        var coordinator = new LocalCoordinator(TimeProvider.System);
        IFileClaim first = await OpenAsync(coordinator);
        IFileClaim second = await OpenAsync(coordinator);
        await first.LockAsync(new(0, 10), true, wait: false, default);

        ValueTask<NtStatus> waiting = second.LockAsync(new(5, 10), true, wait: true, default);
        Assert.False(waiting.IsCompleted);
        await first.UnlockAsync(new(0, 10), default);

        Assert.Equal(NtStatus.Success, await waiting);
        Assert.Equal(NtStatus.FileLockConflict, first.CheckRange(5, 1, write: false));
    }

    [Fact]
    public async Task A_waiting_lock_ends_with_its_open()
    {
        var coordinator = new LocalCoordinator(TimeProvider.System);
        IFileClaim first = await OpenAsync(coordinator);
        IFileClaim second = await OpenAsync(coordinator);
        await first.LockAsync(new(0, 10), true, wait: false, default);
        ValueTask<NtStatus> waiting = second.LockAsync(new(0, 10), true, wait: true, default);

        await second.ReleaseAsync(default);
        second.CompleteRelease();

        Assert.Equal(NtStatus.RangeNotLocked, await waiting);
    }

    [Fact]
    public async Task A_cancelled_lock_is_not_granted_later()
    {
        var coordinator = new LocalCoordinator(TimeProvider.System);
        IFileClaim first = await OpenAsync(coordinator);
        IFileClaim second = await OpenAsync(coordinator);
        await first.LockAsync(new(0, 10), true, wait: false, default);
        using var cancellation = new CancellationTokenSource();
        ValueTask<NtStatus> waiting = second.LockAsync(new(0, 10), true, wait: true, cancellation.Token);

        await cancellation.CancelAsync();

        Assert.Equal(NtStatus.Cancelled, await waiting);
        await first.UnlockAsync(new(0, 10), default);
        Assert.Empty(second.GetLocks());
    }

    [Fact]
    public async Task Locks_are_told_by_range()
    {
        var coordinator = new LocalCoordinator(TimeProvider.System);
        IFileClaim first = await OpenAsync(coordinator);
        IFileClaim second = await OpenAsync(coordinator);
        foreach (ByteRange range in (ByteRange[])[new(0, 100), new(10, 5), new(200, 0), new(ulong.MaxValue, 1)])
            await first.LockAsync(range, false, wait: false, default);
        await second.LockAsync(new(12, 5), false, wait: false, default);

        Assert.Equal([new ByteRange(0, 100), new ByteRange(10, 5)], first.GetLocks(new(14, 1)).Select(l => l.Range));
        Assert.Equal([new ByteRange(0, 100)], first.GetLocks(new(15, 50)).Select(l => l.Range));
        Assert.Equal([new ByteRange(200, 0)], first.GetLocks(new(199, 2)).Select(l => l.Range));
        Assert.Empty(first.GetLocks(new(100, 100)));
        Assert.Equal([new ByteRange(ulong.MaxValue, 1)], first.GetLocks(new(201, ulong.MaxValue - 200)).Select(l => l.Range));
        Assert.Equal([new ByteRange(12, 5)], second.GetLocks(new(0, 1000)).Select(l => l.Range));
        await second.ReleaseAsync(default);
        Assert.Empty(second.GetLocks(new(0, 1000)));
    }

    [Fact]
    public async Task Only_what_was_locked_is_unlocked()
    {
        IFileClaim claim = await OpenAsync(new LocalCoordinator(TimeProvider.System));
        await claim.LockAsync(new(0, 10), true, wait: false, default);

        Assert.Equal(NtStatus.RangeNotLocked, await claim.UnlockAsync(new(0, 9), default));
        Assert.Equal(NtStatus.Success, await claim.UnlockAsync(new(0, 10), default));
        Assert.Equal(NtStatus.RangeNotLocked, await claim.UnlockAsync(new(0, 10), default));
    }

    private static bool Meet(ByteRange a, ByteRange b)
    {
        Int128 firstA = a.Offset, endA = firstA + a.Length, firstB = b.Offset, endB = firstB + b.Length;
        return firstA < endB && firstB < endA;
    }

    private static async Task<IFileClaim> OpenAsync(LocalCoordinator coordinator)
    {
        (NtStatus status, IFileClaim? claim) = await coordinator.OpenAsync(
            File, new ClaimOptions("", "A", AccessMask.ReadData | AccessMask.WriteData, true, true, true, false), default);
        Assert.Equal(NtStatus.Success, status);
        return claim!;
    }
}
