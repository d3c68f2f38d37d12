using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Posix;

/// <summary>
/// A listing: a descriptor of its own (the kernel keeps the position in it) and one buffer of names that the kernel has
/// given and that have not been returned yet.
/// </summary>
internal sealed class PosixDirectoryEnumerator(PosixFile directory, bool isDirectory) : IDirectoryEnumerator
{
    // About 1,000 names: few system calls, and little to hold for a client that never comes back.
    private const int BufferSize = 32 * 1024;
    private const int LittleBufferSize = 2 * 1024; // The longest name takes 280 bytes.

    private readonly PosixFileStore _store = directory.Store;
    private readonly bool _isRoot = directory.Path.Length == 0;
    private PosixHandle? _listing;
    private byte[]? _buffer;
    private int _bufferSize = BufferSize;
    private int _position;
    private int _length;
    private int _dots; // How many of "." and ".." have been passed.
    private bool _ended;
    private bool _rewinds;

    public ValueTask<(NtStatus Status, int Count)> ReadAsync(NamePattern pattern, DirectoryFields fields,
        Memory<DirectoryEntry> destination, CancellationToken cancellationToken)
    {
        if (!isDirectory)
            return new((NtStatus.InvalidParameter, 0));
        if (_ended || destination.IsEmpty)
            return new((NtStatus.Success, 0));
        if (pattern.IsLiteral && !_store.MayHang)
        {
            var status = LookUp(pattern, fields, destination.Span, mayBlock: false, out int count);
            if (status != NtStatus.CantWait)
                return new((status, count));
        }

        return _store.Options.Scheduler.RunAsync(
            (Self: this, pattern, fields, destination, cancellationToken), static state =>
        {
            int count;
            var status = state.pattern.IsLiteral
                ? state.Self.LookUp(state.pattern, state.fields, state.destination.Span, mayBlock: true, out count)
                : state.Self.Scan(state.pattern, state.fields, state.destination.Span, out count,
                    state.cancellationToken);
            return (status, count);
        });
    }

    public void Restart()
    {
        _position = _length = _dots = 0;
        _ended = false;
        _rewinds = true; // By whoever reads on: that one may wait.
    }

    public void KeepLittle() => _bufferSize = LittleBufferSize;

    public ValueTask DisposeAsync()
    {
        if (_listing is not null && _store.MayHang)
        {
            return new(_store.Options.Scheduler.RunAsync(_listing, static listing =>
            {
                listing.Dispose(); // Some servers are told.
                return true;
            }).AsTask());
        }

        _listing?.Dispose();
        return ValueTask.CompletedTask;
    }

    private NtStatus Scan(NamePattern pattern, DirectoryFields fields, Span<DirectoryEntry> destination, out int count,
        CancellationToken cancellationToken)
    {
        count = 0;
        var status = OpenListing();
        if (status.IsError)
            return status;
        using var lease = _listing!.Lease();
        for (; _dots < 2 && count < destination.Length; _dots++)
        {
            if (pattern.Matches(_dots == 0 ? "." : ".."))
                AddDot(lease.Fd, _dots == 0 ? "." : "..", fields, destination, ref count);
        }

        while (count < destination.Length)
        {
            if (_position == _length)
            {
                if (cancellationToken.IsCancellationRequested && count > 0)
                    return NtStatus.Success; // They would be lost to the next query.
                cancellationToken.ThrowIfCancellationRequested();
                _buffer ??= new byte[_bufferSize];
                var errno = Libc.ReadDirectory(lease.Fd, _buffer, out _length);
                _position = 0;
                if (errno != Errno.None)
                {
                    _length = 0;
                    return count > 0 ? NtStatus.Success : errno.ToNtStatus();
                }

                if (_length == 0)
                {
                    _ended = true;
                    _buffer = null; // The directory may stay open for long.
                    break;
                }
            }

            var record = DirectoryRecord.Read(_buffer.AsSpan(_position, _length - _position));
            _position += record.Length;
            if (record.IsDotOrDotDot || (_store.HasForkFiles && ForkFile.IsName(record.Name)))
                continue;
            string name = _store.Codec.Decode(record.Name);
            if (pattern.Matches(name))
                Add(lease.Fd, name, record.Name, fields, destination, ref count);
        }

        return NtStatus.Success;
    }

    /// <summary>A pattern without wildcards names one entry; nothing needs to be listed.</summary>
    private NtStatus LookUp(
        NamePattern pattern, DirectoryFields fields, Span<DirectoryEntry> destination, bool mayBlock, out int count)
    {
        count = 0;
        string literal = pattern.Literal!;
        using var lease = directory.Handle.Lease();
        if (literal is "." or "..")
        {
            AddDot(lease.Fd, literal, fields, destination, ref count);
            _ended = true;
            return NtStatus.Success;
        }

        byte[]? name = _store.HidesPath(literal) ? null : _store.Codec.Encode(literal);
        if (name is not null && Libc.StatAt(lease.Fd, name, StatxMask.Type, out _) == Errno.ENOENT)
        {
            var status = directory.Resolver.Find(lease.Fd, literal, StoreCaller.Service, mayBlock, out string? spelling);
            if (status.IsError)
                return status;
            name = spelling is null ? null : _store.Codec.Encode(spelling);
            literal = spelling ?? literal;
        }

        if (name is not null)
            Add(lease.Fd, literal, name.AsSpan(0, name.Length - 1), fields, destination, ref count);
        _ended = true;
        return NtStatus.Success;
    }

    private NtStatus OpenListing()
    {
        if (_rewinds)
            Rewind();
        if (_listing is not null)
            return NtStatus.Success;
        using var lease = directory.Handle.Lease();
        var errno = Libc.OpenAt2(
            lease.Fd, "."u8.WithNul(), OpenFlags.ReadOnly | OpenFlags.Directory, 0, ResolveFlags.None, out int fd);
        if (errno != Errno.None)
            return errno == Errno.ENOENT ? NtStatus.Success : errno.ToNtStatus();
        _listing = new PosixHandle(fd);
        return NtStatus.Success;
    }

    private void Rewind()
    {
        _rewinds = false;
        if (_listing is null)
            return;
        using var lease = _listing.Lease();
        if (Libc.RewindDirectory(lease.Fd) == Errno.None)
            return;
        _listing.Dispose(); // A new descriptor starts from the beginning as well.
        _listing = null;
    }

    private void AddDot(int fd, string dot, DirectoryFields fields, Span<DirectoryEntry> destination, ref int count)
    {
        // The parent of the share's root is none of the client's business: it shows the root again.
        var path = dot == "." || _isRoot ? "."u8 : ".."u8;
        if (Libc.StatAt(fd, path.WithNul(), StatxMask.All, out var stat) == Errno.None && stat.LinkCount > 0)
            destination[count++] =
                new DirectoryEntry(dot, fields == 0 ? default : Build(fd, path.WithNul(), stat, false));
    }

    /// <summary>Adds an entry; one that has gone since it was listed is left out.</summary>
    private void Add(int fd, string name, ReadOnlySpan<byte> diskName, DirectoryFields fields,
        Span<DirectoryEntry> destination, ref int count)
    {
        if (fields == DirectoryFields.None && _store.Options.Links != LinkPolicy.Hide)
        {
            destination[count++] = new DirectoryEntry(name, default);
            return;
        }

        Span<byte> terminated = stackalloc byte[diskName.Length + 1];
        diskName.CopyTo(terminated);
        if (Libc.StatAt(fd, terminated, StatxMask.All, out var stat) != Errno.None)
            return;
        bool hidden = _store.HidesName(name);
        if (stat.Type == Statx.SymbolicLink)
        {
            AddLink(fd, name, terminated, stat, hidden, fields, destination, ref count);
            return;
        }

        DataBlocks.CorrectAt(fd, terminated, ref stat);
        destination[count++] = new DirectoryEntry(name, Build(fd, terminated, stat, hidden));
    }

    private void AddLink(int fd, string name, ReadOnlySpan<byte> terminated, in Statx stat, bool hidden,
        DirectoryFields fields, Span<DirectoryEntry> destination, ref int count)
    {
        var policy = _store.Options.Links;
        if (policy == LinkPolicy.Hide)
            return;
        if (policy == LinkPolicy.Follow && !directory.IsExactCase && TryFollow(name, hidden, out var shown))
        {
            destination[count++] = new DirectoryEntry(name, shown);
            return;
        }

        shown = Build(fd, terminated, stat, hidden);
        if (policy == LinkPolicy.Report && !directory.IsExactCase && _store.Resolver.LeadsToDirectory(PathOf(name)))
            shown = shown with { Attributes = shown.Attributes | FileAttributes.Directory };
        destination[count++] = new DirectoryEntry(name, shown);
    }

    private string PathOf(string name) => directory.Path is { Length: > 0 } parent ? parent + '\\' + name : name;

    private FileStat Build(int fd, ReadOnlySpan<byte> terminated, in Statx stat, bool hidden)
    {
        var volume = stat.Device == directory.Volume.Device ? directory.Volume : _store.VolumeAt(fd, terminated, stat);
        var (dos, eaSize) = volume.Inodes.ReadEntry(stat, fd, terminated);
        return StatReader.Build(stat, _store.FileIdOf(stat, volume), dos, hidden, eaSize);
    }

    /// <summary>
    /// What a client gets that opens the link. False when it leads nowhere, or out of the share: then the link itself is
    /// shown, so that it can be seen and deleted.
    /// </summary>
    private bool TryFollow(string name, bool hidden, out FileStat target)
    {
        target = default;
        if (_store.Resolver.Open(PathOf(name), noFollow: false, StoreCaller.Service, mayBlock: true, out int fd).IsError)
            return false;
        using var found = new OwnedFd(fd);
        if (Libc.StatFd(fd, StatxMask.All, out var stat) != Errno.None)
            return false;
        DataBlocks.Correct(fd, ref stat);
        Span<byte> procPath = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, procPath);
        var volume = _store.VolumeOf(fd, stat);
        var facts = volume.Inodes.Read(stat, procPath, follow: true);
        target = StatReader.Build(stat, _store.FileIdOf(stat, volume), facts.Dos, hidden, facts.EaSize);
        return true;
    }
}
