using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Remembers what was read of objects, in a table of fixed size: who opens a file that was opened before needs one statx
/// instead of half a dozen look-ups of xattrs, and whatever a local process changes is seen all the same.
/// </summary>
internal sealed class InodeCache
{
    private const int Slots = 1 << 17; // 1 MiB, and about 100 bytes for each object that is remembered.
    private const int Ways = 4; // Slots that an object may be in: one of them is free more often than a certain one.

    // Two changes within one tick of the kernel's clock (1 to 10 ms, and 100 where the processor is taken from a guest) have
    // one ctime. What was read in the tick of a change may be from between two of them, and is not kept. The rest is for
    // file systems that stamp by another clock.
    private static readonly TimeSpan s_settled = TimeSpan.FromMilliseconds(20);

    // Most objects of which nothing is to be remembered but that: 2 MiB, for a few hundred thousand of them. A listing of
    // many does not drive out what opens have come to know.
    private const int BareSlots = 1 << 18;

    private readonly InodeFacts?[] _slots = new InodeFacts?[Slots];
    private readonly ulong[] _bare = new ulong[BareSlots];
    private readonly ulong _seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    /// <summary>One for the whole process: shares may show the same files.</summary>
    public static InodeCache Shared { get; } = new();

    /// <summary>What is known of an object that looks like this; null: nothing, or the object has changed since.</summary>
    public InodeFacts? Find(in Statx stat)
    {
        var ways = WaysOf(stat);
        for (int i = 0; i < ways.Length; i++)
        {
            if (Volatile.Read(ref ways[i]) is { } facts && facts.IsOf(stat))
                return facts;
        }

        return null;
    }

    /// <summary>
    /// What is read from now on, if it was asked before the reading, may be kept: every change with this ctime has been made.
    /// </summary>
    public static bool IsSettled(in Statx stat) =>
        Libc.StampTime().ToFileTime().Ticks - stat.ChangeTime.ToFileTime().Ticks > s_settled.Ticks;

    /// <summary>Keeps what was read after <paramref name="stat"/> had settled.</summary>
    public void Keep(InodeFacts facts, in Statx stat)
    {
        var ways = WaysOf(stat);
        int way = WayFor(ways, stat);
        if (way < 0)
        {
            ways[..^1].CopyTo(ways[1..]); // The oldest goes. Of two who do this at once one may lose what he keeps.
            way = 0;
        }

        Volatile.Write(ref ways[way], facts);
    }

    /// <summary>
    /// The object had neither attributes nor extended ones, and has not changed since. What is kept is a hash of 64 bits that
    /// nobody outside can foresee: there are more likely accidents than two of one value.
    /// </summary>
    public bool IsBare(in Statx stat)
    {
        ulong print = Fingerprint(stat);
        return Volatile.Read(ref _bare[print % BareSlots]) == print;
    }

    /// <summary>Keeps that there was nothing, read after <paramref name="stat"/> had settled.</summary>
    public void KeepBare(in Statx stat)
    {
        ulong print = Fingerprint(stat);
        Volatile.Write(ref _bare[print % BareSlots], print);
    }

    private ulong Fingerprint(in Statx stat)
    {
        ulong hash = Mix(stat.Inode ^ _seed, stat.Device ^ 0x9E3779B97F4A7C15);
        hash = Mix(hash ^ (ulong)stat.ChangeTime.Seconds, _seed ^ stat.ChangeTime.Nanoseconds);
        return hash | (1UL << 63); // An empty slot is like nothing.
    }

    private static ulong Mix(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    /// <summary>A slot that is free, or that has the same object at another time; -1: all others are taken.</summary>
    private static int WayFor(Span<InodeFacts?> ways, in Statx stat)
    {
        for (int i = 0; i < ways.Length; i++)
        {
            if (Volatile.Read(ref ways[i]) is not { } other || (other.Inode == stat.Inode && other.Device == stat.Device))
                return i;
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<InodeFacts?> WaysOf(in Statx stat) =>
        _slots.AsSpan((int)((uint)HashCode.Combine(stat.Inode, stat.Device) % (Slots / Ways)) * Ways, Ways);
}
