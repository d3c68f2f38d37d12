using System.Buffers.Binary;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Memory;

/// <summary>
/// A store that lives in memory and nowhere else: for tests, simulations and scratch shares. It has all that NTFS
/// offers through <see cref="IFileStore"/>: named streams, extended attributes, security descriptors, hard links, sparse
/// files, reparse points. Symbolic links are left to the client to follow.
/// </summary>
/// <remarks>
/// <para>
/// What an administrator would notice: the store is empty when made and gone when the process ends, it never uses more
/// than <see cref="MemoryStoreOptions.CapacityBytes"/> (data in arrays of 4 to 64 KiB, reservations, and 1 KiB for
/// every object and named stream; beyond it, <see cref="NtStatus.DiskFull"/> and nothing changed), and everybody may
/// do everything until descriptors say otherwise. The <see cref="StoreCaller"/> is of no account here.
/// </para>
/// <para>
/// What a developer would: every call completes synchronously, and reads and writes that need no new memory allocate
/// none. Times come from the injected clock; reading leaves LastAccessTime alone, as NTFS does by default. File ids
/// count up from 5 and are never used twice. Listings go by order of arrival, not by name, and a rename within the
/// directory keeps an entry's turn. There is no store-wide lock except for moves between directories;
/// <see cref="MemoryTree"/> has the order of locks.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// await using var store = new MemoryFileStore(new() { TimeProvider = clock, CapacityBytes = 64UL &lt;&lt; 20 });
/// var (status, file) = await store.CreateAsync(
///     "hello.txt", new StoreCreateOptions { Access = StoreAccess.Write }, StoreCaller.Service, cancellationToken);
/// if (status.IsSuccess)
///     status = await file!.WriteAsync(0, "hello"u8.ToArray(), cancellationToken);
/// </code>
/// </example>
public sealed class MemoryFileStore : IFileStore
{
    private readonly MemoryStoreOptions _options;
    private readonly Guid _volumeId;
    private readonly FileTime _creationTime;
    private readonly ReadOnlyMemory<byte> _rootDescriptor;
    private readonly ReadOnlyMemory<byte> _defaultDescriptor;

    /// <summary>An empty store with <see cref="MemoryStoreOptions"/>'s defaults.</summary>
    public MemoryFileStore()
        : this(new MemoryStoreOptions())
    {
    }

    /// <summary>An empty store.</summary>
    public MemoryFileStore(MemoryStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CapacityBytes, 64UL * 1024);
        _options = options;
        _volumeId = options.VolumeId ?? Guid.NewGuid();
        VolumeNumber = BinaryPrimitives.ReadUInt64LittleEndian(_volumeId.ToByteArray());
        _rootDescriptor = options.RootSecurityDescriptor ?? EveryoneFullControl();
        _defaultDescriptor = options.DefaultSecurityDescriptor ?? EveryoneFullControl();
        Tree = new MemoryTree(
            new SpaceLedger((long)Math.Min(options.CapacityBytes, long.MaxValue)), options.TimeProvider);
        _creationTime = Tree.Now();
    }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities =>
        StoreCapabilities.NamedStreams | StoreCapabilities.ExtendedAttributes | StoreCapabilities.SecurityDescriptors |
        StoreCapabilities.SparseFiles | StoreCapabilities.HardLinks | StoreCapabilities.BlockCloning |
        StoreCapabilities.ReparsePoints;

    internal MemoryTree Tree { get; }

    internal ulong VolumeNumber { get; }

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IStoreFile? File)> OpenAsync(
        string path, StoreOpenOptions options, StoreCaller caller, CancellationToken cancellationToken)
    {
        var status = Tree.Open(path, out var node, out var link);
        return new((status, status.IsError ? null : new MemoryFile(this, node, link, null)));
    }

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IStoreFile? File)> CreateAsync(
        string path, StoreCreateOptions options, StoreCaller caller, CancellationToken cancellationToken)
    {
        if (options.SecurityDescriptor is { } descriptor && !SecurityDescriptor.TryRead(descriptor, out _))
            return new((NtStatus.InvalidSecurityDescr, null));
        var status = Tree.Create(path, options, out var node, out var link);
        return new((status, status.IsError ? null : new MemoryFile(this, node, link, null)));
    }

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, VolumeInfo Info)> GetVolumeInfoAsync(CancellationToken cancellationToken)
    {
        ulong free = (ulong)Tree.Ledger.Free;
        return new((NtStatus.Success, new VolumeInfo(
            TotalBytes: (ulong)Tree.Ledger.Capacity, FreeBytes: free, AvailableBytes: free,
            BlockSize: MemoryData.BlockSize, SerialNumber: (uint)(VolumeNumber ^ (VolumeNumber >> 32)),
            _volumeId, _options.FileSystemName, _options.Label, _creationTime, MemoryTree.MaxNameLength)));
    }

    /// <summary>Nothing is held that the garbage collector would not free.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal ReadOnlyMemory<byte> DescriptorOf(MemoryNode node)
    {
        // Not with ??: a null array would turn into an empty memory that is not null.
        if (node.SecurityDescriptor is { } descriptor)
            return descriptor;
        return node == Tree.Root ? _rootDescriptor : _defaultDescriptor;
    }

    private static byte[] EveryoneFullControl() => SecurityDescriptor.Create(
        Sid.BuiltinAdministrators, Sid.BuiltinAdministrators,
        Ace.Allow(Sid.Everyone, AccessMask.FileAll, AceFlags.ObjectInherit | AceFlags.ContainerInherit)).ToArray();
}
