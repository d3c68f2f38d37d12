using System.Net;
using Symbio.Transport;

namespace Symbio.Server.Tests.Connections;

/// <summary>
/// The server's end of a line that has, at some point, many messages at once: they are received one after the other on the
/// receive loop's own thread, whose allocations are counted meanwhile. Their responses go nowhere.
/// </summary>
internal sealed class FeedingTransport(IMessageTransport transport) : IMessageTransport
{
    private readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[][] _messages = [];
    private FramePool _pool = FramePool.Shared;
    private int _warmUp;
    private int _next;
    private int _answered;
    private int _thread;
    private long _before;

    public EndPoint? RemoteEndPoint => transport.RemoteEndPoint;

    public EndPoint? LocalEndPoint => transport.LocalEndPoint;

    /// <summary>Feeds these after the next message; the bytes that were allocated after so many of them.</summary>
    public Task<long> FeedAsync(byte[][] messages, int warmUp, FramePool pool)
    {
        _warmUp = warmUp;
        _pool = pool;
        Volatile.Write(ref _messages, messages);
        return _done.Task;
    }

    public ValueTask<Frame?> ReceiveAsync(int maxLength, CancellationToken cancellationToken)
    {
        byte[][] messages = Volatile.Read(ref _messages);
        if (messages.Length == 0)
            return transport.ReceiveAsync(maxLength, cancellationToken);
        if (_next == _warmUp)
        {
            _thread = Environment.CurrentManagedThreadId;
            _before = GC.GetAllocatedBytesForCurrentThread();
        }

        if (_next == messages.Length)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
            _messages = [];
            if (_thread != Environment.CurrentManagedThreadId)
                _done.SetException(new InvalidOperationException("The receive loop has changed its thread: something was not synchronous."));
            else if (_answered != messages.Length)
                _done.SetException(new InvalidOperationException($"{_answered} of {messages.Length} requests were answered."));
            else
                _done.SetResult(allocated);
            return transport.ReceiveAsync(maxLength, cancellationToken);
        }

        byte[] message = messages[_next++];
        Frame frame = _pool.Rent(message.Length);
        message.CopyTo(frame.Span);
        return new ValueTask<Frame?>(frame);
    }

    public ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken cancellationToken)
    {
        if (_next == 0 || _messages.Length == 0)
            return transport.SendAsync(frames, cancellationToken);
        foreach (Frame frame in frames.Span)
            frame.Dispose();
        _answered += frames.Length;
        return ValueTask.CompletedTask;
    }

    public void Abort() => transport.Abort();

    public ValueTask DisposeAsync() => transport.DisposeAsync();
}
