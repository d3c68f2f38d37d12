using Symbio.Protocol.Smb2;
using Symbio.Storage;

namespace Symbio.Server.Notifications;

/// <summary>
/// Who has to know what changes in a directory, and perhaps below it: a client that waits for CHANGE_NOTIFY, or the leases on
/// the directory. Found by the directory's path in <see cref="DirectoryChanges"/>.
/// </summary>
internal abstract class ChangeObserver
{
    /// <summary>What changes it wants to know of.</summary>
    public abstract CompletionFilter Filter { get; }

    /// <summary>Also those below the directories in this one.</summary>
    public abstract bool WatchTree { get; }

    /// <summary>The directory as its registry knows it; only the registry looks at it, under its lock.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// An open of the directory, which knows where it is: as long as it is observed one that has not been closed. As with
    /// <see cref="Path"/>.
    /// </summary>
    public IStoreFile? Directory { get; set; }

    /// <summary>What has the store tell of others' changes; null where it cannot.</summary>
    public IDisposable? Local { get; set; }

    /// <summary>
    /// Changes that belong together (the two names of a rename) and have been made. Called on the thread that made them,
    /// before the client hears that it is done; must not wait.
    /// </summary>
    /// <param name="prefixLength">Units of the paths up to the name within the directory.</param>
    public abstract void Add(ReadOnlySpan<DirectoryChange> changes, int prefixLength);

    /// <summary>Changes were lost.</summary>
    public abstract void Overflow();

    /// <summary>The directory is to be deleted with its last open.</summary>
    public virtual void DeletePending()
    {
    }
}
