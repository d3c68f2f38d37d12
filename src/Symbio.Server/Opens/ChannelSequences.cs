namespace Symbio.Server.Opens;

/// <summary>
/// Open.ChannelSequence, Open.OutstandingRequestCount and Open.OutstandingPreRequestCount, [MS-SMB2] 3.3.1.10: which
/// requests were sent before the client lost a channel, so that one of those does not overtake its own repetition.
/// </summary>
internal sealed class ChannelSequences(ushort first)
{
    private readonly Lock _lock = new();
    private ushort _current = first;
    private long _changes; // How often the sequence has changed: its number alone comes round again.
    private int _outstanding;
    private int _outstandingBefore;

    /// <summary>
    /// A request comes in, 3.3.5.2.10. False: it must fail if it changes the file, and is not counted. What was counted
    /// ends with <see cref="Leave"/>.
    /// </summary>
    /// <param name="place">Is to be given back.</param>
    public bool TryEnter(ushort sequence, bool isReplay, out long place)
    {
        lock (_lock)
        {
            place = _changes;
            ushort ahead = unchecked((ushort)(sequence - _current));
            if (ahead > 0x7FFF)
                return false;
            if (ahead > 0)
            {
                _outstandingBefore += _outstanding;
                _outstanding = 0;
                _current = sequence;
                place = ++_changes;
            }

            // What is repeated waits until all that came before has been answered: the original may be among it.
            if (isReplay && _outstandingBefore > 0)
                return false;
            _outstanding++;
            return true;
        }
    }

    /// <summary>A request that was counted has been answered, 3.3.4.1.</summary>
    public void Leave(long place)
    {
        lock (_lock)
        {
            if (place == _changes)
                _outstanding--;
            else
                _outstandingBefore--;
        }
    }
}
