using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>Many clients that behave.</summary>
public sealed class ManySessionsTests(ITestOutputHelper output)
{
    private const int Sessions = 2000;

    // Both ends are in this process, so this is the server's and the scripted peer's share together.
    private const long MaxBytesPerSession = 64 << 10;

    [Fact]
    public async Task Two_thousand_sessions_with_an_open_file_each_are_served()
    {
        await using FuzzServer server = await FuzzServer.StartAsync(o => o with
        {
            Endpoints = [new(System.Net.IPAddress.Loopback, 0)],
            Limits = new ServerLimits { MaxUnauthenticatedConnections = 4096 },
        });
        await server.AssertHealthyAsync();
        var memory = new MemoryWatch();
        var clients = new List<(ScriptedPeer Peer, FileId File)>();
        for (int i = 0; i < Sessions; i++)
        {
            ScriptedPeer peer = await server.LogOnTcpAsync(new PeerOptions { Encrypt = i % 2 == 1 });
            clients.Add((peer, await peer.OpenAsync($"file {i}")));
        }

        long heap = memory.HeapGrowth / Sessions, rss = memory.RssGrowth / Sessions;
        Assert.Equal(Sessions, server.Server.Sessions.Count);
        Assert.Equal(Sessions, server.Server.Opens.Count);
        foreach ((ScriptedPeer peer, FileId file) in clients)
        {
            Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, "here"u8.ToArray())).Status);
            Assert.Equal("here"u8.ToArray(), (await peer.ReadAsync(file, 0, 10)).As<ReadResponse>().Data.ToArray());
        }

        long heapAfter = memory.HeapGrowth / Sessions;
        string figures = $"{Sessions} sessions, a file each: per session {heap} bytes of managed heap (after I/O {heapAfter}), "
            + $"{rss} bytes of RSS, server and client together; {memory}";
        output.WriteLine(figures);
        TestContext.Current.SendDiagnosticMessage(figures);
        Assert.InRange(heap, 0, MaxBytesPerSession);
        foreach ((ScriptedPeer peer, _) in clients)
            await peer.DisposeAsync();
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }
}
