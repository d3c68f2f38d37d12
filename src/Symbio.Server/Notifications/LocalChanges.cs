using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Notifications;

/// <summary>
/// Changes that are made behind the server's back, by local processes and other shares of the same files: what the store
/// tells of them, less what the server has done itself.
/// </summary>
internal sealed class LocalChanges : IStoreWatcher
{
    private const CompletionFilter Metadata = CompletionFilter.Attributes | CompletionFilter.Creation
        | CompletionFilter.LastAccess | CompletionFilter.LastWrite | CompletionFilter.Ea | CompletionFilter.Security;

    private readonly DirectoryChanges _changes;
    private readonly IWatchableStore _store;
    private readonly OwnChanges _own;
    private readonly Func<IEnumerable<Open>> _opens;
    private int _watches;

    public LocalChanges(DirectoryChanges changes, IWatchableStore store, TimeProvider time, Func<IEnumerable<Open>> opens)
    {
        _opens = opens;
        _changes = changes;
        _store = store;
        _own = new OwnChanges(time);
        store.Watcher = this;
    }

    /// <summary>Directories are being watched.</summary>
    public bool IsActive => Volatile.Read(ref _watches) > 0;

    /// <summary>Begins to watch; null when the store cannot.</summary>
    public IDisposable? Watch(IStoreFile directory, bool tree)
    {
        if (Interlocked.Increment(ref _watches) == 1) // First: from the first event on it must be known what was our own.
            NoteWriters();
        if (_store.Watch(directory, tree) is { } watch)
            return new Ending(this, watch);
        Interlocked.Decrement(ref _watches);
        return null;
    }

    /// <inheritdoc cref="OwnChanges.Note"/>
    public void Note(in DirectoryChange change) => _own.Note(change);

    /// <inheritdoc cref="OwnChanges.NoteWriting"/>
    public void NoteWriting(Open open) => _own.NoteWriting(open);

    public void EndWriting(Open open) => _own.EndWriting(open);

    public void Moved(string oldPath, string newPath) => _store.Moved(oldPath, newPath);

    public void OnEvents(IReadOnlyList<StoreEvent> events)
    {
        HashSet<string>? writing = null;
        foreach (StoreEvent happened in events)
            Take(happened, ref writing);
        _own.Expire();
    }

    public void OnLost() => _changes.Overflow();

    // Who has begun to write while nobody watched. Those who begin now note themselves: they say that they write and then look
    // whether anybody watches. And those who close say so and then forget themselves: one of the two sees the other.
    private void NoteWriters()
    {
        foreach (Open open in _opens())
        {
            if ((open.PendingNotifications & ChangeReports.Written) == 0 || open.Changes != _changes)
                continue;
            _own.NoteWriting(open);
            if (open.IsClosed)
                _own.EndWriting(open);
        }
    }

    private void Take(in StoreEvent happened, ref HashSet<string>? writing)
    {
        CompletionFilter name = happened.IsDirectory ? CompletionFilter.DirName : CompletionFilter.FileName;
        switch (happened.Kind)
        {
            case StoreEventKind.Created when !_own.TakeAppeared(happened.Path):
                _changes.ReportLocal(new DirectoryChange(FileAction.Added, name, happened.Path));
                break;
            case StoreEventKind.Deleted when !_own.TakeVanished(happened.Path):
                _changes.ReportLocal(new DirectoryChange(FileAction.Removed, name, happened.Path));
                break;
            case StoreEventKind.Renamed when !(_own.TakeVanished(happened.OldPath) | _own.TakeAppeared(happened.Path)):
                Rename(happened, name);
                break;
            case StoreEventKind.Written when !_own.IsAtWorkOn(happened.Path, ref writing):
                _changes.ReportLocal(new DirectoryChange(FileAction.Modified, ChangeReports.Written, happened.Path));
                break;
            case StoreEventKind.Changed when !_own.IsAtWorkOn(happened.Path, ref writing):
                _changes.ReportLocal(new DirectoryChange(FileAction.Modified, Metadata, happened.Path));
                break;
        }
    }

    private void Rename(in StoreEvent happened, CompletionFilter name)
    {
        if (happened.IsDirectory)
            _changes.MoveWatches(happened.OldPath, happened.Path);
        bool same = NameComparer.Equals(
            DirectoryChange.ParentOf(happened.OldPath), DirectoryChange.ParentOf(happened.Path));
        var removed = new DirectoryChange(same ? FileAction.RenamedOldName : FileAction.Removed, name, happened.OldPath);
        var added = new DirectoryChange(same ? FileAction.RenamedNewName : FileAction.Added, name, happened.Path);
        if (same)
        {
            _changes.ReportLocal(removed, added);
            return;
        }

        _changes.ReportLocal(removed);
        _changes.ReportLocal(added);
    }

    private sealed class Ending(LocalChanges owner, IDisposable watch) : IDisposable
    {
        public void Dispose()
        {
            watch.Dispose();
            Interlocked.Decrement(ref owner._watches);
        }
    }
}
