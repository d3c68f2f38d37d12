using System.Net;
using Symbio.Security.Encryption;
using Symbio.Transport;

namespace Symbio.Simulation;

/// <summary>
/// A TCP connection between a client and a life of the server. What one end sends the other gets in order, when the seed
/// says so; or not at all, if the line is cut.
/// </summary>
internal sealed class Line(World world, int id, ServerLife life) : IMessageTransport
{
    private readonly Queue<byte[]> _toServer = new();
    private readonly Queue<byte[]> _toClient = new();
    private readonly Queue<byte[]> _arrived = new(); // At the server, which was not receiving.
    private TaskCompletionSource<Frame?>? _receiving;
    private (ReadOnlyMemory<Frame> Frames, TaskCompletionSource Done)? _congested;
    private bool _clientClosed; // And all before it comes first.
    private bool _endArrived;
    private bool _serverClosed;
    private bool _reset;

    public int Id => id;

    public ServerLife Life => life;

    /// <summary>What is sent from now on arrives nowhere, and nobody says so.</summary>
    public bool IsCut { get; private set; }

    public bool IsReset => _reset;

    /// <summary>Since when one of the ends may know that the line is broken; null while none can.</summary>
    public DateTimeOffset? Broken { get; private set; }

    /// <summary>The server's end takes time to send: the client's window is full.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Something can reach the server's end: a message, the end of the line, or that the server has aborted it.</summary>
    public bool HasForServer => !life.HasDied && (_serverClosed
        ? _receiving is not null || _congested is not null
        : !IsCut && !_endArrived && (_toServer.Count > 0 || _clientClosed || _reset));

    public bool IsServerClosed => _serverClosed;

    public bool HasCongested => _congested is not null;

    /// <summary>Nothing will come of it any more.</summary>
    public bool IsOver => _serverClosed && _receiving is null && _congested is null && (_clientClosed || _reset || IsCut);

    public bool HasForClient => !IsCut && !_clientClosed && (_toClient.Count > 0 || _serverClosed || _reset);

    public int WaitingForClient => _toClient.Count;

    public int WaitingForServer => _toServer.Count + _arrived.Count;

    public bool IsCongested => _congested is not null && !_serverClosed;

    public EndPoint? RemoteEndPoint => null;

    public EndPoint? LocalEndPoint => null;

    public TransportProgress Progress =>
        IsCut ? TransportProgress.Stalled
        : _toClient.Count > 0 || _clientClosed || _reset ? TransportProgress.UnderWay
        : TransportProgress.Arrived;

    // The client's end.

    public void SendToServer(byte[] message)
    {
        if (!_clientClosed && !_reset && !IsCut)
            _toServer.Enqueue(message);
    }

    /// <summary>The client closes in order: what it has sent still arrives.</summary>
    public void CloseByClient()
    {
        _clientClosed = true;
        _toClient.Clear();
    }

    /// <summary>The line breaks, and both ends learn of it; what was under way is lost.</summary>
    public void Reset()
    {
        _reset = true;
        Broken ??= world.Clock.GetUtcNow();
        IsCut = false;
        _toServer.Clear();
        _toClient.Clear();
    }

    public void Cut() => IsCut = true;

    /// <summary>There is no client at this end any more.</summary>
    public void DropForClient()
    {
        _toClient.Clear();
        if (_serverClosed || _reset)
            _clientClosed = true;
    }

    /// <summary>The next thing that the client sees: a message, or null for the end.</summary>
    public byte[]? TakeForClient()
    {
        if (_toClient.TryDequeue(out byte[]? message))
            return message;
        _clientClosed = true;
        return null;
    }

    // The way.

    public void DeliverToServer()
    {
        if (_serverClosed)
        {
            EndCalls();
            return;
        }

        byte[]? message = null;
        if (_reset || !_toServer.TryDequeue(out message))
            _endArrived = true;
        else
            world.Trace.Add(message);
        if (_receiving is not { } receiving)
        {
            if (message is not null)
                _arrived.Enqueue(message);
            return;
        }

        _receiving = null;
        receiving.SetResult(message is null ? null : ToFrame(message));
    }

    /// <summary>The client's window has room again.</summary>
    public void Relieve()
    {
        (ReadOnlyMemory<Frame> frames, TaskCompletionSource done) = _congested!.Value;
        _congested = null;
        Put(frames);
        done.SetResult();
    }

    // The server's end.

    public ValueTask<Frame?> ReceiveAsync(int maxLength, CancellationToken cancellationToken)
    {
        world.AssertOwnThread();
        if (_serverClosed)
            return new((Frame?)null);
        if (_arrived.TryDequeue(out byte[]? message))
            return new(ToFrame(message));
        if (_endArrived)
            return new((Frame?)null);
        _receiving = new TaskCompletionSource<Frame?>();
        return new(_receiving.Task);
    }

    public ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken cancellationToken)
    {
        world.AssertOwnThread();
        if (_serverClosed || _endArrived)
        {
            foreach (Frame frame in frames.Span)
                frame.Dispose();
            return ValueTask.FromException(new IOException("The connection is closed."));
        }

        if (world.Plan.TearsFrames && world.Chance.Below(200) == 0)
            return TearAsync(frames);
        if (IsSlow && world.Chance.Percent(30))
        {
            var done = new TaskCompletionSource();
            _congested = (frames, done);
            return new(done.Task);
        }

        Put(frames);
        return ValueTask.CompletedTask;
    }

    public void Abort()
    {
        world.AssertOwnThread();
        if (_serverClosed)
            return;
        _serverClosed = true;
        Broken ??= world.Clock.GetUtcNow();
        _arrived.Clear();
    }

    public ValueTask DisposeAsync()
    {
        Abort();
        return ValueTask.CompletedTask;
    }

    // The line breaks in the middle of a frame: those before it arrive, and the sender is told.
    private ValueTask TearAsync(ReadOnlyMemory<Frame> frames)
    {
        int whole = world.Chance.Below(frames.Length);
        world.Trace.Say($"  line {id} breaks in frame {whole + 1} of {frames.Length}");
        Put(frames[..whole]);
        foreach (Frame frame in frames[whole..].Span)
            frame.Dispose();
        _reset = true;
        Broken ??= world.Clock.GetUtcNow();
        IsCut = false;
        _toServer.Clear();
        return ValueTask.FromException(new IOException("The connection is closed."));
    }

    // As with a socket, who aborts does not run what waited for the line.
    private void EndCalls()
    {
        if (_congested is { } congested)
        {
            _congested = null;
            foreach (Frame frame in congested.Frames.Span)
                frame.Dispose();
            congested.Done.SetException(new IOException("The connection is closed."));
        }

        TaskCompletionSource<Frame?>? receiving = _receiving;
        _receiving = null;
        receiving?.SetResult(null);
    }

    private void Put(ReadOnlyMemory<Frame> frames)
    {
        foreach (Frame frame in frames.Span)
        {
            if (!IsCut && !_reset && !_clientClosed)
            {
                byte[] message = frame.Span.ToArray();
                if (MessageDecryptor.TryReadSessionId(message, out _))
                    world.Rule.TamperEncrypted(message);
                else
                    world.Rule.Tamper(message);
                world.Trace.Add(message);
                _toClient.Enqueue(message);
            }

            frame.Dispose();
        }
    }

    private Frame ToFrame(byte[] message)
    {
        Frame frame = life.Server.FramePool.Rent(message.Length);
        message.CopyTo(frame.Span);
        return frame;
    }
}
