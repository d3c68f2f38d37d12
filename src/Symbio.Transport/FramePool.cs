using System.Numerics;

namespace Symbio.Transport;

/// <summary>
/// Buffers for messages, by size class (powers of two). What the pool keeps is bounded; what is rented is bounded by the
/// credits that were granted.
/// </summary>
public sealed class FramePool
{
    private const int SmallestClass = 10; // 1 KiB: most messages are smaller.
    private const int LargestClass = 24; // 16 MiB: the largest frame that Direct TCP can state is a byte less.

    // What comes in round numbers, a READ's or WRITE's data, comes with headers. From this class on there is room for them,
    // so that they do not make a megabyte take two.
    private const int RoomyClass = 16;
    private const int HeaderRoom = 4096;

    // Kept per class: 8 MiB, but always a few buffers. Enough for a busy server's turnover, little for an idle one.
    private const int KeptBytesPerClass = 8 << 20;
    private const int KeptAtLeast = 4;

    private readonly Shelf[] _shelves;
    private int _outstanding;

    public FramePool()
    {
        _shelves = new Shelf[LargestClass - SmallestClass + 1];
        for (int i = 0; i < _shelves.Length; i++)
            _shelves[i] = new Shelf(Math.Max(KeptAtLeast, KeptBytesPerClass >> (i + SmallestClass)));
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
        int sizeClass = ClassOf(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sizeClass, _shelves.Length, nameof(length));
        Interlocked.Increment(ref _outstanding);
        Frame? frame = _shelves[sizeClass].TryTake();
        if (frame is null)
        {
            byte[] buffer = GC.AllocateUninitializedArray<byte>(SizeOf(sizeClass), pinned: true);
            frame = new Frame(this, buffer, sizeClass);
        }

        frame.Rent(length);
        return frame;
    }

    private static int ClassOf(int size)
    {
        int roundNumber = size > 1 << (RoomyClass - 1) ? Math.Max(size - HeaderRoom, (1 << (RoomyClass - 1)) + 1) : size;
        return Math.Max(0, BitOperations.Log2((uint)roundNumber - 1) + 1 - SmallestClass);
    }

    private static int SizeOf(int sizeClass) =>
        (1 << (sizeClass + SmallestClass)) + (sizeClass + SmallestClass >= RoomyClass ? HeaderRoom : 0);

    internal void Return(Frame frame)
    {
        Interlocked.Decrement(ref _outstanding);
        _shelves[frame.SizeClass].TryPut(frame);
    }

    /// <summary>
    /// Free frames of one size, the one that was used last on top: it is in a processor's cache still. Nothing is allocated
    /// for a frame that comes and goes; the lock is held for a few instructions.
    /// </summary>
    private sealed class Shelf(int capacity)
    {
        private const int FirstSize = 16;

        private readonly Lock _lock = new();
        private Frame[] _frames = new Frame[Math.Min(FirstSize, capacity)];
        private int _count;

        public Frame? TryTake()
        {
            lock (_lock)
                return _count == 0 ? null : _frames[--_count];
        }

        /// <summary>A frame that finds no room is the collector's.</summary>
        public void TryPut(Frame frame)
        {
            lock (_lock)
            {
                if (_count == capacity)
                    return;
                if (_count == _frames.Length)
                    Array.Resize(ref _frames, Math.Min(capacity, _count * 2));
                _frames[_count++] = frame;
            }
        }
    }
}
