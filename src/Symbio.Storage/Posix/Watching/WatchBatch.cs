using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Events on their way: the two halves of a rename put together, repetitions left out.</summary>
internal sealed class WatchBatch
{
    private readonly HashSet<(StoreEventKind, string)> _seen = [];
    private readonly List<WatchedDirectory> _gone = [];
    private List<StoreEvent> _events = [];
    private int _from = -1; // Where the first half of a move stands, whose second may follow.
    private uint _cookie;
    private WatchedDirectory[] _leaving = [];

    /// <summary>Events were lost.</summary>
    public bool HasLost { get; set; }

    public bool IsEmpty => _events.Count == 0 && !HasLost;

    /// <summary>The old path when the last event completed a move.</summary>
    public string? LastMove { get; private set; }

    /// <summary>And what was recorded at and below that path when it went.</summary>
    public WatchedDirectory[] LastMoved { get; private set; } = [];

    public void Add(StoreEvent change) => _events.Add(change);

    /// <param name="below">Of a directory that goes: what is recorded at and below it.</param>
    public void Add(InotifyRecord record, string path, bool isDirectory, WatchedDirectory[] below)
    {
        LastMove = null;
        switch (record.Mask & ~InotifyMask.IsDirectory)
        {
            case InotifyMask.Create:
                Name(StoreEventKind.Created, path, isDirectory);
                break;
            case InotifyMask.Delete:
                Name(StoreEventKind.Deleted, path, isDirectory);
                break;
            case InotifyMask.MovedFrom:
                EndMoves();
                _from = _events.Count;
                _cookie = record.Cookie;
                _leaving = below;
                Name(StoreEventKind.Deleted, path, isDirectory);
                break;
            case InotifyMask.MovedTo when _from >= 0 && _cookie == record.Cookie:
                LastMove = _events[_from].Path;
                LastMoved = _leaving;
                _events[_from] = new StoreEvent(StoreEventKind.Renamed, path, isDirectory, LastMove);
                _from = -1;
                _seen.Clear();
                break;
            case InotifyMask.MovedTo:
                Name(StoreEventKind.Created, path, isDirectory);
                break;
            case InotifyMask.Modify:
                Content(StoreEventKind.Written, path, isDirectory);
                break;
            case InotifyMask.Attributes:
                Content(StoreEventKind.Changed, path, isDirectory);
                break;
        }
    }

    /// <summary>The queue is empty: what was moved out of a watched directory did not come into another.</summary>
    public void EndMoves()
    {
        if (_from >= 0)
            _gone.AddRange(_leaving);
        _from = -1;
    }

    /// <summary>What was recorded at and below directories that went out of what is watched.</summary>
    public IReadOnlyList<WatchedDirectory> TakeGone()
    {
        WatchedDirectory[] gone = [.. _gone];
        _gone.Clear();
        return gone;
    }

    public (IReadOnlyList<StoreEvent> Events, bool Lost) Take()
    {
        (List<StoreEvent> events, bool lost) = (_events, HasLost);
        _events = [];
        _seen.Clear();
        HasLost = false;
        return (events, lost);
    }

    private void Name(StoreEventKind kind, string path, bool isDirectory)
    {
        _events.Add(new StoreEvent(kind, path, isDirectory));
        _seen.Clear(); // What changes now may be another file.
    }

    private void Content(StoreEventKind kind, string path, bool isDirectory)
    {
        if (_seen.Add((kind, path)))
            _events.Add(new StoreEvent(kind, path, isDirectory));
    }
}
