using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Apple;

/// <summary>
/// A named stream as macOS knows streams: one without a byte is not there. It can be open without being there, so this is a
/// handle of the file's, and the store's stream is opened for each operation: by the first that leaves something in it, it is
/// made; by the one that takes the last byte, it goes.
/// </summary>
/// <param name="file">Belongs to the stream from now on.</param>
internal class AppleStream(IStoreFile file, string name) : IStoreFile
{
    private const StoreAccess Access = StoreAccess.Read | StoreAccess.Write;

    private volatile string _name = name;

    public FileKey Key => file.Key;

    public bool IsDirectory => false;

    public string StreamName => _name;

    public string Path => file.Path;

    public string OpenedPath => file.OpenedPath;

    /// <summary>Is anything kept? Then it is told from a stream that is not there.</summary>
    public virtual async ValueTask<(NtStatus Status, bool Exists)> ExistsAsync()
    {
        (NtStatus status, FileStat stat) = await GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        return (status, stat.EndOfFile > 0);
    }

    public virtual async ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken)
    {
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (stream is not null)
        {
            await using (stream.ConfigureAwait(false))
                return await stream.GetStatAsync(cancellationToken).ConfigureAwait(false);
        }

        return status == NtStatus.ObjectNameNotFound
            ? await GetStatAsync(size: 0, cancellationToken).ConfigureAwait(false)
            : (status, default);
    }

    public virtual async ValueTask<(NtStatus Status, int Count)> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (stream is null)
            return (status == NtStatus.ObjectNameNotFound ? NtStatus.Success : status, 0);
        await using (stream.ConfigureAwait(false))
            return await stream.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
    }

    public virtual async ValueTask<NtStatus> WriteAsync(
        ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (source.IsEmpty)
            return NtStatus.Success;
        (NtStatus status, IStoreFile? stream) = await OpenOrMakeAsync().ConfigureAwait(false);
        if (stream is null)
            return status;
        await using (stream.ConfigureAwait(false))
            return await stream.WriteAsync(offset, source, cancellationToken).ConfigureAwait(false);
    }

    public virtual async ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (source.IsEmpty)
            return NtStatus.Success;
        (NtStatus status, IStoreFile? stream) = await OpenOrMakeAsync().ConfigureAwait(false);
        if (stream is null)
            return status;
        await using (stream.ConfigureAwait(false))
            return await stream.AppendAsync(source, cancellationToken).ConfigureAwait(false);
    }

    public virtual async ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken)
    {
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (stream is null)
            return status == NtStatus.ObjectNameNotFound ? NtStatus.Success : status;
        await using (stream.ConfigureAwait(false))
            return await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public virtual async ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken)
    {
        if (size == 0)
            return await RemoveAsync().ConfigureAwait(false);
        (NtStatus status, IStoreFile? stream) = await OpenOrMakeAsync().ConfigureAwait(false);
        if (stream is null)
            return status;
        await using (stream.ConfigureAwait(false))
            return await stream.SetEndOfFileAsync(size, cancellationToken).ConfigureAwait(false);
    }

    public virtual async ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken)
    {
        if (size == 0)
            return await RemoveAsync().ConfigureAwait(false);
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (stream is null)
            return status == NtStatus.ObjectNameNotFound ? NtStatus.Success : status; // Nothing is reserved beforehand.
        await using (stream.ConfigureAwait(false))
            return await stream.SetAllocationAsync(size, cancellationToken).ConfigureAwait(false);
    }

    public virtual async ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
        StoreRange range, int limit, CancellationToken cancellationToken)
    {
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (stream is null)
            return (status == NtStatus.ObjectNameNotFound ? NtStatus.Success : status, []);
        await using (stream.ConfigureAwait(false))
            return await stream.QueryAllocatedRangesAsync(range, limit, cancellationToken).ConfigureAwait(false);
    }

    public virtual async ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
        StoreRange range, bool deallocate, CancellationToken cancellationToken)
    {
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (stream is null)
            return (status == NtStatus.ObjectNameNotFound ? NtStatus.Success : status, range.Length);
        await using (stream.ConfigureAwait(false))
            return await stream.ZeroRangeAsync(range, deallocate, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The stream is overwritten by who opens it: nothing is left.</summary>
    public ValueTask<NtStatus> OverwriteAsync() => RemoveAsync();

    /// <summary>Removes the store's stream, if there is one.</summary>
    public virtual ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken) => RemoveAsync();

    public virtual async ValueTask<NtStatus> RenameStreamAsync(
        string newName, bool replace, CancellationToken cancellationToken)
    {
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (stream is null)
            return status;
        await using (stream.ConfigureAwait(false))
            status = await stream.RenameStreamAsync(newName, replace, cancellationToken).ConfigureAwait(false);
        if (status == NtStatus.Success)
            _name = newName;
        return status;
    }

    public ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken) =>
        file.SetBasicInfoAsync(change, cancellationToken);

    public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
        CancellationToken cancellationToken) => file.GetSecurityDescriptorAsync(cancellationToken);

    public ValueTask<NtStatus> SetSecurityDescriptorAsync(
        ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken) =>
        file.SetSecurityDescriptorAsync(descriptor, caller, cancellationToken);

    public ValueTask<NtStatus> SetPosixAsync(PosixChange change, StoreCaller caller, CancellationToken cancellationToken) =>
        file.SetPosixAsync(change, caller, cancellationToken);

    public ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
        CancellationToken cancellationToken) => file.GetExtendedAttributesAsync(cancellationToken);

    public ValueTask<NtStatus> SetExtendedAttributesAsync(
        IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken) =>
        file.SetExtendedAttributesAsync(attributes, cancellationToken);

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
        CancellationToken cancellationToken) => file.GetStreamsAsync(cancellationToken);

    /// <summary>Opens another stream of the file.</summary>
    public ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
        string name, bool create, StoreAccess access, CancellationToken cancellationToken) =>
        file.OpenStreamAsync(name, create, access, cancellationToken);

    public ValueTask<NtStatus> RenameAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidParameter);

    public ValueTask<NtStatus> LinkAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidParameter);

    public ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken) =>
        new((NtStatus.NotADirectory, false));

    public IDirectoryEnumerator Enumerate() => file.Enumerate();

    public ValueTask DisposeAsync() => file.DisposeAsync();

    /// <summary>The store's stream as it is; <see cref="NtStatus.ObjectNameNotFound"/> when there is none.</summary>
    protected ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenAsync() =>
        file.OpenStreamAsync(_name, create: false, Access, CancellationToken.None);

    protected async ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenOrMakeAsync()
    {
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (status == NtStatus.ObjectNameNotFound)
        {
            (status, stream) = await file
                .OpenStreamAsync(_name, create: true, Access, CancellationToken.None).ConfigureAwait(false);
        }

        return status == NtStatus.ObjectNameCollision ? await OpenAsync().ConfigureAwait(false) : (status, stream);
    }

    protected async ValueTask<NtStatus> RemoveAsync()
    {
        (NtStatus status, IStoreFile? stream) = await OpenAsync().ConfigureAwait(false);
        if (stream is not null)
        {
            await using (stream.ConfigureAwait(false))
                status = await stream.DeleteAsync(StoreCaller.Service, CancellationToken.None).ConfigureAwait(false);
        }

        return status == NtStatus.ObjectNameNotFound ? NtStatus.Success : status;
    }

    /// <summary>What the file is like, with a stream of this size.</summary>
    protected async ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(
        ulong size, CancellationToken cancellationToken)
    {
        (NtStatus status, FileStat stat) = await file.GetStatAsync(cancellationToken).ConfigureAwait(false);
        return (status, stat with
        {
            EndOfFile = size,
            AllocationSize = size,
            Attributes = stat.Attributes & ~FileAttributes.Directory,
        });
    }
}
