using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Client.Tests;

public sealed class CreditTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_more_requests_than_credits_all_end(bool inline)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(
            new() { CreditTarget = 20, InlineContinuations = inline });
        SmbTree tree = await fixture.ConnectTreeAsync();
        await using SmbFile file = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        const int Size = 1 << 20; // 16 credits each.

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            file.WriteAsync((ulong)i * Size, Size, i, static (span, value) => span.Fill((byte)value)).AsTask()));
        await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
        {
            using SmbBuffer read = await file.ReadBufferAsync((ulong)(i % 50) * Size, i % 2 == 0 ? Size : 100);
            Assert.False(read.Memory.Span.ContainsAnyExcept((byte)(i % 50)));
        }));
    }

    [Fact] // Nothing is under way that could bring the credits: they must be asked for.
    public async Task A_request_that_costs_more_than_there_is_gets_its_credits_first()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { CreditTarget = 1 });
        SmbTree tree = await fixture.ConnectTreeAsync();
        await using SmbFile file = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);

        var refusal = await Assert.ThrowsAsync<SmbException>(async () => await file.WriteAsync(0, new byte[1 << 20]));

        Assert.Equal(NtStatus.InsufficientResources, refusal.Status);
        await file.FlushAsync();
    }

    [Fact]
    public async Task More_that_wait_than_the_limit_are_refused()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { CreditTarget = 2, MaxWaitingRequests = 3 });
        SmbTree tree = await fixture.ConnectTreeAsync();
        await using SmbFile one = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);

        Task[] all = [.. Enumerable.Range(0, 200).Select(_ => one.FlushAsync().AsTask())];

        await Assert.ThrowsAsync<InvalidOperationException>(() => Task.WhenAll(all));
        await one.FlushAsync();
    }

    [Fact]
    public async Task Who_waits_for_credits_can_give_up()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { CreditTarget = 8 });
        SmbTree tree = await fixture.ConnectTreeAsync();
        await using SmbFile one = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        using var cancellation = new CancellationTokenSource();

        Task[] all = [.. Enumerable.Range(0, 300).Select(_ => one.FlushAsync(cancellation.Token).AsTask())];
        await cancellation.CancelAsync();
        await Task.WhenAll(all).ContinueWith(static _ => { }, TaskScheduler.Default);

        Assert.All(all, t => Assert.True(t.IsCompletedSuccessfully || t.IsCanceled, t.Exception?.ToString()));
        await one.FlushAsync();
    }
}
