using System.Net;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;
using Symbio.Transport;

namespace Symbio.Client.Tests;

/// <summary>A response that comes after its session has ended: nobody's affair but the caller's, [MS-SMB2] 3.2.5.1.3.</summary>
public sealed class LateResponseTests
{
    public static TheoryData<Dialect, Protection> All => ClientFixture.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_session_ends_while_a_response_is_on_its_way(Dialect dialect, Protection protection) =>
        await EndsWellAsync(ClientFixture.OptionsFor(dialect, protection));

    [Theory]
    [InlineData(SigningAlgorithm.HmacSha256)]
    [InlineData(SigningAlgorithm.AesCmac)]
    [InlineData(SigningAlgorithm.AesGmac)]
    public async Task Whatever_it_is_signed_with(SigningAlgorithm algorithm) =>
        await EndsWellAsync(new() { SigningAlgorithms = [algorithm] });

    [Fact] // Its credits are not lost.
    public async Task A_compound_on_its_way_ends_with_the_session_too()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { CreditTarget = 8 });
        Holding line = null!;
        SmbConnection connection = await fixture.ConnectAsync(t => line = new Holding(t));
        SmbSession ending = await connection.LogOnAsync(ClientFixture.Credential);
        SmbTree tree = await ending.ConnectTreeAsync(TestServer.Share);
        await tree.CreateDirectoryAsync("a");
        line.HoldsNext = true;
        Task stat = tree.StatAsync("a").AsTask();

        await ending.DisposeAsync();

        var refusal = await Assert.ThrowsAsync<SmbException>(() => stat.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(NtStatus.UserSessionDeleted, refusal.Status);
        line.Release();
        for (int i = 0; i < 20; i++)
            await connection.EchoAsync();
        Assert.InRange(connection.Credits, 8, 11); // More was asked for while three were missing.
        Assert.Equal(0, connection.InFlight);
    }

    private static async Task EndsWellAsync(SmbClientOptions options)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(options);
        Holding line = null!;
        SmbConnection connection = await fixture.ConnectAsync(t => line = new Holding(t));
        await using SmbSession other = await connection.LogOnAsync(ClientFixture.Credential);
        await using SmbTree others = await other.ConnectTreeAsync(TestServer.Share);
        SmbSession ending = await connection.LogOnAsync(ClientFixture.Credential);
        SmbTree tree = await ending.ConnectTreeAsync(TestServer.Share);
        SmbFile file = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        line.HoldsNext = true;
        Task read = file.ReadBufferAsync(0, 10).AsTask();

        await ending.DisposeAsync();

        var refusal = await Assert.ThrowsAsync<SmbException>(() => read.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal((NtStatus.UserSessionDeleted, Smb2Command.Read), (refusal.Status, refusal.Command));
        line.Release();
        await others.CreateDirectoryAsync("b");
        Assert.True(connection.IsAlive);
        Assert.Equal(0, connection.InFlight);
    }

    /// <summary>Lets one frame wait behind the next until it is released.</summary>
    private sealed class Holding(IMessageTransport transport) : IMessageTransport
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Frame? _held;

        public bool HoldsNext { get; set; }

        public EndPoint? RemoteEndPoint => transport.RemoteEndPoint;

        public EndPoint? LocalEndPoint => transport.LocalEndPoint;

        public void Release() => _released.TrySetResult();

        public async ValueTask<Frame?> ReceiveAsync(int maxLength, CancellationToken cancellationToken)
        {
            if (_held is { } late)
            {
                await _released.Task;
                _held = null;
                return late;
            }

            Frame? frame = await transport.ReceiveAsync(maxLength, cancellationToken);
            if (!HoldsNext)
                return frame;
            HoldsNext = false;
            _held = frame;
            return await transport.ReceiveAsync(maxLength, cancellationToken);
        }

        public ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken cancellationToken) =>
            transport.SendAsync(frames, cancellationToken);

        public void Abort()
        {
            Release();
            transport.Abort();
        }

        public ValueTask DisposeAsync() => transport.DisposeAsync();
    }
}
