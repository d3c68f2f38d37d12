using System.Buffers;

namespace Symbio.Transport.Tcp;

/// <summary>
/// What a connection has received beyond what it was asked for: several small requests at once, or the beginning of a large
/// one. A connection on which nothing much happens has a small buffer of its own; one that has
/// filled it has a large one on loan, until a few receives in a row would have fitted. Not thread-safe; one receive at a time.
/// </summary>
internal struct LookAhead()
{
    /// <summary>What a connection costs while it waits: most requests fit, alone.</summary>
    public const int SmallSize = 512;

    public const int LargeSize = 4096;

    /// <summary>Receives in a row that the large buffer is kept for although the small one would do: traffic comes in waves.</summary>
    public const int Patience = 3;

    private readonly byte[] _small = GC.AllocateUninitializedArray<byte>(SmallSize);
    private byte[]? _large; // Not given back by a connection that is given up: a receive may be writing into it still.
    private int _position;
    private int _patience;

    /// <summary>Bytes that were received and not taken.</summary>
    public int Available { get; private set; }

    private readonly byte[] Buffer => _large ?? _small;

    /// <summary>The next bytes, which stay where they are.</summary>
    public readonly ReadOnlySpan<byte> Peek(int count) => Buffer.AsSpan(_position, count);

    public void Skip(int count)
    {
        _position += count;
        Available -= count;
    }

    public void Take(Span<byte> destination)
    {
        Peek(destination.Length).CopyTo(destination);
        Skip(destination.Length);
    }

    /// <summary>Where the next receive goes, so that <paramref name="count"/> bytes can be available.</summary>
    public Memory<byte> GetRoom(int count)
    {
        byte[]? large = _large, from = Buffer;
        if (_patience > 0 || count > SmallSize)
            _large ??= ArrayPool<byte>.Shared.Rent(LargeSize);
        else
            _large = null; // What is left fits: it is less than the last receive made of it.
        if (_position > 0 || from != Buffer)
            from.AsSpan(_position, Available).CopyTo(Buffer);
        _position = 0;
        if (large is not null && _large is null)
            ArrayPool<byte>.Shared.Return(large);
        return Buffer.AsMemory(Available, (_large is null ? SmallSize : LargeSize) - Available);
    }

    /// <summary>So many bytes have been received.</summary>
    public void Advance(int count)
    {
        Available += count;
        _patience = Available >= SmallSize ? Patience : Math.Max(0, _patience - 1);
    }
}
