using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Memory;

/// <summary>A handle: a node, the name it was opened by, and the stream if it is a named one.</summary>
internal sealed class MemoryFile : IStoreFile
{
    private readonly MemoryFileStore _store;
    private readonly MemoryNode _node;
    private readonly MemoryLink? _link; // Null: the root.
    private readonly MemoryNamedStream? _stream;
    private readonly MemoryData? _data; // Null: a directory.
    private bool _closed;

    /// <summary>The handle has been counted already.</summary>
    public MemoryFile(MemoryFileStore store, MemoryNode node, MemoryLink? link, MemoryNamedStream? stream)
    {
        _store = store;
        _node = node;
        _link = link;
        _stream = stream;
        _data = stream is null ? node.Data : stream.Data;
    }

    public FileKey Key => new(_store.VolumeNumber, _node.Id, Generation: 0); // Ids are never used twice.

    public bool IsDirectory => _node.Directory is not null && _stream is null;

    public string StreamName => _stream?.Name ?? "";

    public string Path => _link is null ? "" : _store.Tree.PathOf(_link);

    public ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken) =>
        new((NtStatus.Success, _node.GetStat(_data, _stream)));

    public ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken)
    {
        _node.SetBasicInfo(change, _store.Tree.Now());
        return new(NtStatus.Success);
    }

    public ValueTask<(NtStatus Status, int Count)> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        new(_data is null
            ? (NtStatus.InvalidDeviceRequest, 0)
            : (NtStatus.Success, _data.Read(offset, destination.Span)));

    public ValueTask<NtStatus> WriteAsync(
        ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (_data is null)
            return new(NtStatus.InvalidDeviceRequest);
        var status = _data.Write(offset, source.Span);
        if (source.Length > 0)
            TouchIf(status);
        return new(status);
    }

    public ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (_data is null)
            return new(NtStatus.InvalidDeviceRequest);
        var status = _data.Append(source.Span);
        if (source.Length > 0)
            TouchIf(status);
        return new(status);
    }

    // Blocks are not shared here: a copy is as good, but for the space.
    public async ValueTask<NtStatus> CloneRangeAsync(
        ulong offset, IStoreFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken)
    {
        (NtStatus status, ulong count) = await PieceCopy
            .RunAsync(source, sourceOffset, this, offset, length, cancellationToken).ConfigureAwait(false);
        return status.IsError || count == length ? status : NtStatus.NotSupported;
    }

    public ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken) => new(NtStatus.Success);

    public ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken) =>
        new(_data is null ? NtStatus.InvalidParameter : TouchIf(_data.SetLength(size)));

    public ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken) =>
        new(_data is null ? NtStatus.InvalidParameter : TouchIf(_data.SetAllocation(size)));

    public ValueTask<NtStatus> ReserveAsync(ulong size, CancellationToken cancellationToken) =>
        new(_data is null ? NtStatus.InvalidParameter : _data.Reserve(size));

    public ValueTask<NtStatus> FillHolesAsync(CancellationToken cancellationToken) =>
        new(_data is null ? NtStatus.InvalidParameter : _data.FillHoles());

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
        StoreRange range, int limit, CancellationToken cancellationToken) =>
        new(_data is null ? (NtStatus.InvalidParameter, []) : (NtStatus.Success, _data.AllocatedRanges(range, limit)));

    public ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
        StoreRange range, bool deallocate, CancellationToken cancellationToken)
    {
        if (_data is null)
            return new((NtStatus.InvalidParameter, 0));
        _data.Zero(range, deallocate);
        return new((TouchIf(NtStatus.Success), range.Length));
    }

    public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
        CancellationToken cancellationToken) => new((NtStatus.Success, _store.DescriptorOf(_node)));

    public ValueTask<NtStatus> SetSecurityDescriptorAsync(
        ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken)
    {
        if (!SecurityDescriptor.TryRead(descriptor, out _))
            return new(NtStatus.InvalidSecurityDescr);
        _node.SetSecurityDescriptor(descriptor.ToArray(), _store.Tree.Now());
        return new(NtStatus.Success);
    }

    public ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
        CancellationToken cancellationToken) => new((NtStatus.Success, _node.ExtendedAttributes));

    public ValueTask<NtStatus> SetExtendedAttributesAsync(
        IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken) =>
        new(_node.SetExtendedAttributes(attributes, _store.Tree.Now()));

    public ValueTask<(NtStatus Status, ReparseDataBuffer Data)> GetReparsePointAsync(
        CancellationToken cancellationToken) =>
        new(_node.Reparse is { } data ? (NtStatus.Success, data) : (NtStatus.NotAReparsePoint, default));

    public ValueTask<NtStatus> SetReparsePointAsync(
        ReparseDataBuffer data, StoreCaller caller, CancellationToken cancellationToken) =>
        new(_link is null ? NtStatus.AccessDenied : _node.SetReparse(data, _store.Tree.Now()));

    public ValueTask<NtStatus> DeleteReparsePointAsync(StoreCaller caller, CancellationToken cancellationToken) =>
        new(_node.DeleteReparse(_store.Tree.Now()));

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
        CancellationToken cancellationToken) => new((NtStatus.Success, _node.ListStreams()));

    public ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
        string name, bool create, StoreAccess access, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > MemoryTree.MaxNameLength)
            return new((NtStatus.ObjectNameInvalid, null));
        var status = _node.OpenStream(name, create, _store.Tree.Now(), out var stream);
        return new((status, status.IsError ? null : new MemoryFile(_store, _node, _link, stream)));
    }

    public ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken)
    {
        if (_stream is not null)
            return new(_node.RemoveStream(_stream, _store.Tree.Now()));
        return new(_link is null ? NtStatus.CannotDelete : _store.Tree.Remove(_link));
    }

    public ValueTask<NtStatus> RenameAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) =>
        new(_link is null || _stream is not null
            ? NtStatus.InvalidParameter
            : _store.Tree.Rename(_link, newPath, replace));

    public ValueTask<NtStatus> RenameStreamAsync(string newName, bool replace, CancellationToken cancellationToken)
    {
        if (_stream is null)
            return new(NtStatus.InvalidParameter);
        if (newName.Length is 0 or > MemoryTree.MaxNameLength)
            return new(NtStatus.ObjectNameInvalid);
        return new(_node.RenameStream(_stream, newName, replace, _store.Tree.Now()));
    }

    public ValueTask<NtStatus> LinkAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken)
    {
        if (_node.Directory is not null)
            return new(NtStatus.FileIsADirectory);
        return new(_stream is null ? _store.Tree.Link(_node, newPath, replace) : NtStatus.InvalidParameter);
    }

    public ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken)
    {
        if (_node.Directory is not { } directory)
            return new((NtStatus.NotADirectory, false));
        lock (directory.Gate)
            return new((NtStatus.Success, directory.Count == 0));
    }

    public IDirectoryEnumerator Enumerate() => new MemoryDirectoryEnumerator(IsDirectory ? _node.Directory : null);

    public ValueTask DisposeAsync()
    {
        if (!Interlocked.Exchange(ref _closed, true))
            _node.DropOpen(_stream);
        return ValueTask.CompletedTask;
    }

    private NtStatus TouchIf(NtStatus status)
    {
        if (status.IsSuccess)
            _node.TouchContent(_store.Tree.Now());
        return status;
    }
}
