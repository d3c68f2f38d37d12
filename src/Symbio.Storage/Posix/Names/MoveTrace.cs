using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Tells when two names of a directory may have changed places (RENAME_EXCHANGE). inotify reports that as two moves, each to
/// where the other came from, and says of neither that both names are still there; but nothing comes between the two.
/// </summary>
internal struct MoveTrace
{
    private (string Name, uint Cookie)? _left; // Moved from here, in the event before.
    private (string Name, string? From)? _arrived; // Moved to here, in the event before; From: in this directory.
    private (string Name, uint Cookie)? _back; // What would have to arrive next.

    /// <summary>Takes note of an event; true: what names are there must be looked up.</summary>
    public bool IsExchange(InotifyMask mask, uint cookie, string name)
    {
        if ((mask & InotifyMask.MovedFrom) != 0)
        {
            var arrived = _arrived;
            this = new MoveTrace { _left = (name, cookie) };
            if (arrived?.Name != name)
                return false;
            if (arrived.Value.From is not { } from)
                return true; // With a name of another directory.
            _back = (from, cookie);
            return false;
        }

        if ((mask & InotifyMask.MovedTo) == 0)
        {
            this = default;
            return false;
        }

        bool exchange = _back == (name, cookie);
        string? source = _left is { } left && left.Cookie == cookie ? left.Name : null;
        this = new MoveTrace { _arrived = (name, source) };
        return exchange;
    }
}
