using System.Net.Sockets;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>Peers that take and do not give, over real TCP.</summary>
public sealed class FloodTests(ITestOutputHelper output)
{
    private const int ConnectionAborted = 203;
    private const int ConnectionRefused = 103;

    private static readonly ServerLimits Limits = new()
    {
        MaxUnauthenticatedConnections = 500,
        AuthenticationTimeout = TimeSpan.FromSeconds(6),
    };

    public static TheoryData<string, byte[]> HalfSaid => new()
    {
        { "nothing", [] },
        { "a length and nothing", [0, 0, 0, 200] },
        { "the largest length and nothing", [0, 1, 0xFF, 0xC0] },
        { "half a NEGOTIATE", [0, 0, 0, 200, .. Samples.Negotiate(0, Dialect.Smb311).AsSpan(0, 70)] },
        { "NEGOTIATE and no more", Framed(Samples.Negotiate(0, Dialect.Smb311)) },
    };

    [Theory]
    [MemberData(nameof(HalfSaid))]
    public async Task Connections_that_never_log_on_are_few_and_end(string what, byte[] bytes)
    {
        await using FuzzServer server = await StartTcpAsync();
        var memory = new MemoryWatch();
        var sockets = new List<Socket>();
        try
        {
            for (int i = 0; i < 3000; i++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(server.Endpoint);
                try
                {
                    await socket.SendAsync(bytes);
                }
                catch (SocketException)
                {
                    // Refused: one too many.
                }
            }

            Assert.True(server.Server.Connections.Count() <= Limits.MaxUnauthenticatedConnections);
            memory.Sample();
            output.WriteLine($"{what}: {server.Log.Count(ConnectionRefused)} of 3000 refused; {memory}");
            memory.AssertGrowthBelow(256 << 20);
            await UntilAsync(() => !server.Server.Connections.Any(), "the connections that did not log on are still there");
            await AssertServedAsync(server);
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }

        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_byte_now_and_then_does_not_keep_a_connection()
    {
        await using FuzzServer server = await StartTcpAsync();
        byte[] frame = Framed(Samples.Negotiate(0, Dialect.Smb311));
        var sockets = new List<Socket>();
        for (int i = 0; i < 100; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            await socket.ConnectAsync(server.Endpoint);
        }

        int position = 0;
        await UntilAsync(
            () =>
            {
                foreach (Socket socket in sockets)
                {
                    try
                    {
                        socket.Send(frame, position % frame.Length, 1, SocketFlags.None);
                    }
                    catch (SocketException)
                    {
                        // It has ended.
                    }
                }

                position++;
                return !server.Server.Connections.Any();
            },
            "slow connections are still there");
        sockets.ForEach(s => s.Dispose());
        await AssertServedAsync(server);
        await server.AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData(new byte[] { 0, 0xFF, 0xFF, 0xFF })] // 16 MiB before a logon.
    [InlineData(new byte[] { 0, 2, 0, 0 })] // Just more than is allowed.
    [InlineData(new byte[] { (byte)'G', (byte)'E', (byte)'T', (byte)' ' })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 0 })]
    public async Task A_claim_that_cannot_be_ends_the_connection_with_one_line(byte[] bytes)
    {
        await using FuzzServer server = await StartTcpAsync();
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(server.Endpoint);
            await socket.SendAsync(bytes);
            Assert.True(await IsClosedAsync(socket));
        }

        Assert.Equal(1, server.Log.Count(ConnectionAborted));
        await AssertServedAsync(server);
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Thousands_of_logons_at_once_are_all_served()
    {
        await using FuzzServer server = await StartTcpAsync();
        for (int i = 0; i < 20; i++)
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => AssertServedAsync(server)));
        await server.AssertNothingLeftAsync();
    }

    private static byte[] Framed(byte[] message) => [0, 0, (byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static ValueTask<FuzzServer> StartTcpAsync() => FuzzServer.StartAsync(o => o with
    {
        Endpoints = [new(System.Net.IPAddress.Loopback, 0)],
        Limits = Limits,
    });

    private static async Task AssertServedAsync(FuzzServer server)
    {
        await using ScriptedPeer peer = await server.LogOnTcpAsync();
        Assert.Equal(NtStatus.Success, (await peer.CreateAsync("served.txt")).Status);
    }

    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            return await socket.ReceiveAsync(new byte[64], timeout.Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        for (int i = 0; i < 600; i++)
        {
            if (condition())
                return;
            await Task.Delay(100);
        }

        Assert.Fail(otherwise);
    }
}
