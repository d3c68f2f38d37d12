using System.Net;
using Symbio.Transport;

namespace Symbio.Testing;

/// <summary>A transport whose line can be cut: what is sent from then on does not arrive, and nobody says so.</summary>
public sealed class CutTransport(IMessageTransport transport) : IMessageTransport
{
    private volatile bool _cut;

    public EndPoint? RemoteEndPoint { get; init; }

    public EndPoint? LocalEndPoint => transport.LocalEndPoint;

    /// <summary>What the system is to say of what was sent.</summary>
    public TransportProgress Progress { get; set; }

    /// <summary>Messages that did not arrive.</summary>
    public int Lost { get; private set; }

    public void Cut() => _cut = true;

    public ValueTask<Frame?> ReceiveAsync(int maxLength, CancellationToken cancellationToken) =>
        transport.ReceiveAsync(maxLength, cancellationToken);

    public ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken cancellationToken)
    {
        if (!_cut)
            return transport.SendAsync(frames, cancellationToken);
        foreach (Frame frame in frames.Span)
            frame.Dispose();
        Lost += frames.Length;
        return ValueTask.CompletedTask;
    }

    public void Abort() => transport.Abort();

    public ValueTask DisposeAsync() => transport.DisposeAsync();
}
