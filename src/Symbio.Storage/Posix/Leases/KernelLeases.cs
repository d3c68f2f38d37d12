using System.Runtime.InteropServices;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Leases of the kernel, fcntl(2) F_SETLEASE: who opens a file on which we have one waits, and we are told by a signal. No
/// signal handler runs: the signals go to one thread of ours, which blocks them and reads them from a descriptor.
/// </summary>
internal sealed class KernelLeases
{
    // Real-time signals queue. The lowest ones belong to libc and to the runtime.
    private const int Signal = 40;

    // What the kernel sends in place of one that finds the queue full.
    private const int FallbackSignal = 29; // SIGIO

    private readonly Lock _lock = new();
    private readonly Dictionary<int, KernelLease> _byDescriptor = [];
    private readonly Dictionary<(ulong Device, ulong Inode), int> _onFiles = [];
    private readonly int _threadId;
    private readonly int _signalFd;

    private KernelLeases()
    {
        var started = new TaskCompletionSource<(int ThreadId, int SignalFd)>();
        new Thread(() => Run(started)) { IsBackground = true, Name = "Symbio leases" }.UnsafeStart();
        (_threadId, _signalFd) = started.Task.GetAwaiter().GetResult(); // Its first three calls; nothing that waits.
    }

    private static readonly Lazy<KernelLeases> s_shared = new(static () => new KernelLeases());

    /// <summary>The one of this process: descriptors are the process's.</summary>
    public static KernelLeases Shared => s_shared.Value;

    /// <summary>Takes a lease against every open; null when the file is open elsewhere, or the kernel refuses.</summary>
    public KernelLease? TryTake(PosixHandle handle, ulong device, ulong inode, Action<IDisposable> contended)
    {
        using var use = handle.Lease();
        if (_signalFd < 0 || !use.IsOpen)
            return null;
        var lease = new KernelLease(this, handle, use.Fd, (device, inode), contended);
        lock (_lock)
        {
            _byDescriptor[use.Fd] = lease; // Before the first signal can come.
            CollectionsMarshal.GetValueRefOrAddDefault(_onFiles, lease.File, out _)++;
        }

        if (Libc.SendSignals(use.Fd, _threadId, Signal) == Errno.None
            && Libc.SetLease(use.Fd, LeaseType.Write) == Errno.None)
        {
            return lease;
        }

        Remove(lease);
        return null;
    }

    /// <summary>This process has a lease on the object.</summary>
    public static bool HoldOn(in Statx stat) => s_shared.IsValueCreated && Shared.Holds((stat.Device, stat.Inode));

    /// <summary>Once for each that was taken, or was not to be had.</summary>
    public void Remove(KernelLease lease)
    {
        lock (_lock)
        {
            if (--CollectionsMarshal.GetValueRefOrAddDefault(_onFiles, lease.File, out _) == 0)
                _onFiles.Remove(lease.File);

            // The number may be another file's by now.
            if (_byDescriptor.GetValueOrDefault(lease.Descriptor) == lease)
                _byDescriptor.Remove(lease.Descriptor);
        }
    }

    private bool Holds((ulong Device, ulong Inode) file)
    {
        lock (_lock)
            return _onFiles.ContainsKey(file);
    }

    private void Run(TaskCompletionSource<(int ThreadId, int SignalFd)> started)
    {
        ulong signals = Libc.SignalSet(Signal, FallbackSignal);
        int signalFd = -1;
        if (Libc.BlockOnThisThread(signals) == Errno.None && Libc.CreateSignalFd(signals, out int fd) == Errno.None)
            signalFd = fd;
        started.SetResult((Libc.GetThreadId(), signalFd));
        if (signalFd < 0)
            return;
        while (true)
        {
            Errno errno = Libc.ReadSignal(signalFd, out int signal, out int about);
            if (errno is not (Errno.None or Errno.EINTR))
                return;
            foreach (KernelLease lease in signal == FallbackSignal ? Breaking() : Find(about))
                lease.Contend();
        }
    }

    private KernelLease[] Find(int descriptor)
    {
        lock (_lock)
            return _byDescriptor.TryGetValue(descriptor, out KernelLease? lease) ? [lease] : [];
    }

    private KernelLease[] Breaking()
    {
        lock (_lock)
            return [.. _byDescriptor.Values.Where(lease => lease.IsBreaking)];
    }
}

/// <summary>A lease that the kernel has given us.</summary>
internal sealed class KernelLease(
    KernelLeases owner, PosixHandle handle, int descriptor, (ulong Device, ulong Inode) file, Action<IDisposable> contended)
    : IDisposable
{
    private int _told;
    private int _disposed;

    public int Descriptor => descriptor;

    public (ulong Device, ulong Inode) File => file;

    /// <summary>Somebody waits for it.</summary>
    public bool IsBreaking
    {
        get
        {
            using var use = handle.Lease();
            return use.IsOpen && Libc.GetLease(use.Fd) != LeaseType.Write;
        }
    }

    public void Contend()
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            contended(this);
    }

    // With the descriptor the lease goes as well.
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        owner.Remove(this);
        using var use = handle.Lease();
        if (use.IsOpen)
            Libc.SetLease(use.Fd, LeaseType.Unlock);
    }
}
