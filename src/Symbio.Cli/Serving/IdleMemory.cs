using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Symbio.Cli.Serving;

/// <summary>
/// Gives memory back when a load has gone. The collector runs when something is allocated, and malloc trims when something
/// is freed: an idle server does neither, and would keep what logons, the compiler and bursts have left behind.
/// </summary>
internal sealed partial class IdleMemory : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    // Of one processor: who uses less has nothing to do, though clients ask now and then whether the server is there.
    private const double IdleShare = 0.1;

    // Since the last time, and a part of the heap. Less is not worth it.
    private const long WorthIt = 4L << 20;
    private const int PartOfHeap = 8;

    // A collection stops everybody. In a heap larger than this it would be felt, and a few megabytes in it would not.
    private const long LargestHeap = 512L << 20;

    // It may cost this part of the time at most.
    private const int TimesAsLongBetween = 1000;

    private readonly Timer _timer;
    private long _allocated;
    private TimeSpan _processorTime;
    private long _looked;
    private long _next;

    public IdleMemory()
    {
        _processorTime = Environment.CpuUsage.TotalTime;
        _looked = Stopwatch.GetTimestamp();
        _timer = new Timer(static state => ((IdleMemory)state!).Look(), this, s_interval, s_interval);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Is it worth it, and does nobody notice?</summary>
    /// <param name="elapsed">How long was looked.</param>
    /// <param name="processorTime">What the process has used meanwhile.</param>
    /// <param name="allocated">Bytes since memory was given back last.</param>
    /// <param name="heap">Bytes of the managed heap.</param>
    internal static bool IsDue(TimeSpan elapsed, TimeSpan processorTime, long allocated, long heap) =>
        processorTime < elapsed * IdleShare && allocated >= Math.Max(WorthIt, heap / PartOfHeap) && heap <= LargestHeap;

    /// <summary>Gives back what can be given back.</summary>
    internal static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TrimNative();
    }

    private void Look()
    {
        long now = Stopwatch.GetTimestamp();
        TimeSpan processorTime = Environment.CpuUsage.TotalTime;
        bool isDue = IsDue(
            Stopwatch.GetElapsedTime(_looked, now), processorTime - _processorTime, GC.GetTotalAllocatedBytes() - _allocated,
            GC.GetTotalMemory(forceFullCollection: false));
        (_looked, _processorTime) = (now, processorTime);
        if (!isDue || now < _next)
            return;
        GiveBack();
        _allocated = GC.GetTotalAllocatedBytes();
        _next = now + (Stopwatch.GetTimestamp() - now) * TimesAsLongBetween;
    }

    private static void TrimNative()
    {
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Not glibc: musl's malloc gives back by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}
