using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

/// <summary>A file descriptor that several threads may use while another one closes it.</summary>
internal sealed class PosixHandle : SafeHandle
{
    public PosixHandle(int fd)
        : base(-1, ownsHandle: true) => SetHandle(fd);

    public override bool IsInvalid => handle < 0;

    /// <summary>The descriptor, kept open until the lease is disposed.</summary>
    public FdLease Lease() => new(this);

    // Linux frees the descriptor whatever close says; what it says belongs to flush.
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}

/// <summary>Keeps a <see cref="PosixHandle"/> from being closed.</summary>
internal readonly ref struct FdLease
{
    private readonly PosixHandle? _handle;

    public FdLease(PosixHandle handle)
    {
        Fd = -1;
        bool added = false;
        try
        {
            handle.DangerousAddRef(ref added);
        }
        catch (ObjectDisposedException)
        {
            // A close that came first: Fd stays -1 and every call says EBADF.
        }

        if (!added)
            return;
        _handle = handle;
        Fd = (int)handle.DangerousGetHandle();
    }

    /// <summary>-1 when the handle had been closed.</summary>
    public int Fd { get; }

    public bool IsOpen => _handle is not null;

    public void Dispose() => _handle?.DangerousRelease();
}

/// <summary>A descriptor that lives no longer than the method that opened it.</summary>
internal sealed class OwnedFd(int fd) : IDisposable
{
    public int Fd { get; private set; } = fd;

    /// <summary>Passes the descriptor on; the caller closes it from now on.</summary>
    public int Move()
    {
        int fd = Fd;
        Fd = -1;
        return fd;
    }

    public void Dispose()
    {
        if (Fd >= 0)
            _ = Libc.Close(Move());
    }
}
