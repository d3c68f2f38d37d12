using Symbio.Protocol;
using Symbio.Storage;
using Symbio.Storage.Memory;

namespace Symbio.Simulation;

/// <summary>
/// The store of one life of the server, over files that outlive it. What it is asked to do happens when the seed says so,
/// and is reported later still.
/// </summary>
internal sealed class SimulatedStore(World world, MemoryFileStore files) : IFileStore
{
    private readonly World _world = world;
    private readonly List<TaskCompletionSource> _waiting = [];

    /// <summary>Operations that have not happened, or not been reported yet.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Handles that were not given back.</summary>
    public int OpenHandles { get; private set; }

    public StoreCapabilities Capabilities => files.Capabilities;

    public void RunOne(Chance chance)
    {
        int index = chance.Below(_waiting.Count);
        TaskCompletionSource next = _waiting[index];
        _waiting.RemoveAt(index);
        next.SetResult();
    }

    public async ValueTask<(NtStatus Status, IStoreFile? File)> OpenAsync(
        string path, StoreOpenOptions options, StoreCaller caller, CancellationToken cancellationToken)
    {
        await PassAsync();
        return Wrap(await files.OpenAsync(path, options, caller, cancellationToken));
    }

    public async ValueTask<(NtStatus Status, IStoreFile? File)> CreateAsync(
        string path, StoreCreateOptions options, StoreCaller caller, CancellationToken cancellationToken)
    {
        await PassAsync();
        return Wrap(await files.CreateAsync(path, options, caller, cancellationToken));
    }

    public ValueTask<(NtStatus Status, VolumeInfo Info)> GetVolumeInfoAsync(CancellationToken cancellationToken) =>
        files.GetVolumeInfoAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask PassAsync()
    {
        _world.AssertOwnThread();
        if (!_world.Chance.Percent(_world.Plan.StoreDelay))
            return ValueTask.CompletedTask;
        var gate = new TaskCompletionSource();
        _waiting.Add(gate);
        return new ValueTask(gate.Task);
    }

    private (NtStatus Status, IStoreFile? File) Wrap((NtStatus Status, IStoreFile? File) result)
    {
        if (result.File is null)
            return result;
        OpenHandles++;
        return (result.Status, new SimulatedFile(this, result.File));
    }

    private sealed class SimulatedFile(SimulatedStore owner, IStoreFile file) : IStoreFile
    {
        private bool _disposed;

        private IStoreFile Inner
        {
            get
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return file;
            }
        }

        public FileKey Key => file.Key;

        public bool IsDirectory => file.IsDirectory;

        public string StreamName => file.StreamName;

        public string Path => file.Path;

        public ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken) =>
            PassAsync(f => f.GetStatAsync(cancellationToken));

        public ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken) =>
            Inner.SetBasicInfoAsync(change, cancellationToken);

        public ValueTask<(NtStatus Status, int Count)> ReadAsync(
            ulong offset, Memory<byte> destination, CancellationToken cancellationToken) =>
            PassAsync(f => f.ReadAsync(offset, destination, cancellationToken));

        public ValueTask<NtStatus> WriteAsync(ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
            PassAsync(f => owner._world.Rule.LosesWrites
                ? new ValueTask<NtStatus>(NtStatus.Success)
                : f.WriteAsync(offset, source, cancellationToken));

        public ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
            PassAsync(f => f.AppendAsync(source, cancellationToken));

        public ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken) =>
            PassAsync(f => f.FlushAsync(cancellationToken));

        public ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken) =>
            PassAsync(f => f.SetEndOfFileAsync(size, cancellationToken));

        public ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken) =>
            PassAsync(f => f.SetAllocationAsync(size, cancellationToken));

        public ValueTask<NtStatus> ReserveAsync(ulong size, CancellationToken cancellationToken) =>
            PassAsync(f => f.ReserveAsync(size, cancellationToken));

        public ValueTask<NtStatus> FillHolesAsync(CancellationToken cancellationToken) =>
            PassAsync(f => f.FillHolesAsync(cancellationToken));

        public ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
            StoreRange range, int limit, CancellationToken cancellationToken) =>
            Inner.QueryAllocatedRangesAsync(range, limit, cancellationToken);

        public ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
            StoreRange range, bool deallocate, CancellationToken cancellationToken) =>
            PassAsync(f => f.ZeroRangeAsync(range, deallocate, cancellationToken));

        public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
            CancellationToken cancellationToken) => PassAsync(f => f.GetSecurityDescriptorAsync(cancellationToken));

        public ValueTask<NtStatus> SetSecurityDescriptorAsync(
            ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken) =>
            Inner.SetSecurityDescriptorAsync(descriptor, caller, cancellationToken);

        public ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
            CancellationToken cancellationToken) => Inner.GetExtendedAttributesAsync(cancellationToken);

        public ValueTask<NtStatus> SetExtendedAttributesAsync(
            IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken) =>
            Inner.SetExtendedAttributesAsync(attributes, cancellationToken);

        public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
            CancellationToken cancellationToken) => Inner.GetStreamsAsync(cancellationToken);

        public async ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
            string name, bool create, StoreAccess access, CancellationToken cancellationToken)
        {
            await owner.PassAsync();
            return owner.Wrap(await Inner.OpenStreamAsync(name, create, access, cancellationToken));
        }

        public ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken) =>
            PassAsync(f => f.DeleteAsync(caller, cancellationToken));

        public ValueTask<NtStatus> RenameAsync(
            string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) =>
            PassAsync(f => f.RenameAsync(newPath, replace, caller, cancellationToken));

        public ValueTask<NtStatus> RenameStreamAsync(string newName, bool replace, CancellationToken cancellationToken) =>
            PassAsync(f => f.RenameStreamAsync(newName, replace, cancellationToken));

        public ValueTask<NtStatus> LinkAsync(
            string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) =>
            PassAsync(f => f.LinkAsync(newPath, replace, caller, cancellationToken));

        public ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken) =>
            PassAsync(f => f.IsEmptyAsync(cancellationToken));

        public IDirectoryEnumerator Enumerate() => Inner.Enumerate();

        public ValueTask DisposeAsync()
        {
            if (!_disposed && !owner._world.Rule.KeepsHandles)
                owner.OpenHandles--;
            _disposed = true;
            return file.DisposeAsync();
        }

        private async ValueTask<T> PassAsync<T>(Func<IStoreFile, ValueTask<T>> operation)
        {
            await owner.PassAsync();
            T result = await operation(Inner);
            await owner.PassAsync();
            return result;
        }
    }
}
