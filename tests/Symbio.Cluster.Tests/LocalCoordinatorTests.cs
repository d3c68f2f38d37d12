using Symbio.Cluster.Local;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;

namespace Symbio.Cluster.Tests;

/// <summary>Share modes and delete-pending, [MS-FSA] 2.1.5.1.2 and 2.1.5.5.</summary>
public sealed class LocalCoordinatorTests
{
    private static readonly FileIdentity File = new(1, 2, 3);

    private readonly LocalCoordinator _coordinator = new(TimeProvider.System);

    [Fact] // [MS-FSA] 2.1.5.1.2.2: who comes second must share what the first has, and have only what the first shares.
    public async Task Every_pair_of_accesses_and_share_modes()
    {
        AccessMask[] accesses =
        [
            AccessMask.ReadData, AccessMask.WriteData, AccessMask.AppendData, AccessMask.Execute, AccessMask.Delete,
            AccessMask.ReadAttributes, AccessMask.ReadControl, AccessMask.ReadData | AccessMask.Delete, AccessMask.FileAll,
        ];
        foreach (AccessMask first in accesses)
        {
            foreach (AccessMask second in accesses)
            {
                for (int modes = 0; modes < 64; modes++)
                {
                    int shareFirst = modes & 7, shareSecond = modes >> 3;
                    IFileClaim held = (await OpenAsync(first, shareFirst)).Claim!;
                    (NtStatus status, IFileClaim? claim) = await OpenAsync(second, shareSecond);
                    bool counts = Shared(first) != 0 && Shared(second) != 0;
                    bool allowed = !counts || ((Shared(first) & ~shareSecond) == 0 && (Shared(second) & ~shareFirst) == 0);
                    Assert.Equal(allowed ? NtStatus.Success : NtStatus.SharingViolation, status);
                    if (claim is not null)
                        await ReleaseAsync(claim);
                    await ReleaseAsync(held);
                }
            }
        }

        Assert.Equal(0, _coordinator.FileCount);
    }

    [Fact]
    public async Task The_last_close_of_a_name_deletes()
    {
        IFileClaim first = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        IFileClaim second = (await OpenAsync(AccessMask.ReadData, 7)).Claim!;
        await first.SetDeletePendingAsync(true, default);

        Assert.Equal(NtStatus.DeletePending, (await OpenAsync(AccessMask.ReadData, 7)).Status);
        Assert.Equal(ReleaseOutcome.Closed, await ReleaseAsync(first));
        Assert.Equal(ReleaseOutcome.Delete, await second.ReleaseAsync(default));
        Assert.Equal(NtStatus.DeletePending, (await OpenAsync(AccessMask.ReadData, 7)).Status); // The name still stands there.
        second.CompleteRelease();
        Assert.Equal(NtStatus.Success, (await OpenAsync(AccessMask.ReadData, 7)).Status);
    }

    [Fact]
    public async Task Another_name_of_the_file_is_not_pending()
    {
        IFileClaim first = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        await first.SetDeletePendingAsync(true, default);

        Assert.Equal(NtStatus.Success, (await OpenAsync(AccessMask.ReadData, 7, link: "B")).Status);
    }

    [Fact]
    public async Task Delete_on_close_counts_from_the_close_on()
    {
        IFileClaim first = (await OpenAsync(AccessMask.Delete, 7, deleteOnClose: true)).Claim!;
        IFileClaim second = (await OpenAsync(AccessMask.ReadData, 7)).Claim!;

        Assert.False(second.IsDeletePending);
        Assert.Equal(ReleaseOutcome.Closed, await ReleaseAsync(first));
        Assert.True(second.IsDeletePending);
        Assert.Equal(ReleaseOutcome.Delete, await ReleaseAsync(second));
        Assert.Equal(0, _coordinator.FileCount);
    }

    [Theory] // Who holds the lease on the directory knows of a deletion only if it was asked for under it.
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(0, 1, false)]
    public async Task The_last_open_tells_who_asked_for_the_deletion(int asks, int closes, bool same)
    {
        async Task<IFileClaim> OpenUnderAsync(int parent) => (await _coordinator.OpenAsync(
            File,
            new ClaimOptions(
                "", "A", AccessMask.Delete, true, true, true, DeleteOnClose: false,
                Parent: parent == 0 ? null : new LeaseId(Guid.Empty, new Guid(parent, 0, 0, new byte[8]))),
            default)).Claim!;
        IFileClaim first = await OpenUnderAsync(asks);
        IFileClaim last = await OpenUnderAsync(closes);
        await first.SetDeletePendingAsync(true, default);
        await last.SetDeletePendingAsync(true, default); // Asked for already.
        await ReleaseAsync(first);

        Assert.Equal(ReleaseOutcome.Delete, await ReleaseAsync(last));

        Assert.Equal(same, last.EndsOwnDeletion);
    }

    [Fact]
    public async Task The_last_open_tells_whether_the_name_goes_or_the_stream()
    {
        IFileClaim file = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        IFileClaim first = (await OpenAsync(AccessMask.Delete, 7, stream: "S")).Claim!;
        IFileClaim second = (await OpenAsync(AccessMask.Delete, 7, stream: "T")).Claim!;
        await first.SetDeletePendingAsync(true, default);

        Assert.Equal(ReleaseOutcome.DeleteStream, await ReleaseAsync(first));
        await file.SetDeletePendingAsync(true, default);
        Assert.Equal(ReleaseOutcome.Closed, await ReleaseAsync(file));
        Assert.True(await _coordinator.IsDeletePendingAsync(File, "A", default));
        Assert.Equal(ReleaseOutcome.Delete, await ReleaseAsync(second));
        Assert.False(await _coordinator.IsDeletePendingAsync(File, "A", default));
    }

    [Fact]
    public async Task Others_access_can_be_asked_for()
    {
        IFileClaim first = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        IFileClaim second = (await OpenAsync(AccessMask.ReadData, 7)).Claim!;

        Assert.True(second.HasOtherAccess(AccessMask.Delete));
        Assert.False(first.HasOtherAccess(AccessMask.Delete));
        await ReleaseAsync(first);
        Assert.False(second.HasOtherAccess(AccessMask.Delete));
    }

    [Theory] // POSIX semantics: the name goes with who wanted it gone, the file with its last open.
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_name_may_go_while_others_have_the_file_open(bool onClose)
    {
        IFileClaim other = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        (_, IFileClaim? first) = await _coordinator.OpenAsync(
            File, new ClaimOptions("", "A", AccessMask.Delete, true, true, true, onClose, DeletesAtOnce: onClose), default);
        if (!onClose)
            await first!.SetDeletePendingAtOnceAsync(default);

        Assert.Equal(ReleaseOutcome.Delete, await first!.ReleaseAsync(default));
        Assert.Equal(NtStatus.DeletePending, (await OpenAsync(AccessMask.ReadData, 7)).Status); // It has its name still.
        first.Unlink();
        first.CompleteRelease();

        Assert.True(other.IsUnlinked);
        Assert.True(other.IsDeletePending);
        IFileClaim again = (await OpenAsync(AccessMask.Delete, 7)).Claim!; // The same name, given anew.
        await other.SetDeletePendingAsync(true, default);
        Assert.False(again.IsDeletePending);
        Assert.Equal(ReleaseOutcome.Closed, await ReleaseAsync(other));
        Assert.Equal(ReleaseOutcome.Closed, await ReleaseAsync(again));
        Assert.Equal(0, _coordinator.FileCount);
    }

    [Fact] // The delete failed: it is tried again when the last one closes, as ever.
    public async Task A_name_that_could_not_go_at_once_stays_pending()
    {
        IFileClaim other = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        IFileClaim first = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        await first.SetDeletePendingAtOnceAsync(default);
        Assert.Equal(ReleaseOutcome.Delete, await ReleaseAsync(first));

        Assert.False(other.IsUnlinked);
        Assert.Equal(ReleaseOutcome.Delete, await ReleaseAsync(other));
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    public async Task Who_asked_first_for_a_deletion_is_told_at_its_end(string stream)
    {
        ClaimOptions options = new(stream, "A", AccessMask.Delete, true, true, true, false);
        IFileClaim first = (await _coordinator.OpenAsync(File, options with { Deleter = "first" }, default)).Claim!;
        IFileClaim second = (await _coordinator.OpenAsync(File, options with { Deleter = "second" }, default)).Claim!;
        IFileClaim last = (await _coordinator.OpenAsync(File, options with { Deleter = "last" }, default)).Claim!;
        Assert.Null(last.Deleter);

        await first.SetDeletePendingAsync(true, default);
        await second.SetDeletePendingAsync(true, default);
        await ReleaseAsync(first);
        await ReleaseAsync(second);
        await last.ReleaseAsync(default);

        Assert.Equal("first", last.Deleter);
        last.CompleteRelease();
    }

    [Fact]
    public async Task A_wish_that_was_taken_back_is_as_if_it_had_not_been()
    {
        IFileClaim first = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        IFileClaim last = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        await first.SetDeletePendingAtOnceAsync(default);
        await first.SetDeletePendingAsync(false, default);
        await last.SetDeletePendingAsync(true, default);

        Assert.Equal(ReleaseOutcome.Closed, await ReleaseAsync(first));
        Assert.Equal(ReleaseOutcome.Delete, await ReleaseAsync(last));
    }

    [Fact]
    public async Task An_abandoned_open_does_not_delete_on_close()
    {
        IFileClaim first = (await OpenAsync(AccessMask.Delete, 7, deleteOnClose: true)).Claim!;

        Assert.Equal(ReleaseOutcome.Closed, await first.AbandonAsync(default));
        first.CompleteRelease();

        Assert.Equal(NtStatus.Success, (await OpenAsync(AccessMask.ReadData, 7)).Status);
    }

    [Fact]
    public async Task An_abandoned_open_that_is_the_last_deletes_what_others_wanted_gone()
    {
        IFileClaim first = (await OpenAsync(AccessMask.Delete, 7)).Claim!;
        IFileClaim second = (await OpenAsync(AccessMask.ReadData, 7)).Claim!;
        await first.SetDeletePendingAsync(true, default);
        await ReleaseAsync(first);

        Assert.Equal(ReleaseOutcome.Delete, await second.AbandonAsync(default));
    }

    [Fact]
    public async Task What_only_the_opening_needs_is_not_held_against_later_opens()
    {
        (_, IFileClaim? first) = await _coordinator.OpenAsync(
            File, new ClaimOptions("", "A", AccessMask.ReadData, true, true, true, false, Overwrites: true), default);

        Assert.NotNull(first);
        Assert.Equal(NtStatus.Success, (await OpenAsync(AccessMask.ReadData, 1)).Status); // Shares reading alone.
        (NtStatus status, _) = await _coordinator.OpenAsync(
            File, new ClaimOptions("", "A", AccessMask.ReadData, true, true, true, false, Overwrites: true), default);
        Assert.Equal(NtStatus.SharingViolation, status);
    }

    [Fact]
    public async Task Opens_and_closes_from_many_threads_leave_nothing()
    {
        await Parallel.ForAsync(0, 20_000, async (i, _) =>
        {
            (NtStatus status, IFileClaim? claim) = await OpenAsync(AccessMask.FileAll, 7, deleteOnClose: i % 3 == 0);
            if (status != NtStatus.Success)
                return;
            await claim!.LockAsync(new ByteRange((ulong)(i % 5), 2), true, wait: false, default);
            await ReleaseAsync(claim);
        });

        Assert.Equal(0, _coordinator.FileCount);
    }

    private static int Shared(AccessMask access) =>
        ((access & (AccessMask.ReadData | AccessMask.Execute)) != 0 ? 1 : 0)
        | ((access & (AccessMask.WriteData | AccessMask.AppendData)) != 0 ? 2 : 0)
        | ((access & AccessMask.Delete) != 0 ? 4 : 0);

    private static async ValueTask<ReleaseOutcome> ReleaseAsync(IFileClaim claim)
    {
        ReleaseOutcome outcome = await claim.ReleaseAsync(default);
        claim.CompleteRelease();
        return outcome;
    }

    private ValueTask<ClaimOutcome> OpenAsync(
        AccessMask access, int share, bool deleteOnClose = false, string link = "A", string stream = "") =>
        _coordinator.OpenAsync(
            File,
            new ClaimOptions(stream, link, access, (share & 1) != 0, (share & 2) != 0, (share & 4) != 0, deleteOnClose),
            default);
}
