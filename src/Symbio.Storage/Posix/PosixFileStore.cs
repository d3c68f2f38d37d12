using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// A folder of a Linux file system. Names are found below the root's descriptor only; files made by Samba keep their
/// DOS attributes, streams and security descriptors, and the other way round.
/// </summary>
/// <remarks>
/// As root, what resolves, opens, creates, deletes, renames and links runs with the file-system uid and gid of the
/// <see cref="StoreCaller"/>; otherwise everything runs as the service's account. Look-ups, creation and the like run
/// on the caller's thread as long as everything they need is in the kernel's caches (RESOLVE_CACHED), and otherwise on
/// <see cref="PosixStoreOptions.Scheduler"/>.
/// </remarks>
public sealed partial class PosixFileStore : IFileStore, IWatchableStore
{
    private const int CreateGates = 64;

    private readonly PosixHandle _root;
    private readonly ulong _rootDevice;
    private readonly NameIndex _index;
    private readonly DirectoryWatcher _watcher;
    private readonly ConcurrentDictionary<ulong, PosixVolume> _volumes = new();
    private readonly NamePattern[] _hiddenNames;

    // Names that differ only by case are kept apart by these: from the look in the index to the creation, nobody else
    // here may create the same name. By hash of directory and name, so strangers rarely meet.
    private readonly Lock[] _createGates = [.. Enumerable.Range(0, CreateGates).Select(_ => new Lock())];

    private volatile bool _mayHang;

    private PosixFileStore(PosixHandle root, PosixStoreOptions options)
    {
        _root = root;
        using (var lease = root.Lease())
        {
            _mayHang = !options.IsLocal(lease.Fd);
            _rootDevice = Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat) == Errno.None ? stat.Device : 0;
        }

        Options = options with { Scheduler = StoreLane.To(options.Scheduler) };
        Codec = new NameCodec(options.NameMapping);
        Streams = new StreamXattrs(options);
        Account = new ServiceAccount();
        int shards = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 8));
        _index = new NameIndex(
            Codec, options.MaxIndexedNames, options.MaxIndexedDirectories, shards,
            options.WatchDirectories ? options.IsLocal : null);
        Resolver = new PathResolver(root, Codec, _index, Account, options.Links, exactCase: false);

        // Who asks for exact names follows links himself.
        LinkPolicy reported = options.Links == LinkPolicy.Follow ? LinkPolicy.Report : options.Links;
        ExactResolver = new PathResolver(root, Codec, _index, Account, reported, exactCase: true);
        _hiddenNames = [.. options.HiddenNames.Select(pattern => new NamePattern(pattern))];
        Identities = options.Identities ?? UnixIdentities.Instance;
        _watcher = new DirectoryWatcher(this);
    }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; private init; }

    /// <summary>
    /// How often a directory was read from start to end to find a name: a figure for tests and benchmarks.
    /// </summary>
    public long NameScans => _index.Scans;

    /// <summary>
    /// Below the root there is a file system that needs somebody else (a network's, FUSE): any look at what a path names may
    /// wait, for as long as that one does not answer.
    /// </summary>
    internal bool MayHang => _mayHang;

    internal PosixStoreOptions Options { get; }

    internal NameCodec Codec { get; }

    /// <summary>Which streams are kept in which xattrs.</summary>
    internal StreamXattrs Streams { get; }

    internal ServiceAccount Account { get; }

    internal PathResolver Resolver { get; }

    /// <summary>For names as they are spelled on disk, and no other.</summary>
    internal PathResolver ExactResolver { get; }

    internal NameIndex Index => _index;

    internal PathResolver ResolverFor(bool exactCase) => exactCase ? ExactResolver : Resolver;

    internal PosixHandle Root => _root;

    internal IIdentityMap Identities { get; }

    /// <summary>Opens a folder as a store.</summary>
    /// <exception cref="IOException">The folder cannot be served; the message says why, in one line.</exception>
    public static PosixFileStore Open(string rootPath, PosixStoreOptions? options = null) =>
        TryOpen(rootPath, options, out var store, out string? error) ? store : throw new IOException(error);

    /// <summary>Opens a folder as a store, or says in one line why it cannot be served.</summary>
    public static bool TryOpen(string rootPath, PosixStoreOptions? options,
        [NotNullWhen(true)] out PosixFileStore? store, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(rootPath);
        store = null;
        error = null;
        byte[] path = [.. Encoding.UTF8.GetBytes(rootPath), 0];
        int flags = OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NonBlock;
        const int workingDirectory = -100;
        var errno = Libc.OpenAt2(workingDirectory, path, flags, 0, ResolveFlags.None, out int fd);
        if (errno == Errno.None)
        {
            store = Of(new PosixHandle(fd), options ?? new PosixStoreOptions());
            return true;
        }

        error = errno switch
        {
            Errno.ENOENT => $"The folder '{rootPath}' does not exist.",
            Errno.ENOTDIR => $"'{rootPath}' is not a folder.",
            Errno.EACCES or Errno.EPERM => $"There is no permission to read the folder '{rootPath}'.",
            Errno.ENOSYS => "This kernel has no openat2; Linux 5.12 or later is needed.",
            _ => $"The folder '{rootPath}' cannot be opened ({errno}).",
        };
        return false;
    }

    /// <summary>The store of a folder that has been opened.</summary>
    internal static PosixFileStore Of(PosixHandle root, PosixStoreOptions options)
    {
        using var lease = root.Lease();
        bool readOnly = Libc.StatFileSystem(lease.Fd, out var stat) == Errno.None && (stat.Flags & 1) != 0; // ST_RDONLY
        return new PosixFileStore(root, options)
        {
            Capabilities = StoreCapabilities.NamedStreams | StoreCapabilities.ExtendedAttributes |
                StoreCapabilities.SecurityDescriptors | StoreCapabilities.SparseFiles |
                StoreCapabilities.HardLinks | StoreCapabilities.Posix | (readOnly ? StoreCapabilities.ReadOnly : 0) |
                (options.Links == LinkPolicy.Hide ? 0 : StoreCapabilities.ReparsePoints) |
                FileSystemFeatures.Probe(lease.Fd),
        };
    }

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IStoreFile? File)> OpenAsync(
        string path, StoreOpenOptions options, StoreCaller caller, CancellationToken cancellationToken)
    {
        var status = Open(path, options, caller, mayBlock: false, out var file);
        if (status != NtStatus.CantWait)
            return new((status, file));
        return Options.Scheduler.RunAsync((Store: this, path, options, caller), static state =>
        {
            var status = state.Store.Open(state.path, state.options, state.caller, mayBlock: true, out var file);
            return (status, (IStoreFile?)file);
        });
    }

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IStoreFile? File)> CreateAsync(
        string path, StoreCreateOptions options, StoreCaller caller, CancellationToken cancellationToken)
    {
        var status = Create(path, options, caller, mayBlock: false, out var file);
        if (status != NtStatus.CantWait)
            return new((status, file));
        return Options.Scheduler.RunAsync((Store: this, path, options, caller), static state =>
        {
            var status = state.Store.Create(state.path, state.options, state.caller, mayBlock: true, out var file);
            return (status, (IStoreFile?)file);
        });
    }

    /// <inheritdoc/>
    public string FromPosixName(string name) => Codec.FromPosix(name);

    /// <inheritdoc/>
    public string ToPosixName(string name) => Codec.ToPosix(name);

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, VolumeInfo Info)> GetVolumeInfoAsync(CancellationToken cancellationToken) =>
        Options.Scheduler.RunAsync(this, static store => store.GetVolumeInfo()); // A network file system may be slow.

    /// <inheritdoc/>
    public IStoreWatcher? Watcher
    {
        get => _watcher.Watcher;
        set => _watcher.Watcher = value;
    }

    /// <summary>Directories that are watched for <see cref="Watcher"/>; for tests.</summary>
    public int WatchedDirectories => _watcher.Count;

    /// <summary>Called before a watched directory is read; for tests.</summary>
    internal Action? Reading
    {
        get => _watcher.Reading;
        set => _watcher.Reading = value;
    }

    /// <inheritdoc/>
    public IDisposable? Watch(IStoreFile directory, bool tree) =>
        directory is PosixFile { IsDirectory: true } file && file.Store == this ? _watcher.Watch(file, tree) : null;

    /// <inheritdoc/>
    public void Moved(string oldPath, string newPath) => _watcher.Moved(oldPath, newPath);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _watcher.Dispose();
        _index.Dispose();
        _root.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Resource forks have files of their own, whose names are nobody else's.</summary>
    internal bool HasForkFiles => Options.AppleResource == AppleResource.File;

    /// <summary>The path leads to a file of the store's own.</summary>
    internal bool HidesPath(ReadOnlySpan<char> path) => HasForkFiles && ForkFile.IsPath(path);

    /// <summary>What has this name is hidden, whatever its attributes say.</summary>
    internal bool HidesName(ReadOnlySpan<char> name)
    {
        if (Options.HideDotFiles && name is ['.', ..])
            return true;
        foreach (var pattern in _hiddenNames)
        {
            if (pattern.Matches(name))
                return true;
        }

        return false;
    }

    /// <summary>The gate that a creation of this name in this directory has to pass.</summary>
    internal Lock CreateGate(in Statx directory, ReadOnlySpan<char> name) =>
        _createGates[(uint)HashCode.Combine(
            directory.Device, directory.Inode, NameComparer.GetHashCode(name)) % CreateGates];

    /// <summary>
    /// Enters the gate; the caller leaves it. False: somebody is in it, perhaps to read a directory, and the caller may not wait.
    /// </summary>
    internal bool TryPassCreateGate(in Statx directory, ReadOnlySpan<char> name, bool mayBlock, out Lock gate)
    {
        gate = CreateGate(directory, name);
        if (!mayBlock)
            return gate.TryEnter();
        gate.Enter();
        return true;
    }

    /// <summary>The file system that a descriptor is on.</summary>
    internal PosixVolume VolumeOf(int fd, in Statx stat) =>
        _volumes.TryGetValue(stat.Device, out var volume) ? volume : AddVolume(fd, stat);

    private PosixVolume AddVolume(int fd, in Statx stat)
    {
        var volume = _volumes.GetOrAdd(stat.Device, PosixVolume.Of(fd, stat, Options.IsLocal));
        if (!volume.IsLocal)
            _mayHang = true;
        return volume;
    }

    /// <summary>The file system that a name in a directory leads to: one that is mounted there, or a subvolume.</summary>
    internal PosixVolume VolumeAt(int directory, ReadOnlySpan<byte> name, in Statx stat)
    {
        if (_volumes.TryGetValue(stat.Device, out var volume))
            return volume;
        int flags = OpenFlags.Path | OpenFlags.NoFollow;
        if (Libc.OpenAt2(directory, name, flags, 0, ResolveFlags.NoSymlinks, out int fd) == Errno.None)
        {
            using var opened = new OwnedFd(fd);
            if (Libc.StatFd(fd, StatxMask.Basic, out var found) == Errno.None && found.Device == stat.Device)
                return VolumeOf(fd, stat);
        }

        return new PosixVolume(stat.Device, stat.Device, default, IsInMemory: false, IsLocal: false); // Another by now.
    }

    /// <summary>
    /// An object's number on the share's volume, [MS-FSCC] 2.4.26. To clients the share is one volume; the file systems below
    /// its root (mounted, or subvolumes of btrfs) all count from the same number, and theirs are moved apart.
    /// </summary>
    internal ulong FileIdOf(in Statx stat, PosixVolume volume) =>
        stat.Device == _rootDevice ? stat.Inode : stat.Inode ^ volume.IdOffset;

    private (NtStatus Status, VolumeInfo Info) GetVolumeInfo()
    {
        using var lease = _root.Lease();
        var errno = Libc.StatFileSystem(lease.Fd, out var fileSystem);
        if (errno != Errno.None)
            return (errno.ToNtStatus(), default);
        errno = Libc.StatFd(lease.Fd, StatxMask.All, out var stat);
        if (errno != Errno.None)
            return (errno.ToNtStatus(), default);
        ulong block = (ulong)Math.Max(fileSystem.FragmentSize, 1);
        ulong volume = VolumeOf(lease.Fd, stat).Id;
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(id, volume);
        BinaryPrimitives.WriteUInt64LittleEndian(id[8..], (ulong)fileSystem.Type);
        var info = new VolumeInfo(
            TotalBytes: fileSystem.Blocks * block,
            FreeBytes: fileSystem.BlocksFree * block,
            AvailableBytes: fileSystem.BlocksAvailable * block,
            BlockSize: (uint)block,
            SerialNumber: (uint)(volume ^ (volume >> 32)),
            VolumeId: new Guid(id),
            FileSystemName: FileSystems.Name(fileSystem),
            Label: Options.Label ?? RootName(lease.Fd),
            CreationTime: stat.HasBirthTime ? stat.BirthTime.ToFileTime() : default,
            MaxNameLength: (int)Math.Min(fileSystem.MaxNameLength, NameCodec.MaxChars),
            TotalFiles: fileSystem.Files == 0 ? null : fileSystem.Files, // Btrfs makes inodes as they are needed.
            FreeFiles: fileSystem.Files == 0 ? null : fileSystem.FilesFree);
        return (NtStatus.Success, info);
    }

    private string RootName(int fd)
    {
        Span<byte> path = stackalloc byte[Libc.PathMax + 1];
        if (Libc.ReadFdPath(fd, path, out int length) != Errno.None)
            return "";
        var name = path[..length];
        return Codec.Decode(name[(name.LastIndexOf((byte)'/') + 1)..]);
    }
}
