using System.Net;

namespace Symbio.Transport;

/// <summary>
/// A duplex stream of whole messages. One caller receives; one caller at a time sends. A dead transport ends
/// <see cref="ReceiveAsync"/> with null and makes <see cref="SendAsync"/> throw <see cref="IOException"/>.
/// </summary>
public interface IMessageTransport : IAsyncDisposable
{
    /// <summary>The peer, for logs and address rules; null when it has no address.</summary>
    EndPoint? RemoteEndPoint { get; }

    /// <summary>Our side.</summary>
    EndPoint? LocalEndPoint { get; }

    /// <summary>What has become of what was sent.</summary>
    TransportProgress Progress => TransportProgress.Arrived;

    /// <summary>The next message; the caller owns it. Null: the peer has closed, or the transport is dead.</summary>
    /// <param name="maxLength">A longer message is an <see cref="InvalidDataException"/>; nothing is allocated for it.</param>
    ValueTask<Frame?> ReceiveAsync(int maxLength, CancellationToken cancellationToken);

    /// <summary>A whole message has come already: the next receive completes at once. False where that is not known.</summary>
    bool HasMessage => false;

    /// <summary>Frames may have a <see cref="Frame.Tail"/>. False: messages must be whole.</summary>
    bool SendsTails => false;

    /// <summary>Sends messages in order and disposes each, in every case.</summary>
    ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken cancellationToken);

    /// <summary>Makes the transport dead at once: pending and later calls end.</summary>
    void Abort();
}

/// <summary>How what was sent last is getting on, as far as the transport can tell.</summary>
public enum TransportProgress
{
    /// <summary>The peer's end has it; or the transport does not know better.</summary>
    Arrived,

    /// <summary>It is on its way.</summary>
    UnderWay,

    /// <summary>It was repeated and still is not acknowledged: the way is cut, or the peer is gone.</summary>
    Stalled,
}

/// <summary>Accepts transports.</summary>
public interface ITransportListener : IAsyncDisposable
{
    /// <summary>Where it listens.</summary>
    EndPoint LocalEndPoint { get; }

    /// <summary>The next peer; null once the listener has been disposed.</summary>
    ValueTask<IMessageTransport?> AcceptAsync(CancellationToken cancellationToken);
}
