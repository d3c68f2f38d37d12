using System.Diagnostics;

namespace Symbio.Transport;

/// <summary>
/// One message in a pooled, pinned buffer. It has one owner at a time: whoever is handed a frame disposes it or hands it
/// on, never both.
/// </summary>
/// <remarks>
/// The message starts <see cref="Headroom"/> bytes into the buffer, so that a transport or an encryption layer can put a
/// header in front of it without moving it.
/// </remarks>
public sealed class Frame : IDisposable
{
    /// <summary>Bytes kept free in front of a message: a transform header (52), a length prefix (4), aligned.</summary>
    public const int Headroom = 64;

    private readonly FramePool _pool;
    private int _start;
    private int _length;
    private int _rented;

    internal Frame(FramePool pool, byte[] buffer, int sizeClass)
    {
        _pool = pool;
        Buffer = buffer;
        SizeClass = sizeClass;
    }

    /// <summary>The whole buffer, headroom included; pinned.</summary>
    public byte[] Buffer { get; }

    /// <summary>Offset of the message in <see cref="Buffer"/>.</summary>
    public int Start => _start;

    /// <summary>Bytes of the message.</summary>
    public int Length => _length;

    /// <summary>The message.</summary>
    public Memory<byte> Memory => Buffer.AsMemory(_start, _length);

    /// <summary>The message.</summary>
    public Span<byte> Span => Buffer.AsSpan(_start, _length);

    /// <summary>Bytes that the message can have at most, where it starts now.</summary>
    public int Capacity => Buffer.Length - _start;

    /// <summary>
    /// What follows the frame's own bytes, for a transport that <see cref="IMessageTransport.SendsTails"/>; goes with the
    /// frame when that is disposed.
    /// </summary>
    public IFrameTail? Tail { get; set; }

    internal int SizeClass { get; }

    /// <summary>Says how long the message is.</summary>
    public void SetLength(int length)
    {
        Debug.Assert((uint)length <= (uint)Capacity);
        _length = length;
    }

    /// <summary>Takes bytes off the front (a header that has been dealt with).</summary>
    public void TrimStart(int count)
    {
        Debug.Assert((uint)count <= (uint)_length);
        _start += count;
        _length -= count;
    }

    /// <summary>Puts a header in front of the message, to be filled by the caller.</summary>
    public Span<byte> Prepend(int count)
    {
        Debug.Assert(count <= _start);
        _start -= count;
        _length += count;
        return Buffer.AsSpan(_start, count);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        IFrameTail? tail = Tail;
        Tail = null;
        if (Interlocked.Exchange(ref _rented, 0) == 1)
            _pool.Return(this);
        else
            Debug.Fail("A frame was given back twice.");
        tail?.Dispose();
    }

    internal void Rent(int length)
    {
        bool free = Interlocked.Exchange(ref _rented, 1) == 0;
        Debug.Assert(free, "A frame in the pool was in use.");
        _start = Headroom;
        _length = length;
    }
}
