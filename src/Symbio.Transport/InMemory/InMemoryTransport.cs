using System.Net;
using System.Threading.Channels;

namespace Symbio.Transport.InMemory;

/// <summary>Two ends in one process: what one sends the other receives. For tests and simulation.</summary>
public sealed class InMemoryTransport : IMessageTransport
{
    // More than a peer's credits allow it to have under way.
    private const int MaxQueued = 16384;

    private readonly ChannelReader<Frame> _reader;
    private readonly ChannelWriter<Frame> _writer;
    private InMemoryTransport? _peer;
    private volatile bool _aborted;

    private InMemoryTransport(Channel<Frame> incoming, Channel<Frame> outgoing)
    {
        _reader = incoming.Reader;
        _writer = outgoing.Writer;
    }

    /// <inheritdoc/>
    public EndPoint? RemoteEndPoint { get; init; }

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint { get; init; }

    /// <summary>A connected pair.</summary>
    public static (InMemoryTransport Client, InMemoryTransport Server) CreatePair()
    {
        Channel<Frame> toServer = Channel.CreateBounded<Frame>(MaxQueued);
        Channel<Frame> toClient = Channel.CreateBounded<Frame>(MaxQueued);
        var client = new InMemoryTransport(toClient, toServer);
        var server = new InMemoryTransport(toServer, toClient);
        client._peer = server;
        server._peer = client;
        return (client, server);
    }

    /// <inheritdoc/>
    public async ValueTask<Frame?> ReceiveAsync(int maxLength, CancellationToken cancellationToken)
    {
        while (await _reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_aborted)
                return null;
            if (!_reader.TryRead(out Frame? frame))
                continue;
            if (frame.Length <= maxLength)
                return frame;
            int length = frame.Length;
            frame.Dispose();
            throw new InvalidDataException($"a message of {length} bytes, where {maxLength} are allowed");
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken cancellationToken)
    {
        int sent = 0;
        try
        {
            for (; sent < frames.Length; sent++)
                await _writer.WriteAsync(frames.Span[sent], cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new IOException("The connection is closed.", e);
        }
        finally
        {
            for (; sent < frames.Length; sent++)
                frames.Span[sent].Dispose();
        }
    }

    /// <inheritdoc/>
    public void Abort()
    {
        _aborted = true;
        Close();
        _peer?.Close();
    }

    public ValueTask DisposeAsync()
    {
        Abort();
        while (_reader.TryRead(out Frame? frame))
            frame.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Close() => _writer.TryComplete();
}
