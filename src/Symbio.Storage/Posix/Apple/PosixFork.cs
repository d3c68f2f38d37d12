using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Posix;

/// <summary>
/// AFP_Resource in an AppleDouble file: the bytes from an offset on, as many as the header says. All but the bytes is the
/// file's that the fork belongs to.
/// </summary>
/// <param name="file">A handle on that file.</param>
/// <param name="data">The AppleDouble file.</param>
internal sealed class PosixFork(PosixFile file, PosixFile data, AppleDouble header, IStoreScheduler scheduler)
    : IStoreFile, IDisposable
{
    private const int AllocationUnit = 4096;

    // The length in the header and that of the file change together. By key, for all handles of this process.
    private static readonly Lock[] s_gates = [.. Enumerable.Range(0, 16).Select(_ => new Lock())];

    private readonly AppleDoubleEntry _fork =
        header.TryFind(AppleDouble.ResourceFork, out AppleDoubleEntry fork) ? fork : default;

    private readonly Lock _gate = s_gates[(uint)file.Key.GetHashCode() % s_gates.Length];

    private PosixFile File => file;

    public FileKey Key => file.Key;

    public bool IsDirectory => false;

    public string StreamName => AfpInfo.ResourceName;

    public string Path => file.Path;

    public string OpenedPath => file.OpenedPath;

    /// <summary>Name and sizes.</summary>
    public StoreStream Describe()
    {
        (_, ulong length) = GetLength();
        return new StoreStream(AfpInfo.ResourceName, length, AllocationOf(length));
    }

    public ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken) =>
        scheduler.RunAsync(this, static fork => fork.GetStat());

    public async ValueTask<(NtStatus Status, int Count)> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        (NtStatus status, ulong length) = await GetLengthAsync().ConfigureAwait(false);
        if (status.IsError || offset >= length)
            return (status, 0);
        int most = (int)Math.Min((ulong)destination.Length, length - offset);
        return await data.ReadAsync(_fork.Offset + offset, destination[..most], cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<NtStatus> WriteAsync(
        ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (source.IsEmpty)
            return NtStatus.Success;
        if (offset > uint.MaxValue)
            return NtStatus.DiskFull;
        NtStatus status = await ResizeAsync(offset + (ulong)source.Length, mayShrink: false).ConfigureAwait(false);
        return status.IsError
            ? status
            : await data.WriteAsync(_fork.Offset + offset, source, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        (NtStatus status, ulong end) = await scheduler
            .RunAsync((Fork: this, Length: (ulong)source.Length), static state => state.Fork.Grow(state.Length))
            .ConfigureAwait(false);
        return status.IsError
            ? status
            : await data.WriteAsync(_fork.Offset + end, source, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken) => data.FlushAsync(cancellationToken);

    public ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken) =>
        ResizeAsync(size, mayShrink: true);

    public async ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken)
    {
        (NtStatus status, ulong length) = await GetLengthAsync().ConfigureAwait(false);
        return status.IsSuccess && size < length ? await ResizeAsync(size, mayShrink: true).ConfigureAwait(false) : status;
    }

    public async ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
        StoreRange range, int limit, CancellationToken cancellationToken)
    {
        (NtStatus status, ulong length) = await GetLengthAsync().ConfigureAwait(false);
        bool any = status.IsSuccess && limit > 0 && range.Length > 0 && range.Offset < length;
        return (status, any ? [range with { Length = Math.Min(range.Length, length - range.Offset) }] : []);
    }

    public async ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
        StoreRange range, bool deallocate, CancellationToken cancellationToken)
    {
        (NtStatus status, ulong length) = await GetLengthAsync().ConfigureAwait(false);
        if (status.IsError || range.Offset >= length)
            return (status, range.Length);
        ulong count = Math.Min(range.Length, length - range.Offset);
        var inFile = new StoreRange(_fork.Offset + range.Offset, count);
        (status, ulong done) = await data.ZeroRangeAsync(inFile, deallocate, cancellationToken).ConfigureAwait(false);
        return (status, done == count ? range.Length : done);
    }

    public ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken) =>
        scheduler.RunAsync(this, static fork =>
        {
            lock (fork._gate)
                return fork.File.RemoveFork();
        });

    public ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken) =>
        file.SetBasicInfoAsync(change, cancellationToken);

    public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
        CancellationToken cancellationToken) => file.GetSecurityDescriptorAsync(cancellationToken);

    public ValueTask<NtStatus> SetSecurityDescriptorAsync(
        ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken) =>
        file.SetSecurityDescriptorAsync(descriptor, caller, cancellationToken);

    public ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
        CancellationToken cancellationToken) => file.GetExtendedAttributesAsync(cancellationToken);

    public ValueTask<NtStatus> SetExtendedAttributesAsync(
        IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken) =>
        file.SetExtendedAttributesAsync(attributes, cancellationToken);

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
        CancellationToken cancellationToken) => file.GetStreamsAsync(cancellationToken);

    public ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
        string name, bool create, StoreAccess access, CancellationToken cancellationToken) =>
        new((NtStatus.InvalidParameter, null));

    public ValueTask<NtStatus> RenameAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidParameter);

    public ValueTask<NtStatus> RenameStreamAsync(string newName, bool replace, CancellationToken cancellationToken) =>
        new(NtStatus.AccessDenied);

    public ValueTask<NtStatus> LinkAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidParameter);

    public ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken) =>
        new((NtStatus.NotADirectory, false));

    public IDirectoryEnumerator Enumerate() => new PosixDirectoryEnumerator(file, isDirectory: false);

    public void Dispose()
    {
        data.Handle.Dispose();
        file.Handle.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static ulong AllocationOf(ulong length) => (length + AllocationUnit - 1) / AllocationUnit * AllocationUnit;

    private (NtStatus Status, FileStat Stat) GetStat()
    {
        var status = file.GetStat(out FileStat stat);
        if (status.IsError)
            return (status, stat);
        (status, ulong length) = GetLength();
        return (status, stat with
        {
            EndOfFile = length,
            AllocationSize = AllocationOf(length),
            Attributes = stat.Attributes & ~FileAttributes.Directory,
        });
    }

    private ValueTask<(NtStatus Status, ulong Length)> GetLengthAsync() =>
        scheduler.RunAsync(this, static fork => fork.GetLength());

    // What the header says, as far as there are bytes.
    private (NtStatus Status, ulong Length) GetLength()
    {
        using var lease = data.Handle.Lease();
        var errno = Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat);
        uint told = 0;
        if (errno == Errno.None)
            errno = ForkFile.ReadLength(lease.Fd, header, out told);
        return (errno.ToNtStatus(), Math.Min(told, stat.Size - Math.Min(stat.Size, _fork.Offset)));
    }

    /// <summary>Room for this many bytes more; tells where.</summary>
    private (NtStatus Status, ulong End) Grow(ulong length)
    {
        lock (_gate)
        {
            (NtStatus status, ulong end) = GetLength();
            return (status.IsSuccess ? Resize(end + length, mayShrink: false) : status, end);
        }
    }

    private ValueTask<NtStatus> ResizeAsync(ulong size, bool mayShrink) => scheduler.RunAsync(
        (Fork: this, size, mayShrink), static state => state.Fork.Resize(state.size, state.mayShrink));

    /// <summary>
    /// Gives the fork this size, or at least this size. A file that grows does so before it is written to: the bytes between
    /// are zeros, whatever stood behind the fork.
    /// </summary>
    private NtStatus Resize(ulong size, bool mayShrink)
    {
        lock (_gate)
        {
            (NtStatus status, ulong length) = GetLength();
            if (status.IsError || size == length || (size < length && !mayShrink))
                return status;
            if (size > uint.MaxValue - _fork.Offset)
                return NtStatus.DiskFull; // More than the header can tell.
            bool isLast = header.IsLast(_fork);
            if (size > length && !isLast)
                return NtStatus.DiskFull; // Something follows it.
            using var lease = data.Handle.Lease();
            var errno = size < length ? ForkFile.WriteLength(lease.Fd, header, (uint)size) : Errno.None;
            if (errno == Errno.None && isLast && size > length)
                errno = Libc.Truncate(lease.Fd, _fork.Offset + length);
            if (errno == Errno.None && isLast)
                errno = Libc.Truncate(lease.Fd, _fork.Offset + size);
            if (errno == Errno.None && size > length)
                errno = ForkFile.WriteLength(lease.Fd, header, (uint)size);
            return errno is Errno.EBADF or Errno.EINVAL ? NtStatus.AccessDenied : errno.ToNtStatus();
        }
    }
}
