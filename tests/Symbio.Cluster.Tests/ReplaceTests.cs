using Symbio.Cluster.Local;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;

namespace Symbio.Cluster.Tests;

/// <summary>A file whose name another one takes is not opened in between, [MS-FSA] 2.1.5.15.11.</summary>
public sealed class ReplaceTests
{
    private static readonly FileIdentity File = new(1, 2, 3);

    private readonly LocalCoordinator _coordinator = new(TimeProvider.System);

    [Fact]
    public async Task Who_opens_waits_until_the_name_is_given_away()
    {
        IFileClaim replacer = (await OpenAsync(AccessMask.None)).Claim!;
        Assert.True(replacer.TryBeginReplace());

        ClaimOutcome waits = await OpenAsync(AccessMask.ReadAttributes);
        ClaimOutcome looks = await OpenAsync(AccessMask.None); // Asks for nothing.
        Assert.Equal(NtStatus.Pending, waits.Status);
        Assert.Equal(NtStatus.Success, looks.Status);
        Assert.False(waits.Wait!.IsCompleted);
        await ReleaseAsync(looks.Claim!);
        await ReleaseAsync(replacer);

        await waits.Wait.WaitAsync(TimeSpan.FromSeconds(30));
        IFileClaim claim = (await OpenAsync(AccessMask.ReadAttributes)).Claim!;
        await ReleaseAsync(claim);
        Assert.Equal(0, _coordinator.FileCount);
    }

    [Fact]
    public async Task What_has_been_opened_since_it_was_looked_at_is_looked_at_anew()
    {
        IFileClaim replacer = (await OpenAsync(AccessMask.None)).Claim!;
        IFileClaim opened = (await OpenAsync(AccessMask.ReadData)).Claim!;
        await ReleaseAsync(opened); // It may have done anything.

        Assert.False(replacer.TryBeginReplace());
        Assert.Equal(NtStatus.Success, (await OpenAsync(AccessMask.ReadData)).Status);
    }

    private ValueTask<ClaimOutcome> OpenAsync(AccessMask access) => _coordinator.OpenAsync(
        File, new ClaimOptions("", "A", access, ShareRead: true, ShareWrite: true, ShareDelete: true, DeleteOnClose: false), default);

    private static async Task ReleaseAsync(IFileClaim claim)
    {
        await claim.ReleaseAsync(default);
        claim.CompleteRelease();
    }
}
