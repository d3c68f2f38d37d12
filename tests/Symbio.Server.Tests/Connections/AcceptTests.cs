using System.Net;
using Microsoft.Extensions.Logging;
using Symbio.Protocol.Smb2;
using Symbio.Testing;
using Symbio.Transport;
using Symbio.Transport.InMemory;

namespace Symbio.Server.Tests.Connections;

/// <summary>What befalls who lets peers in.</summary>
public sealed class AcceptTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Where_there_is_no_memory_for_a_connection_the_next_one_is_let_in_later()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { TimeProvider = _clock });
        (InMemoryTransport client, InMemoryTransport accepted) = InMemoryTransport.CreatePair();
        int timers = _clock.Timers;
        Task accepting = server.Server.AcceptAsync(new PoorListener(accepted));

        Assert.False(accepting.IsCompleted);
        Assert.Equal(timers + 1, _clock.Timers);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await accepting.WaitAsync(TimeSpan.FromSeconds(30));

        await using var peer = new ScriptedPeer(client);
        await peer.NegotiateAsync(Dialect.Smb311);
        Assert.Equal(1, server.Log.Lines.Count(l => l.Level == LogLevel.Error));
    }

    /// <summary>Runs out of memory, has one peer, and ends.</summary>
    private sealed class PoorListener(IMessageTransport peer) : ITransportListener
    {
        private int _calls;

        public EndPoint LocalEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 445);

        public ValueTask<IMessageTransport?> AcceptAsync(CancellationToken cancellationToken) => ++_calls switch
        {
            1 => throw new InsufficientMemoryException(), // Which is an OutOfMemoryException.
            2 => new(peer),
            _ => new((IMessageTransport?)null),
        };

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
