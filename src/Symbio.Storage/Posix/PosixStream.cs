using System.Buffers;
using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// A named stream in the xattr <c>user.DosStream.name:$DATA</c>: its bytes and, as Samba has it, one zero byte behind
/// them. A stream can be as long as the file system's xattrs (ext4: about 4 KiB for all of a file's, XFS and Btrfs: 64
/// and 16 KiB each); what does not fit is <see cref="NtStatus.DiskFull"/>.
/// </summary>
internal sealed class PosixStream : IStoreFile
{
    private const int AllocationUnit = 4096;

    private readonly PosixFile _file; // This stream's own handle on the object.
    private readonly StoreAccess _access;
    private readonly Lock _gate; // Read, change, write: streams of one object wait for each other.
    private readonly StreamForm _form;
    private volatile byte[] _xattr;
    private volatile string _name;

    private PosixStream(PosixFile file, KeptStream kept, StoreAccess access)
    {
        _file = file;
        (_name, _xattr, _form) = kept;
        _access = access;
        _gate = file.XattrGate;
    }

    public FileKey Key => _file.Key;

    public bool IsDirectory => false;

    public string StreamName => _name;

    public string Path => _file.Path;

    public string OpenedPath => _file.OpenedPath;

    public static ulong AllocationOf(int length) =>
        (ulong)((length + AllocationUnit - 1) / AllocationUnit * AllocationUnit);

    public static NtStatus Open(PosixFile file, string name, bool create, StoreAccess access, out PosixStream? stream)
    {
        stream = null;
        if (file.Store.Streams.Of(name) is not { } kept)
            return NtStatus.ObjectNameInvalid;
        using var lease = file.Handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        lock (file.XattrGate)
        {
            var errno = file.Store.Streams.Find(path, name, out KeptStream? present);
            if (errno != Errno.None)
                return errno.ToNtStatus();
            if (present is null == !create)
                return create ? NtStatus.ObjectNameCollision : NtStatus.ObjectNameNotFound;
            if (present is { } found)
                kept = found;
            else if ((errno = Libc.SetXattr(path, kept.Xattr, NewValue(file, kept.Form), Libc.XattrCreate)) != Errno.None)
                return Xattr.WriteStatus(errno);
        }

        // The stream stays open when the handle it came from is closed.
        var status = file.Duplicate(out var own);
        if (status.IsSuccess)
            stream = new PosixStream(own!, kept, access);
        return status;
    }

    public ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken) =>
        _file.RunAsync(this, static stream =>
        {
            var status = stream._file.GetStat(out var stat);
            if (status.IsSuccess)
                status = stream.AddLength(ref stat);
            return (status, stat);
        });

    public ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken) =>
        _file.SetBasicInfoAsync(change, cancellationToken);

    public ValueTask<(NtStatus Status, int Count)> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        _file.RunAsync((Stream: this, offset, destination), static s => s.Stream.Read(s.offset, s.destination.Span));

    private (NtStatus Status, int Count) Read(ulong offset, Span<byte> destination)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Xattr.MaxValue);
        var status = Load(buffer, out int length);
        int count = 0;
        if (status.IsSuccess && offset < (ulong)length)
        {
            count = Math.Min(destination.Length, length - (int)offset);
            buffer.AsSpan((int)offset, count).CopyTo(destination);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return (status, count);
    }

    public ValueTask<NtStatus> WriteAsync(
        ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (offset > Xattr.MaxValue || offset + (ulong)source.Length >= Xattr.MaxValue)
            return new(NtStatus.DiskFull);
        return ChangeAsync((Offset: (int)offset, source), static (state, buffer, length) =>
        {
            if (state.Offset > length)
                buffer[length..state.Offset].Clear();
            state.source.Span.CopyTo(buffer[state.Offset..]);
            return Math.Max(length, state.Offset + state.source.Length);
        });
    }

    public ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        ChangeAsync(source, static (source, buffer, length) =>
        {
            if (length + source.Length >= Xattr.MaxValue)
                return -1;
            source.Span.CopyTo(buffer[length..]);
            return length + source.Length;
        });

    public ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken) =>
        _file.FlushAsync(cancellationToken);

    public ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken) =>
        size >= Xattr.MaxValue
            ? new(NtStatus.DiskFull)
            : ChangeAsync((int)size, static (size, buffer, length) =>
            {
                if (size > length)
                    buffer[length..size].Clear();
                return size;
            });

    public ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken) =>
        size >= Xattr.MaxValue
            ? new(NtStatus.DiskFull)
            : ChangeAsync((int)size, static (size, _, length) => Math.Min(size, length));

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
        StoreRange range, int limit, CancellationToken cancellationToken) =>
        _file.RunAsync((Stream: this, range, limit), static s => s.Stream.QueryAllocatedRanges(s.range, s.limit));

    private (NtStatus Status, IReadOnlyList<StoreRange> Ranges) QueryAllocatedRanges(StoreRange range, int limit)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Xattr.MaxValue);
        var status = Load(buffer, out int length);
        ArrayPool<byte>.Shared.Return(buffer);
        bool any = status.IsSuccess && limit > 0 && range.Length > 0 && range.Offset < (ulong)length;
        ulong count = any ? Math.Min(range.Length, (ulong)length - range.Offset) : 0;
        return (status, any ? [new StoreRange(range.Offset, count)] : []);
    }

    public ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
        StoreRange range, bool deallocate, CancellationToken cancellationToken) =>
        _file.RunAsync((Stream: this, range), static s => (s.Stream.Zero(s.range), s.range.Length));

    private NtStatus Zero(StoreRange range) => Change(range, static (range, buffer, length) =>
    {
        if (range.Offset < (ulong)length)
            buffer.Slice((int)range.Offset, (int)Math.Min(range.Length, (ulong)length - range.Offset)).Clear();
        return length;
    });

    public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
        CancellationToken cancellationToken) => _file.GetSecurityDescriptorAsync(cancellationToken);

    public ValueTask<NtStatus> SetSecurityDescriptorAsync(
        ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken) =>
        _file.SetSecurityDescriptorAsync(descriptor, caller, cancellationToken);

    public ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
        CancellationToken cancellationToken) => _file.GetExtendedAttributesAsync(cancellationToken);

    public ValueTask<NtStatus> SetExtendedAttributesAsync(
        IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken) =>
        _file.SetExtendedAttributesAsync(attributes, cancellationToken);

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
        CancellationToken cancellationToken) => _file.GetStreamsAsync(cancellationToken);

    public ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
        string name, bool create, StoreAccess access, CancellationToken cancellationToken) =>
        new((NtStatus.InvalidParameter, null));

    public ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken) =>
        _file.RunAsync(this, static stream =>
        {
            using var lease = stream._file.Handle.Lease();
            Span<byte> path = stackalloc byte[ProcFd.MaxLength];
            ProcFd.Format(lease.Fd, path);
            lock (stream._gate)
                return Xattr.WriteStatus(Libc.RemoveXattr(path, stream._xattr));
        });

    public ValueTask<NtStatus> RenameAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidParameter);

    public ValueTask<NtStatus> RenameStreamAsync(string newName, bool replace, CancellationToken cancellationToken)
    {
        if (_file.Store.Streams.Of(newName) is not { } target)
            return new(NtStatus.ObjectNameInvalid);
        if (!_form.IsPlain || !target.Form.IsPlain)
            return new(NtStatus.AccessDenied); // The bytes of one are none of the other's.
        return _file.RunAsync((Stream: this, newName, target.Xattr, replace), static state =>
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(Xattr.MaxValue);
            try
            {
                lock (state.Stream._gate)
                    return state.Stream.Rename(state.newName, state.Xattr, state.replace, buffer);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        });
    }

    public ValueTask<NtStatus> LinkAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidParameter);

    public ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken) =>
        new((NtStatus.NotADirectory, false));

    public IDirectoryEnumerator Enumerate() => new PosixDirectoryEnumerator(_file, isDirectory: false);

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private NtStatus AddLength(ref FileStat stat)
    {
        using var lease = _file.Handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        var errno = Libc.GetXattr(path, _xattr, [], out int length);
        if (errno is not (Errno.None or Errno.ENODATA))
            return Xattr.WriteStatus(errno);
        int size = errno == Errno.None ? _form.LengthOf(length) : 0;
        stat = stat with
        {
            LinkCount = errno == Errno.None ? stat.LinkCount : 0, // Deleted.
            EndOfFile = (ulong)size,
            AllocationSize = AllocationOf(size),
            Attributes = stat.Attributes & ~Protocol.Fscc.FileAttributes.Directory,
        };
        return NtStatus.Success;
    }

    private NtStatus Rename(string newName, byte[] target, bool replace, byte[] buffer)
    {
        using var lease = _file.Handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        var errno = _file.Store.Streams.Find(path, newName, out KeptStream? found);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        string? present = found?.Name;
        if (present is not null && present != _name && !replace)
            return NtStatus.ObjectNameCollision;
        errno = Libc.GetXattr(path, _xattr, buffer, out int length);
        if (errno == Errno.None && newName != _name)
            errno = Libc.SetXattr(path, target, buffer.AsSpan(0, length), 0);
        if (errno != Errno.None)
            return Xattr.WriteStatus(errno);
        if (newName == _name)
            return NtStatus.Success;
        Libc.RemoveXattr(path, _xattr);
        if (present is not null && present != _name && present != newName)
            Libc.RemoveXattr(path, found!.Value.Xattr);
        (_name, _xattr) = (newName, target);
        return NtStatus.Success;
    }

    private static byte[] NewValue(PosixFile file, StreamForm form)
    {
        file.GetStat(out FileStat stat); // What cannot be read is not worth failing for.
        return form.Create(stat);
    }

    /// <summary>The stream's bytes, at the beginning of the buffer.</summary>
    private NtStatus Load(byte[] buffer, out int length)
    {
        using var lease = _file.Handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        var errno = Libc.GetXattr(path, _xattr, buffer, out length);
        length = errno == Errno.None ? _form.Decode(buffer, length) : 0;
        return Xattr.WriteStatus(errno);
    }

    private delegate int Edit<in TState>(TState state, Span<byte> buffer, int length);

    private ValueTask<NtStatus> ChangeAsync<TState>(TState state, Edit<TState> edit) =>
        _file.RunAsync((Stream: this, state, edit), static s => s.Stream.Change(s.state, s.edit));

    private NtStatus Change<TState>(TState state, Edit<TState> edit)
    {
        if ((_access & StoreAccess.Write) == 0)
            return NtStatus.AccessDenied;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Xattr.MaxValue);
        try
        {
            lock (_gate)
            {
                var status = Load(buffer, out int length);
                if (status.IsError)
                    return status;
                length = edit(state, buffer, length);
                if (length < 0)
                    return NtStatus.DiskFull; // What it would become does not fit.
                return Store(buffer, length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private NtStatus Store(byte[] buffer, int length)
    {
        using var lease = _file.Handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        byte[] old = [];
        FileStat stat = default;
        if (!_form.IsPlain)
        {
            var errno = Xattr.Get(path, _xattr, out old);
            if (errno != Errno.None)
                return Xattr.WriteStatus(errno);
            var known = _file.GetStat(out stat);
            if (known.IsError)
                return known;
        }

        var status = _form.Encode(buffer.AsSpan(0, length), old, stat, out byte[] value);
        return status.IsSuccess ? Xattr.WriteStatus(Libc.SetXattr(path, _xattr, value, 0)) : status;
    }
}
