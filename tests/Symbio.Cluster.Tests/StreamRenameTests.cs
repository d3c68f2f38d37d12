using Symbio.Cluster.Local;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;

namespace Symbio.Cluster.Tests;

/// <summary>Streams that get another name, [MS-FSA] 2.1.5.15.11.1.</summary>
public sealed class StreamRenameTests
{
    private static readonly FileIdentity File = new(1, 2, 3);

    private readonly LocalCoordinator _coordinator = new(TimeProvider.System);

    [Fact]
    public async Task Nobody_opens_either_name_meanwhile()
    {
        IFileClaim claim = await AdmitAsync("A");
        Assert.Equal(NtStatus.Success, claim.TryBeginRenameStream("B"));

        Assert.Equal(NtStatus.SharingViolation, (await OpenAsync("A")).Status);
        Assert.Equal(NtStatus.SharingViolation, (await OpenAsync("B")).Status);
        IFileClaim other = await AdmitAsync("C");
        Assert.Equal(NtStatus.SharingViolation, other.TryBeginRenameStream("B"));

        claim.EndRenameStream(renamed: true);
        Assert.Equal(NtStatus.InvalidParameter, other.TryBeginRenameStream("B"));
        await ReleaseAsync(claim);
        await ReleaseAsync(other);
        await ReleaseAsync(await AdmitAsync("A"));
        await ReleaseAsync(await AdmitAsync("B"));
        Assert.Equal(0, _coordinator.FileCount);
    }

    [Fact]
    public async Task One_that_fails_changes_nothing()
    {
        IFileClaim claim = await AdmitAsync("A");
        Assert.Equal(NtStatus.Success, claim.TryBeginRenameStream("B"));
        claim.EndRenameStream(renamed: false);

        IFileClaim same = await AdmitAsync("A");
        IFileClaim other = await AdmitAsync("B");
        Assert.True(claim.HasOtherAccess(AccessMask.ReadData));
        Assert.Equal(NtStatus.SharingViolation, claim.TryBeginRenameStream("C")); // There is another open.
        await ReleaseAsync(same);
        Assert.False(claim.HasOtherAccess(AccessMask.ReadData));
        Assert.Equal(NtStatus.InvalidParameter, claim.TryBeginRenameStream("B"));
        await ReleaseAsync(other);
    }

    [Fact] // Who waits for a lock, and who wants the stream gone, mean the stream and not its name.
    public async Task What_waits_and_what_is_to_go_follow()
    {
        IFileClaim claim = await AdmitAsync("A");
        Assert.Equal(NtStatus.Success, await claim.LockAsync(new ByteRange(0, 8), exclusive: true, wait: false, default));
        Assert.Equal(NtStatus.Success, claim.TryBeginRenameStream("B"));
        await claim.SetDeletePendingAsync(true, default);
        claim.EndRenameStream(renamed: true);

        Assert.True(claim.IsDeletePending);
        Assert.Equal(NtStatus.DeletePending, (await OpenAsync("B")).Status);
        await claim.SetDeletePendingAsync(false, default);
        IFileClaim other = await AdmitAsync("B");
        Assert.Equal(NtStatus.FileLockConflict, other.CheckRange(0, 1, write: false));
        ValueTask<NtStatus> waiting = other.LockAsync(new ByteRange(0, 8), exclusive: true, wait: true, default);
        Assert.Equal(NtStatus.Success, await claim.UnlockAsync(new ByteRange(0, 8), default));
        Assert.Equal(NtStatus.Success, await waiting);
    }

    private async Task<IFileClaim> AdmitAsync(string stream)
    {
        ClaimOutcome outcome = await OpenAsync(stream);
        Assert.Equal(NtStatus.Success, outcome.Status);
        return outcome.Claim!;
    }

    private ValueTask<ClaimOutcome> OpenAsync(string stream) => _coordinator.OpenAsync(
        File,
        new ClaimOptions(
            stream, Link: "F", AccessMask.ReadData | AccessMask.Delete, ShareRead: true, ShareWrite: true, ShareDelete: true,
            DeleteOnClose: false),
        default);

    private static async Task ReleaseAsync(IFileClaim claim)
    {
        await claim.ReleaseAsync(default);
        claim.CompleteRelease();
    }
}
