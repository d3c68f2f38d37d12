namespace Symbio.Storage.Posix;

/// <summary>A directory with an inotify watch. Guarded by its table's lock.</summary>
internal sealed class WatchedDirectory(int watch, string path)
{
    public int Watch => watch;

    /// <summary>From the share's root, as on disk.</summary>
    public string Path { get; set; } = path;

    /// <summary>Who asked for this very directory.</summary>
    public int Requests { get; set; }

    /// <summary>Who asked for the tree that begins here; counted in <see cref="Requests"/> too.</summary>
    public int TreeRequests { get; set; }

    /// <summary>For the sake of a tree, what is below it has been read or is going to be.</summary>
    public bool IsRead { get; set; }

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
