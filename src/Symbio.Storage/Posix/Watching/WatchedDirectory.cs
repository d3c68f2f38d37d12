using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Which directory it is, whatever it is called: numbers are used again, but hardly with the same time of birth.</summary>
internal readonly record struct WatchKey(ulong Device, ulong Inode, long BirthSeconds, uint BirthNanoseconds)
{
    public static WatchKey Of(in Statx stat) => stat.HasBirthTime
        ? new(stat.Device, stat.Inode, stat.BirthTime.Seconds, stat.BirthTime.Nanoseconds)
        : new(stat.Device, stat.Inode, 0, 0);
}

/// <summary>A directory with an inotify watch. Guarded by its table's lock.</summary>
internal sealed class WatchedDirectory(int watch, WatchKey key, string path)
{
    public int Watch => watch;

    public WatchKey Key => key;

    /// <summary>From the share's root, as on disk.</summary>
    public string Path { get; set; } = path;

    /// <summary>Opens of this very directory by whose wish it is watched: they know where it is, as long as they are open.</summary>
    public List<PosixFile> Requests { get; } = [];

    /// <summary>How many of the requests are for the tree that begins here.</summary>
    public int TreeRequests { get; set; }

    /// <summary>For the sake of a tree, what is below it has been read or is going to be.</summary>
    public bool IsRead { get; set; }

    /// <summary>Since events were lost its place has been seen again.</summary>
    public bool IsFound { get; set; } = true;

    /// <summary>
    /// Of a new directory that is still to be read: names whose creation events have told of. Null when a reading would
    /// find nothing new.
    /// </summary>
    public HashSet<string>? Heard { get; set; }

    /// <summary>
    /// Names that a reading has told of: their events, if they are still to come, say nothing new. Until the queue has
    /// been read to its end once more.
    /// </summary>
    public HashSet<string>? Told { get; set; }
}
