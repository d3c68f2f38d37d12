using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Symbio.Protocol;
using Symbio.Storage.Posix;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage;

/// <summary>
/// Snapshots that are folders beside each other, named by their times: those that btrfs makes as well as copies. What is
/// added and removed there is seen at once.
/// </summary>
/// <remarks>
/// Where they lie in the share, its users could put there what they like and have it shown as an earlier state. So the folder
/// that holds them must be one in which nobody but the administrator makes folders (<see cref="IsOpenToUsers"/>); below the
/// share's folder no symbolic link is followed, and nowhere one that is in the place of a snapshot or in it. A server that is
/// not root has no such folder in the share: there all that users make is its account's.
/// </remarks>
public sealed class FolderSnapshotSource : ISnapshotSource
{
    // The newest of more; a list of them is some 200 KB long.
    private const int MaxListed = 4096;

    // Each keeps a descriptor, and the names that were looked up in it.
    private const int MaxStores = 64;

    private const ResolveFlags Below = ResolveFlags.Beneath | ResolveFlags.NoSymlinks;

    private readonly string _base;
    private readonly string _folder;
    private readonly SnapshotNameFormat _format;
    private readonly string _inner;
    private readonly bool _isInShare;
    private readonly PosixStoreOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<DateTimeOffset, Opened> _stores = [];
    private long _uses;

    private FolderSnapshotSource(
        string baseFolder, string folder, SnapshotNameFormat format, string inner, bool isInShare, PosixStoreOptions options)
    {
        _isInShare = isInShare;
        _base = baseFolder;
        _folder = folder;
        _format = format;
        _inner = inner;
        _options = options with { Scheduler = StoreLane.To(options.Scheduler) }; // All snapshots are on one file system.
    }

    /// <summary>
    /// Takes apart a pattern like <c>/srv/.snapshots/@GMT-%Y.%m.%d-%H.%M.%S</c>: one component tells the time (UTC); what
    /// follows it is the share's folder within the snapshot. A pattern that is not absolute begins at the share's folder.
    /// </summary>
    public static bool TryCreate(
        string share, string pattern, PosixStoreOptions options, [NotNullWhen(true)] out FolderSnapshotSource? source)
    {
        source = null;
        string whole = Path.Combine(share, pattern);
        string root = share.TrimEnd('/') + "/";
        bool isInShare = whole.StartsWith(root, StringComparison.Ordinal) && !whole[root.Length..].Split('/').Contains("..");
        string[] parts = (isInShare ? whole[root.Length..] : whole).Split('/');
        int named = Array.FindIndex(parts, part => part.Contains('%', StringComparison.Ordinal));
        if (named < 0 || SnapshotNameFormat.Parse(parts[named]) is not { } format)
            return false;
        string inner = string.Join('/', parts[(named + 1)..].Where(part => part.Length > 0));
        if (inner.Contains('%', StringComparison.Ordinal))
            return false;
        string folder = string.Join('/', parts[..named].Where((part, i) => part.Length > 0 || i == 0));

        // Nothing changes in a snapshot: there is nothing to watch.
        options = options with { WatchDirectories = false, MaxIndexedNames = 100_000 };
        source = isInShare
            ? new(root, folder.Trim('/'), format, inner, isInShare, options)
            : new(folder + "/", "", format, inner, isInShare, options); // The administrator's own path may have links.
        return true;
    }

    /// <summary>
    /// The folder is in the share, and others than root could make a snapshot there: it belongs to somebody else, others may
    /// write to it, it or one above it has a stored security descriptor, or the server is not root. Then there are no snapshots.
    /// </summary>
    public bool IsOpenToUsers
    {
        get
        {
            bool isThere = OpenAnyFolder(OpenFlags.Path, out int fd, out bool isTrusted) == Errno.None;
            using var folder = new OwnedFd(fd);
            return isThere && !isTrusted;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DateTimeOffset>> ListAsync(CancellationToken cancellationToken) =>
        _options.Scheduler.RunAsync(this, static source => source.Find());

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IFileStore? Store)> OpenAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        _options.Scheduler.RunAsync((Source: this, time), static state => state.Source.Open(state.time));

    private IReadOnlyList<DateTimeOffset> Find()
    {
        var found = new HashSet<DateTimeOffset>();
        if (OpenFolder(OpenFlags.ReadOnly, out int fd) == Errno.None) // No folder, no snapshots.
        {
            using var folder = new OwnedFd(fd);
            byte[] buffer = new byte[32 << 10];
            while (Libc.ReadDirectory(fd, buffer, out int length) == Errno.None && length > 0)
            {
                for (int position = 0; position < length;)
                {
                    var record = DirectoryRecord.Read(buffer.AsSpan(position));
                    position += record.Length;
                    const byte unknown = 0;
                    if (record.Type is DirectoryRecord.DirectoryType or unknown
                        && _format.TryRead(Encoding.UTF8.GetString(record.Name), out DateTimeOffset time))
                    {
                        found.Add(time);
                    }
                }
            }
        }

        Forget(found);
        return [.. found.OrderDescending().Take(MaxListed)];
    }

    private (NtStatus Status, IFileStore? Store) Open(DateTimeOffset time)
    {
        lock (_gate)
        {
            _stores.TryGetValue(time, out Opened? opened);
            if (OpenSnapshot(time, out int fd) != Errno.None)
            {
                if (opened is not null)
                    Close(time, opened);
                return (NtStatus.ObjectNameNotFound, null);
            }

            using var folder = new OwnedFd(fd);
            if (Libc.StatFd(fd, StatxMask.Basic | StatxMask.Inode, out var stat) != Errno.None)
                return (NtStatus.ObjectNameNotFound, null);
            if (opened is not null && !opened.Stat.IsSameObject(stat))
            {
                Close(time, opened); // Another snapshot has its name now.
                opened = null;
            }

            if (opened is null)
            {
                // Who was given the oldest may be about to use it: it ends when nobody refers to it any more.
                if (_stores.Count == MaxStores)
                    _stores.Remove(_stores.MinBy(store => store.Value.LastUse).Key);
                opened = new Opened(PosixFileStore.Of(new PosixHandle(folder.Move()), _options), stat);
                _stores.Add(time, opened);
            }

            opened.LastUse = ++_uses;
            return (NtStatus.Success, opened.Store);
        }
    }

    // A descriptor that stays open would keep the space of a snapshot that has been removed.
    private void Forget(HashSet<DateTimeOffset> present)
    {
        lock (_gate)
        {
            foreach ((DateTimeOffset time, Opened opened) in _stores.Where(store => !present.Contains(store.Key)).ToArray())
            {
                if (OpenSnapshot(time, out int fd) == Errno.None)
                    _ = Libc.Close(fd); // Made since the folder was read.
                else
                    Close(time, opened);
            }
        }
    }

    private void Close(DateTimeOffset time, Opened opened)
    {
        _stores.Remove(time);
        opened.Store.DisposeAsync().AsTask().Wait(); // Completes at once.
    }

    private Errno OpenSnapshot(DateTimeOffset time, out int fd)
    {
        fd = -1;
        string name = _format.Write(time);
        if (!_format.TryRead(name, out DateTimeOffset told) || told != time)
            return Errno.ENOENT; // The names do not tell times as exact as this one.
        var errno = OpenFolder(OpenFlags.Path, out int folder);
        if (errno != Errno.None)
            return errno;
        using var owned = new OwnedFd(folder);
        return OpenBelow(folder, _inner.Length == 0 ? name : $"{name}/{_inner}", OpenFlags.ReadOnly | OpenFlags.NonBlock, out fd);
    }

    private Errno OpenFolder(int flags, out int fd)
    {
        var errno = OpenAnyFolder(flags, out fd, out bool isTrusted);
        if (errno != Errno.None || isTrusted)
            return errno;
        _ = Libc.Close(fd);
        fd = -1;
        return Errno.EACCES;
    }

    // Each time anew: it may come, go and be mounted at any time.
    private Errno OpenAnyFolder(int flags, out int fd, out bool isTrusted)
    {
        const int workingDirectory = -100;
        isTrusted = false;
        string[] parts = _folder.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var errno = Libc.OpenAt2(
            workingDirectory, Terminate(_base), (parts.Length == 0 ? flags : OpenFlags.Path) | OpenFlags.Directory, 0,
            ResolveFlags.None, out fd);
        bool isUsers = parts.Length == 0 && fd >= 0 && HasDescriptor(fd);
        for (int i = 0; i < parts.Length && errno == Errno.None; i++)
        {
            using var above = new OwnedFd(fd);
            errno = OpenBelow(above.Fd, parts[i], i == parts.Length - 1 ? flags : OpenFlags.Path, out fd);
            isUsers |= errno == Errno.None && HasDescriptor(fd);
        }

        if (errno == Errno.None)
            isTrusted = !_isInShare || IsOfFileSystem(fd) || (!isUsers && IsOfAdministrator(fd));
        return errno;
    }

    // Users who have no account of their own make folders that belong to root, too. Those have descriptors mostly.
    private static bool HasDescriptor(int fd)
    {
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        return IsThere(Libc.GetXattr(path, NtAclXattr.TrustedName, [], out _))
            || IsThere(Libc.GetXattr(path, NtAclXattr.UserName, [], out _));

        static bool IsThere(Errno errno) => errno is not (Errno.ENODATA or Errno.EOPNOTSUPP);
    }

    private static bool IsOfAdministrator(int fd)
    {
        const int writableByOthers = 0x12; // Of a POSIX ACL the group's bits are the mask.
        return Libc.EffectiveUid() == 0 && Libc.StatFd(fd, StatxMask.Basic, out var stat) == Errno.None
            && (stat.Mode & writableByOthers) == 0 && stat.Uid == 0;
    }

    // What these show there is made by themselves, whatever the mode says.
    private bool IsOfFileSystem(int fd)
    {
        if (Libc.StatFileSystem(fd, out StatFs system) != Errno.None)
            return false;
        return FileSystems.Name(system) switch
        {
            "zfs" => EndsWith(".zfs/snapshot") && (IsOfRoot(fd) || IsZfsSnapshots(fd)), // Of root, if a container knows him.
            "ceph" => EndsWith(".snap"),
            "fuse" => EndsWith(".snap") && IsCephFuse(fd),
            "nfs" => EndsWith(".snapshot") && IsOfRoot(fd), // NetApp's; on other servers it is a name as any.
            _ => false,
        };

        bool EndsWith(string name) =>
            _folder.EndsWith(name, StringComparison.Ordinal) && (_folder.Length == name.Length || _folder[^(name.Length + 1)] == '/');
    }

    private static bool IsOfRoot(int fd) => Libc.StatFd(fd, StatxMask.Basic, out var stat) == Errno.None && stat.Uid == 0;

    private static bool IsZfsSnapshots(int fd)
    {
        const ulong number = 0x0000_FFFF_FFFF_FFFD; // ZFSCTL_INO_SNAPDIR; no file has one as high.
        return Libc.StatFd(fd, StatxMask.Basic | StatxMask.Inode, out var stat) == Errno.None && stat.Inode == number;
    }

    // statfs(2) does not tell one FUSE from another.
    private static bool IsCephFuse(int fd)
    {
        if (Libc.StatFd(fd, StatxMask.Basic, out var stat) != Errno.None)
            return false;
        string device = string.Create(CultureInfo.InvariantCulture, $"{stat.DevMajor}:{stat.DevMinor}");
        return File.ReadLines("/proc/self/mountinfo").Any(line => // proc(5): the device is third, the type follows a dash.
            line.Split(' ') is [_, _, var mounted, ..] && mounted == device && line.Contains(" - fuse.ceph", StringComparison.Ordinal));
    }

    private static Errno OpenBelow(int directory, string path, int flags, out int fd) =>
        Libc.OpenAt2(directory, Terminate(path), flags | OpenFlags.Directory, 0, Below, out fd);

    private static byte[] Terminate(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    private sealed class Opened(PosixFileStore store, Statx stat)
    {
        public PosixFileStore Store { get; } = store;

        public Statx Stat { get; } = stat;

        public long LastUse { get; set; }
    }
}
