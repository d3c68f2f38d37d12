using System.Diagnostics;

namespace Symbio.Storage.Posix;

/// <summary>
/// Whether writes to a volume, or other changes, have had to wait lately, for a kernel that does not say so beforehand (ext4 has
/// no RWF_NOWAIT for them). Most go to memory; while the disk cannot keep up, each may take a fifth of a second.
/// </summary>
internal sealed class WritePace
{
    // No thread but the store's waits more often than that.
    private static readonly TimeSpan s_caution = TimeSpan.FromSeconds(10);

    private long _slowUntil; // In milliseconds of the system's clock of ticks.

    public bool IsQuick => Environment.TickCount64 >= Volatile.Read(ref _slowUntil);

    /// <summary>A write or change that began then has ended.</summary>
    public void Tell(long began, TimeSpan slow)
    {
        if (Stopwatch.GetElapsedTime(began) >= slow)
            Volatile.Write(ref _slowUntil, Environment.TickCount64 + (long)s_caution.TotalMilliseconds);
    }
}
