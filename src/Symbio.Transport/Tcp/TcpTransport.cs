using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Symbio.Transport.Tcp;

/// <summary>Direct TCP, [MS-SMB2] 2.1: a zero byte, a 24-bit big-endian length, the message.</summary>
public sealed class TcpTransport : IMessageTransport
{
    private const int PrefixSize = 4;

    // Of the rest of a large message so much is waited for at once.
    private const int WakeMark = 512 << 10;

    // What waits for room in the socket, of what the system could send by itself.
    private const int WaitingPiece = 64 << 10;

    private readonly Socket _socket;
    private readonly FramePool _pool;
    private LookAhead _ahead = new();
    private int _wakeMark = 1;
    private volatile bool _aborted;

    public TcpTransport(Socket socket, FramePool pool)
    {
        _socket = socket;
        _pool = pool;
        socket.NoDelay = true;
        RemoteEndPoint = Plain(socket.RemoteEndPoint);
        LocalEndPoint = Plain(socket.LocalEndPoint);
    }

    /// <inheritdoc/>
    public EndPoint? RemoteEndPoint { get; }

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint { get; }

    /// <inheritdoc/>
    public TransportProgress Progress => _aborted ? TransportProgress.Stalled : TcpInfo.Progress(_socket);

    /// <inheritdoc/>
    public bool SendsTails => true;

    /// <inheritdoc/>
    public bool HasMessage =>
        _ahead.Available >= PrefixSize
        && BinaryPrimitives.ReadUInt32BigEndian(_ahead.Peek(PrefixSize)) <= (uint)(_ahead.Available - PrefixSize);

    // A socket that serves both families calls an IPv4 peer ::ffff:a.b.c.d. To everybody else it is a.b.c.d.
    private static EndPoint? Plain(EndPoint? endPoint) =>
        endPoint is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
            ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port)
            : endPoint;

    /// <summary>Connects to a server.</summary>
    public static async ValueTask<TcpTransport> ConnectAsync(
        EndPoint server, FramePool pool, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            return new TcpTransport(socket, pool);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Frame?> ReceiveAsync(int maxLength, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                // Here is where an idle connection waits: without a method of its own, whose state would be one object more.
                while (_ahead.Available < PrefixSize)
                {
                    int received = await _socket
                        .ReceiveAsync(_ahead.GetRoom(PrefixSize), SocketFlags.None, cancellationToken).ConfigureAwait(false);
                    if (received == 0)
                        return null;
                    _ahead.Advance(received);
                }

                if (_aborted)
                    return null; // What had come before is in the look-ahead buffer still.
                uint prefix = BinaryPrimitives.ReadUInt32BigEndian(_ahead.Peek(PrefixSize));
                _ahead.Skip(PrefixSize);
                if (prefix == 0x85000000)
                    continue; // A NetBIOS session keep-alive, RFC 1002 4.3.6: harmless, and some clients send it.
                if (prefix >> 24 != 0)
                    throw new InvalidDataException($"not a Direct TCP message (first byte 0x{prefix >> 24:X2})");
                if (prefix > (uint)maxLength)
                    throw new InvalidDataException($"a message of {prefix} bytes, where {maxLength} are allowed");
                return await ReceiveMessageAsync((int)prefix, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken cancellationToken)
    {
        try
        {
            for (int i = 0; i < frames.Length; i++)
                WritePrefix(frames.Span[i]);
            int first = 0;
            for (int i = 0; i < frames.Length; i++)
            {
                IFrameTail? tail = frames.Span[i].Tail;
                if (tail is null && i + 1 < frames.Length)
                    continue;
                await SendTogetherAsync(frames[first..(i + 1)], more: tail is not null, cancellationToken)
                    .ConfigureAwait(false);
                if (tail is not null)
                    await SendTailAsync(frames.Span[i], tail, cancellationToken).ConfigureAwait(false);
                first = i + 1;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The connection is closed.", e);
        }
        finally
        {
            for (int i = 0; i < frames.Length; i++)
                frames.Span[i].Dispose();
        }
    }

    /// <inheritdoc/>
    public void Abort()
    {
        _aborted = true;
        _socket.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        _aborted = true;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer was first.
        }

        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void WritePrefix(Frame frame)
    {
        uint length = (uint)(frame.Length + (frame.Tail?.Length ?? 0));
        BinaryPrimitives.WriteUInt32BigEndian(frame.Prepend(PrefixSize), length);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Frame?> ReceiveMessageAsync(int length, CancellationToken cancellationToken)
    {
        Frame frame = _pool.Rent(length);
        try
        {
            int have = Math.Min(length, _ahead.Available);
            _ahead.Take(frame.Span[..have]);

            // The tail of a small message, and perhaps the next ones, come by way of the look-ahead buffer; the body
            // of a large one goes straight to its frame.
            if (have < length && length - have < LookAhead.LargeSize / 2)
            {
                if (!await FillAsync(length - have, cancellationToken).ConfigureAwait(false))
                    return Lose(frame);
                _ahead.Take(frame.Span[have..]);
                return frame;
            }

            while (have < length)
            {
                WakeAt(length - have);
                int count = await _socket.ReceiveAsync(frame.Memory[have..], SocketFlags.None, cancellationToken)
                    .ConfigureAwait(false);
                if (count == 0)
                    return Lose(frame);
                have += count;
            }

            WakeAt(0);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    // Who waits for the rest of a large message need not be woken by each packet of it: SO_RCVLOWAT. The kernel wakes all the
    // same when there is no room for so much, and when the peer goes.
    private void WakeAt(int missing)
    {
        int mark = missing >= WakeMark / 4 ? Math.Min(missing, WakeMark) : 1;
        if (mark == _wakeMark || !OperatingSystem.IsLinux())
            return;
        _wakeMark = mark;
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, mark);
    }

    private static Frame? Lose(Frame frame)
    {
        frame.Dispose();
        return null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        while (_ahead.Available < count)
        {
            int received = await _socket.ReceiveAsync(_ahead.GetRoom(count), SocketFlags.None, cancellationToken)
                .ConfigureAwait(false);
            if (received == 0)
                return false;
            _ahead.Advance(received);
        }

        return true;
    }

    /// <param name="more">What follows is about to be sent: it may share the last packet.</param>
    private ValueTask SendTogetherAsync(ReadOnlyMemory<Frame> frames, bool more, CancellationToken cancellationToken)
    {
        int sent = SocketSend.TrySend(_socket, frames.Span, more);
        int last = frames.Length - 1;
        return last == 0 && sent == frames.Span[0].Length ? default : SendRestAsync(frames, sent, cancellationToken);
    }

    private async ValueTask SendTailAsync(Frame frame, IFrameTail tail, CancellationToken cancellationToken)
    {
        // The frame's own bytes have gone: where it is large enough, it takes what has to be read of the tail.
        Frame? own = null;
        byte[]? buffer = frame.Buffer.Length >= IFrameTail.PieceSize ? frame.Buffer : null;
        try
        {
            int left = tail.Length;
            while (left > 0)
            {
                bool isAtHand = tail.TrySend(_socket.SafeHandle, out int sent);
                left -= sent;
                if (sent > 0)
                    continue;

                // It has to be read; or the socket has no room, and a small piece waits until it has some.
                buffer ??= (own = _pool.Rent(Math.Min(left, isAtHand ? WaitingPiece : IFrameTail.PieceSize))).Buffer;
                int size = Math.Min(left, Math.Min(isAtHand ? WaitingPiece : IFrameTail.PieceSize, buffer.Length));
                Memory<byte> piece = buffer.AsMemory(0, size);
                await tail.FillAsync(piece).ConfigureAwait(false);
                left -= size;
                ReadOnlyMemory<byte> rest = piece[SocketSend.TrySend(_socket, buffer, size, more: left > 0)..];
                while (!rest.IsEmpty)
                    rest = rest[await _socket.SendAsync(rest, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
            }
        }
        finally
        {
            own?.Dispose();
        }
    }

    // What the socket had no room for at once.
    private async ValueTask SendRestAsync(ReadOnlyMemory<Frame> frames, int sent, CancellationToken cancellationToken)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            Frame frame = frames.Span[i];
            int skip = Math.Min(sent, frame.Length);
            sent -= skip;
            ReadOnlyMemory<byte> rest = frame.Memory[skip..];
            while (!rest.IsEmpty)
                rest = rest[await _socket.SendAsync(rest, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
        }
    }
}
