using System.Collections.Concurrent;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;

namespace Symbio.Server.Notifications;

/// <summary>
/// What the server has done itself in directories that its store watches: the store tells of that as well, a moment later,
/// and it must not be told twice.
/// </summary>
internal sealed class OwnChanges(TimeProvider time)
{
    // The store tells within a fraction of a second; what is still here after this time it will not tell.
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(5);

    // One operation may change an object's metadata several times, also a little after it has been reported.
    private static readonly TimeSpan s_aftermath = TimeSpan.FromSeconds(1);

    // Nothing hangs on these but repetitions: when there are this many, something is wrong, and memory comes first.
    private const int MaxEntries = 65536;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(NameComparer.Instance);
    private readonly ConcurrentDictionary<Open, bool> _writing = new();

    /// <summary>The server has reported this change.</summary>
    public void Note(in DirectoryChange change)
    {
        lock (_lock)
        {
            if (_entries.Count >= MaxEntries)
                _entries.Clear();
            Entry entry = _entries.GetValueOrDefault(change.Path);
            entry.Time = time.GetTimestamp();
            if (change.Action is FileAction.Added or FileAction.RenamedNewName)
                entry.Appeared++;
            else if (change.Action is FileAction.Removed or FileAction.RenamedOldName)
                entry.Vanished++;
            _entries[change.Path] = entry;
        }
    }

    /// <summary>An open writes; that is reported when it is closed.</summary>
    public void NoteWriting(Open open) => _writing[open] = true;

    public void EndWriting(Open open) => _writing.TryRemove(open, out _);

    /// <summary>Is that name there because of the server? Once for each time.</summary>
    public bool TakeAppeared(string path)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(path, out Entry entry) || entry.Appeared == 0)
                return false;
            entry.Appeared--;
            _entries[path] = entry;
            return true;
        }
    }

    /// <summary>Is that name gone because of the server? Once for each time.</summary>
    public bool TakeVanished(string path)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(path, out Entry entry) || entry.Vanished == 0)
                return false;
            entry.Vanished--;
            _entries[path] = entry;
            return true;
        }
    }

    /// <summary>Has the server been at work on that object just now, or is it?</summary>
    /// <param name="writing">
    /// What is being written, found out when first asked for: that takes a look at each open that writes, and there may be as
    /// many events as those. It holds for what the store has told together.
    /// </param>
    public bool IsAtWorkOn(string path, ref HashSet<string>? writing)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(path, out Entry entry) && time.GetElapsedTime(entry.Time) < s_aftermath)
                return true;
        }

        return (writing ??= PathsBeingWritten()).Contains(path);
    }

    private HashSet<string> PathsBeingWritten()
    {
        var paths = new HashSet<string>(NameComparer.Instance);
        foreach ((Open open, _) in _writing)
            paths.Add(open.File.Path);
        return paths;
    }

    /// <summary>Forgets what nobody will ask for.</summary>
    public void Expire()
    {
        lock (_lock)
        {
            foreach ((string path, Entry entry) in _entries)
            {
                if (time.GetElapsedTime(entry.Time) > s_lifetime)
                    _entries.Remove(path);
            }
        }
    }

    private struct Entry
    {
        public long Time;
        public int Appeared;
        public int Vanished;
    }
}
