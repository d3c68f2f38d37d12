using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;

namespace Symbio.Testing;

/// <summary>
/// A store whose opens, reads and changes wait at a gate, and whose handles tell when they are used after they were
/// given back: for the races at the end of things.
/// </summary>
public sealed class GatedStore(IFileStore store) : IFileStore
{
    private TaskCompletionSource? _gate;
    private TaskCompletionSource? _disposalHold;
    private int _waiting;
    private int _open;
    private volatile Kind _only;
    private NtStatus? _readFailure;
    private NtStatus? _basicInfoFailure;
    private Func<Task>? _afterStat;
    private int _throwsOnDelete;
    private int _throwsOnTruncate;
    private int _throwsOnDispose;

    /// <summary>Operations at the gate.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Handles that were not given back.</summary>
    public int OpenHandles => Volatile.Read(ref _open);

    public bool IsDisposed { get; private set; }

    /// <summary>What its files say of themselves.</summary>
    public bool ShowsAllChanges { get; set; } = true;

    public StoreCapabilities Capabilities => store.Capabilities;

    /// <summary>The most entries that a listing has asked for at once.</summary>
    public int MostListed { get; set; }

    /// <summary>Most that is zeroed in one go.</summary>
    public ulong ZeroStep { get; set; } = ulong.MaxValue;

    /// <summary>Its files have no holes.</summary>
    public bool CannotPunch { get; set; }

    /// <summary>In whose name something was deleted last.</summary>
    public StoreCaller? LastDeleter { get; private set; }

    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Closes the gate for reads, or for what changes a file, alone.</summary>
    public void CloseFor(bool writes)
    {
        _only = writes ? Kind.Write : Kind.Read;
        Close();
    }

    /// <summary>Closes the gate for listings alone. Their tokens let them out.</summary>
    public void CloseForListings()
    {
        _only = Kind.Listing;
        Close();
    }

    /// <summary>Closes the gate for renames that have been made: nobody has been told.</summary>
    public void CloseAfterRenames()
    {
        _only = Kind.Renamed;
        Close();
    }

    /// <summary>Somebody does this between the next look at a file and whoever has looked.</summary>
    public void AfterNextStat(Func<Task> then) => Volatile.Write(ref _afterStat, then);

    /// <summary>The next deletion throws, as no store should.</summary>
    public void ThrowOnDelete() => Volatile.Write(ref _throwsOnDelete, 1);

    /// <summary>The next change of a size throws.</summary>
    public void ThrowOnTruncate() => Volatile.Write(ref _throwsOnTruncate, 1);

    /// <summary>The next handle that is given back is so once the task ends; what waits for that goes on where it is ended.</summary>
    public TaskCompletionSource HoldNextDisposal()
    {
        var hold = new TaskCompletionSource();
        Volatile.Write(ref _disposalHold, hold);
        return hold;
    }

    /// <summary>Reads fail from now on.</summary>
    public void FailReads(NtStatus status) => _readFailure = status;

    /// <summary>Times and attributes cannot be set from now on; null: they can again.</summary>
    public void RefuseBasicInfo(NtStatus? status) => _basicInfoFailure = status;

    public void Open() => Interlocked.Exchange(ref _gate, null)?.SetResult();

    /// <summary>Waits until so many operations stand at the gate.</summary>
    public async Task WaitForAsync(int waiting)
    {
        for (int i = 0; Waiting < waiting; i++)
        {
            if (i > 3000)
                throw new TimeoutException($"{Waiting} operations wait instead of {waiting}.");
            await Task.Delay(10);
        }
    }

    public async ValueTask<(NtStatus Status, IStoreFile? File)> OpenAsync(
        string path, StoreOpenOptions options, StoreCaller caller, CancellationToken cancellationToken)
    {
        await PassAsync();
        return Wrap(await store.OpenAsync(path, options, caller, cancellationToken));
    }

    public async ValueTask<(NtStatus Status, IStoreFile? File)> CreateAsync(
        string path, StoreCreateOptions options, StoreCaller caller, CancellationToken cancellationToken)
    {
        await PassAsync();
        return Wrap(await store.CreateAsync(path, options, caller, cancellationToken));
    }

    public ValueTask<(NtStatus Status, VolumeInfo Info)> GetVolumeInfoAsync(CancellationToken cancellationToken) =>
        store.GetVolumeInfoAsync(cancellationToken);

    /// <summary>The store's own end throws.</summary>
    public void ThrowOnDispose() => Volatile.Write(ref _throwsOnDispose, 1);

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _throwsOnDispose, 0) != 0)
            throw new IOException("A store's bug.");
        IsDisposed = true;
        return store.DisposeAsync();
    }

    private enum Kind
    {
        Any,
        Read,
        Write,
        Listing,
        Renamed,
    }

    private async ValueTask PassAsync(Kind kind = Kind.Any)
    {
        if (Volatile.Read(ref _gate) is not { } gate || (_only != Kind.Any && _only != kind))
            return;
        Interlocked.Increment(ref _waiting);
        await gate.Task;
        Interlocked.Decrement(ref _waiting);
    }

    private (NtStatus Status, IStoreFile? File) Wrap((NtStatus Status, IStoreFile? File) result)
    {
        if (result.File is null)
            return result;
        Interlocked.Increment(ref _open);
        return (result.Status, new GatedFile(this, result.File));
    }

    private sealed class GatedEnumerator(GatedStore owner, IDirectoryEnumerator enumerator) : IDirectoryEnumerator
    {
        public async ValueTask<(NtStatus Status, int Count)> ReadAsync(
            NamePattern pattern, DirectoryFields fields, Memory<Storage.DirectoryEntry> destination, CancellationToken cancellationToken)
        {
            owner.MostListed = Math.Max(owner.MostListed, destination.Length);
            if (owner._only == Kind.Listing && Volatile.Read(ref owner._gate) is { } gate)
            {
                Interlocked.Increment(ref owner._waiting);
                try
                {
                    await gate.Task.WaitAsync(cancellationToken);
                }
                finally
                {
                    Interlocked.Decrement(ref owner._waiting);
                }
            }

            return await enumerator.ReadAsync(pattern, fields, destination, cancellationToken);
        }

        public void Restart() => enumerator.Restart();

        public void KeepLittle() => enumerator.KeepLittle();

        public ValueTask DisposeAsync() => enumerator.DisposeAsync();
    }

    private sealed class GatedFile(GatedStore owner, IStoreFile file) : IStoreFile
    {
        private int _disposed;

        private IStoreFile Inner
        {
            get
            {
                ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
                return file;
            }
        }

        public FileKey Key => file.Key;

        public bool IsDirectory => file.IsDirectory;

        public bool ShowsAllChanges => owner.ShowsAllChanges;

        public string StreamName => file.StreamName;

        public string Path => file.Path;

        public async ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken)
        {
            (NtStatus Status, FileStat Stat) seen = await Inner.GetStatAsync(cancellationToken);
            if (Interlocked.Exchange(ref owner._afterStat, null) is { } then)
                await then();
            return seen;
        }

        public async ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return owner._basicInfoFailure is { } failure ? failure : await Inner.SetBasicInfoAsync(change, cancellationToken);
        }

        public async ValueTask<(NtStatus Status, int Count)> ReadAsync(
            ulong offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Read);
            if (owner._readFailure is { } failure)
                return (failure, 0);
            return await Inner.ReadAsync(offset, destination, cancellationToken);
        }

        public async ValueTask<NtStatus> WriteAsync(
            ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.WriteAsync(offset, source, cancellationToken);
        }

        public async ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.AppendAsync(source, cancellationToken);
        }

        public ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken) => Inner.FlushAsync(cancellationToken);

        public ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken) =>
            Interlocked.Exchange(ref owner._throwsOnTruncate, 0) == 0
                ? Inner.SetEndOfFileAsync(size, cancellationToken)
                : throw new IOException("A store's bug.");

        public async ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.SetAllocationAsync(size, cancellationToken);
        }

        public async ValueTask<NtStatus> ReserveAsync(ulong size, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.ReserveAsync(size, cancellationToken);
        }

        public async ValueTask<NtStatus> FillHolesAsync(CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.FillHolesAsync(cancellationToken);
        }

        public async ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
            StoreRange range, int limit, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Read);
            return await Inner.QueryAllocatedRangesAsync(range, limit, cancellationToken);
        }

        public async ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
            StoreRange range, bool deallocate, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            if (deallocate && owner.CannotPunch)
                return (NtStatus.NotSupported, 0);
            return await Inner.ZeroRangeAsync(
                range with { Length = Math.Min(range.Length, owner.ZeroStep) }, deallocate, cancellationToken);
        }

        public async ValueTask<NtStatus> CloneRangeAsync(
            ulong offset, IStoreFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.CloneRangeAsync(offset, source, sourceOffset, length, cancellationToken);
        }

        public ValueTask<(NtStatus Status, ReparseDataBuffer Data)> GetReparsePointAsync(CancellationToken cancellationToken) =>
            Inner.GetReparsePointAsync(cancellationToken);

        public async ValueTask<NtStatus> SetReparsePointAsync(
            ReparseDataBuffer data, StoreCaller caller, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.SetReparsePointAsync(data, caller, cancellationToken);
        }

        public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
            CancellationToken cancellationToken) => Inner.GetSecurityDescriptorAsync(cancellationToken);

        public async ValueTask<NtStatus> SetSecurityDescriptorAsync(
            ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.SetSecurityDescriptorAsync(descriptor, caller, cancellationToken);
        }

        public ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
            CancellationToken cancellationToken) => Inner.GetExtendedAttributesAsync(cancellationToken);

        public async ValueTask<NtStatus> SetExtendedAttributesAsync(
            IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.SetExtendedAttributesAsync(attributes, cancellationToken);
        }

        public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
            CancellationToken cancellationToken) => Inner.GetStreamsAsync(cancellationToken);

        public async ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
            string name, bool create, StoreAccess access, CancellationToken cancellationToken) =>
            owner.Wrap(await Inner.OpenStreamAsync(name, create, access, cancellationToken));

        public ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken)
        {
            owner.LastDeleter = caller;
            return Interlocked.Exchange(ref owner._throwsOnDelete, 0) == 0
                ? Inner.DeleteAsync(caller, cancellationToken)
                : throw new IOException("A store's bug.");
        }

        public async ValueTask<NtStatus> RenameAsync(
            string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            NtStatus status = await Inner.RenameAsync(newPath, replace, caller, cancellationToken);
            if (owner._only == Kind.Renamed)
                await owner.PassAsync(Kind.Renamed);
            return status;
        }

        public ValueTask<NtStatus> RenameStreamAsync(string newName, bool replace, CancellationToken cancellationToken) =>
            Inner.RenameStreamAsync(newName, replace, cancellationToken);

        public async ValueTask<NtStatus> LinkAsync(
            string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken)
        {
            await owner.PassAsync(Kind.Write);
            return await Inner.LinkAsync(newPath, replace, caller, cancellationToken);
        }

        public ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken) =>
            Inner.IsEmptyAsync(cancellationToken);

        public IDirectoryEnumerator Enumerate() => new GatedEnumerator(owner, Inner.Enumerate());

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref owner._disposalHold, null) is { } hold)
                await hold.Task.ConfigureAwait(false);
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                Interlocked.Decrement(ref owner._open);
            await file.DisposeAsync();
        }
    }
}
