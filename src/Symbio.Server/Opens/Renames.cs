namespace Symbio.Server.Opens;

/// <summary>
/// Counts renames. Who opens a file while one is under way looks afterwards what its file is called: who renames has not seen
/// the new open yet. Nobody else has to look.
/// </summary>
internal sealed class Renames
{
    private int _begun;
    private int _ended;

    /// <summary>How many there have been; null while one is under way.</summary>
    public int? Count
    {
        get
        {
            int ended = Volatile.Read(ref _ended); // First: so none is missed.
            int begun = Volatile.Read(ref _begun);
            return begun == ended ? begun : null;
        }
    }

    /// <summary>Before the store is asked.</summary>
    public void Begin() => Interlocked.Increment(ref _begun);

    /// <summary>The opens that there are have got the new name.</summary>
    public void End() => Interlocked.Increment(ref _ended);
}
