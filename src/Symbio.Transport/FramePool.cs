using System.Collections.Concurrent;
using System.Numerics;

namespace Symbio.Transport;

/// <summary>
/// Buffers for messages, by size class (powers of two). What the pool keeps is bounded; what is rented is bounded by the
/// credits that were granted.
/// </summary>
public sealed class FramePool
{
    private const int SmallestClass = 10; // 1 KiB: most messages are smaller.
    private const int LargestClass = 25; // 32 MiB holds the largest frame that Direct TCP can state (16 MiB - 1).

    // Kept per class: 8 MiB, but always a few buffers. Enough for a busy server's turnover, little for an idle one.
    private const int KeptBytesPerClass = 8 << 20;
    private const int KeptAtLeast = 4;

    private readonly ConcurrentStack<Frame>[] _free;
    private readonly int[] _freeCount;
    private int _outstanding;

    public FramePool()
    {
        _free = new ConcurrentStack<Frame>[LargestClass - SmallestClass + 1];
        _freeCount = new int[_free.Length];
        for (int i = 0; i < _free.Length; i++)
            _free[i] = new ConcurrentStack<Frame>();
    }

    /// <summary>The pool that a process shares when it has no reason for one of its own.</summary>
    public static FramePool Shared { get; } = new();

    /// <summary>Frames that are rented now; tests assert that it returns to zero.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>A frame whose message is <paramref name="length"/> bytes of undefined content.</summary>
    public Frame Rent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int size = length + Frame.Headroom;
        int sizeClass = Math.Max(0, BitOperations.Log2((uint)size - 1) + 1 - SmallestClass);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sizeClass, _free.Length, nameof(length));
        Interlocked.Increment(ref _outstanding);
        if (_free[sizeClass].TryPop(out Frame? frame))
        {
            Interlocked.Decrement(ref _freeCount[sizeClass]);
        }
        else
        {
            byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << (sizeClass + SmallestClass), pinned: true);
            frame = new Frame(this, buffer, sizeClass);
        }

        frame.Rent(length);
        return frame;
    }

    internal void Return(Frame frame)
    {
        Interlocked.Decrement(ref _outstanding);
        int sizeClass = frame.SizeClass;
        int keep = Math.Max(KeptAtLeast, KeptBytesPerClass >> (sizeClass + SmallestClass));
        if (Interlocked.Increment(ref _freeCount[sizeClass]) <= keep)
            _free[sizeClass].Push(frame);
        else
            Interlocked.Decrement(ref _freeCount[sizeClass]);
    }
}
