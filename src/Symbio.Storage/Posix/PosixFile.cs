using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// An open file or directory: a descriptor, and what does not change about its object (unless a client makes a symbolic
/// link of it).
/// </summary>
internal sealed partial class PosixFile : IStoreFile, ILeasableFile, ILockableFile, ISendableFile
{
    private readonly PosixFileStore _store;
    private volatile PosixHandle _handle;
    private readonly PosixVolume _volume;
    private volatile int _type;
    private readonly StoreAccess _access;
    private readonly bool _exactCase;
    private volatile string _openedAs; // What the caller called it: a link's name, if it was opened by way of one.
    private volatile string _path; // The last that was seen.
    private volatile bool _mayHaveNoName; // And so its blocks may go with this handle.
    private Found? _found;

    /// <param name="isFound">It was there before; who has opened it will ask what it is.</param>
    public PosixFile(PosixFileStore store, PosixHandle handle, in Statx stat, PosixVolume volume, StoreAccess access,
        string path, bool isExact, bool exactCase = false, bool isFound = false)
    {
        _found = isFound ? new Found(stat) : null;
        _store = store;
        _handle = handle;
        _volume = volume;
        _type = stat.Type;
        _access = access;
        _exactCase = exactCase;
        _openedAs = _path = path;
        _mayHaveNoName = (access & StoreAccess.Write) != 0 || stat.Blocks * Statx.BlockUnit > store.Options.MaxQuickRelease;

        // An inode number is used again, but hardly with the same time of birth to the nanosecond.
        ulong generation = stat.HasBirthTime
            ? ((ulong)stat.BirthTime.Seconds * 1_000_000_000) + stat.BirthTime.Nanoseconds
            : 0;
        Key = new FileKey(volume.Id, stat.Inode, generation);
        OpenedPath = isExact ? path : Path;
    }

    private PosixFile(PosixFile other, PosixHandle handle)
    {
        _store = other._store;
        _handle = handle;
        _volume = other._volume;
        _type = other._type;
        _exactCase = other._exactCase;
        _openedAs = other._openedAs;
        _path = other._path;
        OpenedPath = other.OpenedPath;
        Key = other.Key;
    }

    public FileKey Key { get; }

    public bool IsDirectory => _type == Statx.DirectoryType;

    public bool ShowsAllChanges => _volume.IsLocal;

    public string StreamName => "";

    internal PosixFileStore Store => _store;

    internal PosixHandle Handle => _handle;

    /// <summary>A handle of one who tells names apart by case; he follows links himself, too, and wants to see them as such.</summary>
    internal bool IsExactCase => _exactCase;

    /// <summary>Finds names as this handle was opened: in any case, or exactly.</summary>
    internal PathResolver Resolver => _store.ResolverFor(_exactCase);

    internal StoreAccess Access => _access;

    internal PosixVolume Volume => _volume;

    /// <summary>
    /// Whatever is asked of this object may wait for another machine or process. (Of a link it is asked what it leads to.)
    /// </summary>
    private bool MayHang => !_volume.IsLocal || (_type == Statx.SymbolicLink && _store.MayHang);

    /// <summary>What needs nobody but this kernel is done at once; else it must not be the caller's thread that hangs.</summary>
    internal ValueTask<TResult> RunAsync<TState, TResult>(TState state, Func<TState, TResult> call) =>
        MayHang ? _store.Options.Scheduler.RunAsync(state, call) : new(call(state));

    public IDirectoryEnumerator Enumerate() => new PosixDirectoryEnumerator(this, IsDirectory);

    /// <inheritdoc/>
    public IDisposable? TryLease(Action<IDisposable> contended) =>
        IsDirectory || _access == StoreAccess.None ? null : KernelLeases.Shared.TryTake(
            _handle, _volume.Device, Key.FileId, contended);

    /// <summary>One more handle on the object, for metadata.</summary>
    internal NtStatus Duplicate(out PosixFile? file)
    {
        file = null;
        using var lease = _handle.Lease();
        var errno = Libc.Reopen(lease.Fd, OpenFlags.Path, out int fd);
        if (errno == Errno.None)
            file = new PosixFile(this, new PosixHandle(fd));
        return errno.ToNtStatus();
    }

    public ValueTask DisposeAsync()
    {
        if (!WaitsAtClose())
        {
            _handle.Dispose();
            return ValueTask.CompletedTask;
        }

        return new(_store.Options.Scheduler.RunAsync(this, static file =>
        {
            file._handle.Dispose();
            return true;
        }).AsTask());
    }

    // Network file systems write what they have kept back; and what has no name any more goes, which may be much. Only who has
    // reason to think so looks: most handles are closed by the thousand.
    private bool WaitsAtClose()
    {
        if (!_volume.IsLocal)
            return _access != StoreAccess.None;
        if (!_mayHaveNoName)
            return false;
        using var lease = _handle.Lease();
        return Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat) == Errno.None && stat.LinkCount == 0 && FreesMuch(stat);
    }

    /// <summary>What the object looked like when it was opened, until somebody has asked.</summary>
    private sealed class Found(in Statx stat)
    {
        public readonly Statx Stat = stat;
    }
}
