using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>Peers that want more than is theirs: ids, credits, sessions, trees, opens, locks, answers.</summary>
public sealed class GreedTests(ITestOutputHelper output)
{
    private const int ConnectionAborted = 203;

    [Theory]
    [InlineData(1000UL)] // Past the window.
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 1)]
    [InlineData(0UL)] // Used: the NEGOTIATE.
    public async Task An_id_outside_of_the_window_ends_the_connection_with_one_line(ulong messageId)
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        await using (ScriptedPeer peer = await server.LogOnAsync())
        {
            peer.NextMessageId = messageId;
            await peer.PostAsync(new EchoRequest());
            Assert.True(await peer.IsClosedAsync());
        }

        Assert.Equal(1, server.Log.Count(ConnectionAborted));
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_charge_beyond_the_credits_ends_the_connection()
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        await using (ScriptedPeer peer = await server.LogOnAsync())
        {
            byte[] echo = peer.Build(new EchoRequest(), signs: false);
            echo[6] = echo[7] = 0xFF; // CreditCharge
            await peer.SendFrameAsync(echo);
            Assert.True(await peer.IsClosedAsync());
        }

        Assert.Equal(1, server.Log.Count(ConnectionAborted));
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Who_asks_for_no_credits_is_still_served()
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        await using (ScriptedPeer peer = await server.LogOnAsync(options: new PeerOptions { Credits = 0 }))
        {
            for (int i = 0; i < 20_000; i++)
                Assert.Equal(NtStatus.Success, (await peer.SendAsync(new EchoRequest())).Status);
        }

        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Credits_are_never_more_than_the_limit()
    {
        var limits = new ServerLimits();
        await using FuzzServer server = await FuzzServer.StartAsync();
        await using (ScriptedPeer peer = await server.LogOnAsync(options: new PeerOptions { Credits = ushort.MaxValue }))
        {
            // One id is never used, so the bottom of the window stays where it is.
            peer.NextMessageId++;
            for (int i = 0; i < 100; i++)
            {
                await peer.SendAsync(new EchoRequest());
                Assert.InRange(peer.Credits, 0, limits.MaxCredits);
            }

            for (int i = 0; i < 30_000; i++)
            {
                try
                {
                    await peer.SendAsync(new EchoRequest());
                }
                catch (IOException)
                {
                    break; // Out of the window: the unused id is too far behind.
                }

                Assert.InRange(peer.Credits, 0, limits.MaxCredits + 1);
            }
        }

        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_compound_may_be_as_long_as_the_credits_last(bool related)
    {
        await using FuzzServer server = await FuzzServer.StartAsync(o => o with { Endpoints = [new(System.Net.IPAddress.Loopback, 0)] });
        await using (ScriptedPeer peer = await server.LogOnTcpAsync(new PeerOptions { Credits = 8192 }))
        {
            FileId file = await peer.OpenAsync("a.txt");
            await peer.WriteAsync(file, 0, new byte[65536]);
            var memory = new MemoryWatch();
            byte[] frame = Samples.Chain(related, [.. Enumerable.Range(0, 4000).Select(i => peer.Build(
                new ReadRequest(80, ReadFlags.None, 65536, 0, related && i > 0 ? FileId.Any : file, 0, Channel.None, 0, default), signs: true))]);
            Resign(peer, frame);
            await peer.SendFrameAsync(frame);
            await Task.Delay(1000); // 250 MiB of answers that nobody takes.
            memory.Sample();
            memory.AssertGrowthBelow(96 << 20);
            int replies = 0;
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (replies < 4000 && await peer.ReceiveRepliesAsync(timeout.Token) is { } received)
            {
                foreach (Reply reply in received)
                {
                    Assert.True(reply.SignatureValid);
                    Assert.Equal(NtStatus.Success, reply.Status);
                    Assert.Equal(65536, reply.As<ReadResponse>().Data.Length);
                    replies++;
                }
            }

            output.WriteLine($"{replies} replies; {memory}");
            Assert.Equal(4000, replies);
        }

        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Who_asks_and_does_not_listen_waits()
    {
        await using FuzzServer server = await FuzzServer.StartAsync(o => o with { Endpoints = [new(System.Net.IPAddress.Loopback, 0)] });
        await using (ScriptedPeer peer = await server.LogOnTcpAsync(new PeerOptions { Credits = 8192 }))
        {
            FileId file = await peer.OpenAsync("a.txt");
            await peer.WriteAsync(file, 0, new byte[1 << 20], WriteFlags.None);
            await peer.SendAsync(new EchoRequest());
            await peer.SendAsync(new EchoRequest());
            var memory = new MemoryWatch();
            for (int i = 0; i < 500; i++) // 500 MiB of answers.
                await peer.PostAsync(new ReadRequest(80, ReadFlags.None, 1 << 20, 0, file, 0, Channel.None, 0, default), 1 << 20);
            for (int i = 0; i < 20; i++)
            {
                await Task.Delay(50);
                memory.Sample();
            }

            output.WriteLine($"500 MiB asked for, nothing read: {memory}; {server.Server.FramePool.Outstanding} frames");
            memory.AssertGrowthBelow(128 << 20);
            await server.AssertHealthyAsync();
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            int replies = 0;
            while (replies < 500 && await peer.ReceiveRepliesAsync(timeout.Token) is { } received)
                replies += received.Count(r => r.Status == NtStatus.Success && r.Header.Command == Smb2Command.Read);
            Assert.Equal(500, replies);
        }

        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Logons_that_are_begun_and_not_ended_are_few()
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        var memory = new MemoryWatch();
        await using (ScriptedPeer peer = server.Connect())
        {
            await peer.NegotiateAsync(Dialect.Smb311);
            for (int i = 0; i < 5000; i++)
            {
                peer.SessionId = 0;
                Reply reply = await peer.SendAsync(new SessionSetupRequest(
                    SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, Tokens.NtlmNegotiate()));
                Assert.Equal(NtStatus.MoreProcessingRequired, reply.Status);
                Assert.InRange(server.Server.Sessions.Count, 1, 16);
            }

            output.WriteLine($"5000 logons begun on one connection: {memory}");
            peer.SessionId = 0;
            Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(TestServer.User, TestServer.Password)).Status);
        }

        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Trees_and_opens_end_at_their_limits()
    {
        await using FuzzServer server = await FuzzServer.StartAsync(o => o with
        {
            Limits = new ServerLimits { MaxOpensPerSession = 2000, MaxTreesPerSession = 1000 },
        });
        await using (ScriptedPeer peer = await server.LogOnAsync())
        {
            var path = Encoding.Unicode.GetBytes($@"\\test\{TestServer.Share}");
            for (int i = 1; i < 1000; i++)
                Assert.Equal(NtStatus.Success, (await peer.SendAsync(new TreeConnectRequest(TreeConnectFlags.None, path))).Status);
            Assert.Equal(NtStatus.InsufficientResources, (await peer.SendAsync(new TreeConnectRequest(TreeConnectFlags.None, path))).Status);
            for (int i = 0; i < 2000; i++)
                await peer.OpenAsync(i % 2 == 0 ? $"file {i}" : "one for all");
            Assert.Equal(NtStatus.InsufficientResources, (await peer.CreateAsync("one more")).Status);
        }

        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Locks_end_at_their_limit()
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        var memory = new MemoryWatch();
        await using (ScriptedPeer peer = await server.LogOnAsync(options: new PeerOptions { Credits = 1024 }))
        {
            FileId file = await peer.OpenAsync("a.txt");
            await peer.SendAsync(new EchoRequest());
            var locks = new LockElement[1000];
            NtStatus status = NtStatus.Success;
            ulong offset = 0;
            for (int i = 0; i < 1000 && status == NtStatus.Success; i++)
            {
                for (int l = 0; l < locks.Length; l++)
                    locks[l] = new LockElement(offset++, 1, LockFlags.SharedLock | LockFlags.FailImmediately);
                status = (await peer.SendAsync(new LockRequest(0, 0, file, locks))).Status;
            }

            output.WriteLine($"{offset} locks asked for; {memory}");
            Assert.Equal(NtStatus.InsufficientResources, status);
            Assert.Equal(NtStatus.Success, (await peer.ReadAsync(file, 0, 0)).Status);
        }

        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Requests_that_wait_end_at_their_limit_and_with_the_connection()
    {
        await using FuzzServer server = await FuzzServer.StartAsync(o => o with { Limits = new ServerLimits { MaxAsyncCommands = 100 } });
        await using (ScriptedPeer holder = await server.LogOnAsync())
        {
            FileId held = await holder.OpenAsync("a.txt");
            Assert.Equal(NtStatus.Success, (await holder.SendAsync(new LockRequest(0, 0, held, new LockElement(0, 1, LockFlags.ExclusiveLock)))).Status);
            await using (ScriptedPeer peer = await server.LogOnAsync(options: new PeerOptions { Credits = 512 }))
            {
                FileId file = await peer.OpenAsync("a.txt");
                for (int i = 0; i < 100; i++)
                    await peer.PostAsync(new LockRequest(0, 0, file, new LockElement(0, 1, LockFlags.ExclusiveLock)));
                Reply reply = await peer.SendAsync(new LockRequest(0, 0, file, new LockElement(0, 1, LockFlags.ExclusiveLock)));
                Assert.Equal(NtStatus.InsufficientResources, reply.Status);
            }

            Assert.Equal(NtStatus.Success, (await holder.CloseAsync(held)).Status);
        }

        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact] // Seed 6339220 found it: the connection could neither be cancelled nor closed any more.
    public async Task A_wait_in_front_of_a_logon_does_not_make_a_connection_immortal()
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        await using (ScriptedPeer holder = await server.LogOnAsync())
        {
            FileId held = await holder.OpenAsync("a.txt");
            await holder.SendAsync(new LockRequest(0, 0, held, new LockElement(0, 1, LockFlags.ExclusiveLock)));
            await using (ScriptedPeer peer = await server.LogOnAsync())
            {
                FileId file = await peer.OpenAsync("a.txt");
                ulong id = peer.NextMessageId;
                byte[] frame = Samples.Chain(
                    related: false,
                    peer.Build(new LockRequest(0, 0, file, new LockElement(0, 1, LockFlags.ExclusiveLock)), signs: true),
                    peer.Build(new SessionSetupRequest(
                        SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, Tokens.NtlmNegotiate()), signs: true));
                Resign(peer, frame);
                await peer.SendFrameAsync(frame);
                Assert.Equal(NtStatus.InternalError, (await peer.WaitAsync(id)).Status);
                Assert.Equal(NtStatus.MoreProcessingRequired, (await peer.WaitAsync(id + 1)).Status);
            }

            for (int i = 0; i < 100 && server.Server.Sessions.Count > 1; i++)
                await Task.Delay(50);
            Assert.Equal(1, server.Server.Sessions.Count);
        }

        await server.AssertNothingLeftAsync();
    }

    private static void Resign(ScriptedPeer peer, byte[] frame)
    {
        for (int start = 0; start < frame.Length;)
        {
            int next = BitConverter.ToInt32(frame, start + 20);
            int length = next == 0 ? frame.Length - start : next;
            peer.Sign(frame.AsSpan(start, length));
            start += length;
        }
    }
}
