using System.Runtime.CompilerServices;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Remembers what was read of objects, in a table of fixed size: who opens a file that was opened before needs one statx
/// instead of half a dozen look-ups of xattrs, and whatever a local process changes is seen all the same.
/// </summary>
internal sealed class InodeCache
{
    private const int Slots = 1 << 16; // 512 KiB, and about 100 bytes for each object that is remembered.

    // Two changes within one tick of the kernel's clock (1 to 10 ms) have one ctime. What was read so soon after a change
    // may be from between two of them, and is not kept.
    private static readonly TimeSpan s_settled = TimeSpan.FromMilliseconds(20);

    private readonly InodeFacts?[] _slots = new InodeFacts?[Slots];

    /// <summary>One for the whole process: shares may show the same files.</summary>
    public static InodeCache Shared { get; } = new();

    /// <summary>What is known of an object that looks like this; null: nothing, or the object has changed since.</summary>
    public InodeFacts? Find(in Statx stat) =>
        Volatile.Read(ref Slot(stat)) is { } facts && facts.IsOf(stat) ? facts : null;

    /// <summary>Keeps what was read after <paramref name="stat"/>.</summary>
    public void Keep(InodeFacts facts, in Statx stat)
    {
        if (IsSettled(stat))
            Volatile.Write(ref Slot(stat), facts);
    }

    private static bool IsSettled(in Statx stat) =>
        FileTime.FromDateTimeOffset(DateTimeOffset.UtcNow - s_settled) > stat.ChangeTime.ToFileTime();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref InodeFacts? Slot(in Statx stat) =>
        ref _slots[(uint)HashCode.Combine(stat.Inode, stat.Device) % Slots];
}
