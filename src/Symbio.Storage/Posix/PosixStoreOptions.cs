namespace Symbio.Storage.Posix;

/// <summary>Settings of a <see cref="PosixFileStore"/>.</summary>
public sealed record PosixStoreOptions
{
    /// <summary>How characters that NT forbids are shown.</summary>
    public NameMapping NameMapping { get; init; } = NameMapping.Private;

    /// <summary>What symbolic links are to clients that do not ask for the link itself.</summary>
    public LinkPolicy Links { get; init; } = LinkPolicy.Follow;

    /// <summary>Names that begin with a dot are hidden (Samba: <c>hide dot files</c>).</summary>
    public bool HideDotFiles { get; init; } = true;

    /// <summary>
    /// Names that match one of these patterns (* and ?, without regard to case) are hidden as well (Samba: <c>hide files</c>).
    /// </summary>
    public IReadOnlyList<string> HiddenNames { get; init; } = [];

    /// <summary>
    /// Mode bits of a new file, less the process's umask (Samba: <c>create mask</c> with DOS attributes in xattrs).
    /// </summary>
    public uint FileMode { get; init; } = 0b110_100_100;

    /// <summary>Mode bits of a new directory, less the process's umask (Samba: <c>directory mask</c>).</summary>
    public uint DirectoryMode { get; init; } = 0b111_101_101;

    /// <summary>Where the stream AFP_AfpInfo is kept. What is kept in another place does not come along.</summary>
    public AppleMetadata AppleMetadata { get; init; }

    /// <summary>Where the stream AFP_Resource is kept. What is kept in another place does not come along.</summary>
    public AppleResource AppleResource { get; init; }

    /// <summary>SIDs for Unix accounts. Null: S-1-22-1-uid and S-1-22-2-gid.</summary>
    public IIdentityMap? Identities { get; init; }

    /// <summary>Where calls run that may wait for a disk: 64 of one store at once, whatever the scheduler has.</summary>
    public IStoreScheduler Scheduler { get; init; } = StoreWorkers.Shared;

    /// <summary>
    /// Most names in the index for case-insensitive look-ups. A name takes about 120 bytes: a million are 120 MB, all
    /// that a store may hold in memory for this.
    /// </summary>
    public int MaxIndexedNames { get; init; } = 1_000_000;

    /// <summary>
    /// Most directories in that index. Each takes an inotify watch, about 1 KB of kernel memory; the kernel's own limit
    /// (fs.inotify.max_user_watches) is for all processes of the user.
    /// </summary>
    public int MaxIndexedDirectories { get; init; } = 16_384;

    /// <summary>
    /// Keep that index right by inotify where the file system allows. Without it, and on network file systems, times of
    /// directories have to do, and every change of a folder makes the next look-up read it again.
    /// </summary>
    public bool WatchDirectories { get; init; } = true;

    /// <summary>
    /// Most directories that are watched for clients who want to know of changes; each takes an inotify watch. Beyond it,
    /// clients hear only of what the server does.
    /// </summary>
    public int MaxWatchedDirectories { get; init; } = 8_192;

    /// <summary>
    /// Largest write that is done on the caller's thread when the file system cannot say whether it would wait: it
    /// goes to the page cache, which takes this much in less time than a change of threads.
    /// </summary>
    public int MaxInlineWrite { get; init; } = 64 * 1024;

    /// <summary>
    /// The same for as long as no write to the volume has lately taken <see cref="SlowWrite"/>: a megabyte goes to memory in a
    /// fifth of a millisecond, and a change of threads takes it to another processor's cache first.
    /// </summary>
    public int MaxQuickWrite { get; init; } = 8 << 20;

    /// <summary>
    /// A write (or a change of names or sizes) that takes so long has waited for the disk, and not just for its turn on a busy
    /// processor.
    /// </summary>
    public TimeSpan SlowWrite { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Most bytes whose space is given back on the caller's thread: a file of 100 GB that is deleted, replaced or cut keeps a
    /// file system busy for seconds.
    /// </summary>
    public ulong MaxQuickRelease { get; init; } = 32 << 20;

    /// <summary>A file system that needs nobody but this kernel: nothing on it hangs when another machine does. For tests.</summary>
    internal Func<int, bool> IsLocal { get; init; } = Native.FileSystems.IsLocal;

    /// <summary>The volume's label; null: the name of the root folder.</summary>
    public string? Label { get; init; }
}
