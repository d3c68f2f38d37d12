namespace Symbio.Storage;

/// <summary>
/// A store that others change behind the server's back, and that can tell of it. What the server itself does through the
/// store is told as well: a store does not know who it was.
/// </summary>
public interface IWatchableStore
{
    /// <summary>Where all events go. Set once, before the first <see cref="Watch"/>.</summary>
    IStoreWatcher? Watcher { get; set; }

    /// <summary>
    /// Begins to watch a directory; disposing the result ends it. A tree is watched as far as the store's limits go. Null:
    /// it cannot be watched.
    /// </summary>
    IDisposable? Watch(IStoreFile directory, bool tree);

    /// <summary>The server has renamed a directory: what is watched at and below it is called something else now.</summary>
    void Moved(string oldPath, string newPath);
}

/// <summary>Hears what happens in the watched directories of a store.</summary>
public interface IStoreWatcher
{
    /// <summary>
    /// Things that happened, in their order, some time ago: whoever did them through the store has returned since. Called
    /// on a thread of the store's, one call at a time; must not wait.
    /// </summary>
    void OnEvents(IReadOnlyList<StoreEvent> events);

    /// <summary>More happened than could be kept.</summary>
    void OnLost();
}

/// <summary>Something that happened in a watched directory.</summary>
/// <param name="Path">The object, in the form that <see cref="IFileStore"/> describes; after a rename its new name.</param>
/// <param name="OldPath">Of a rename; "" otherwise.</param>
public readonly record struct StoreEvent(StoreEventKind Kind, string Path, bool IsDirectory, string OldPath = "");

/// <summary>What happened.</summary>
public enum StoreEventKind
{
    /// <summary>A name appeared.</summary>
    Created,

    /// <summary>A name went.</summary>
    Deleted,

    /// <summary>A name changed, within the directories that are watched.</summary>
    Renamed,

    /// <summary>Data was written, or the size changed.</summary>
    Written,

    /// <summary>Times, rights or attributes changed.</summary>
    Changed,
}
