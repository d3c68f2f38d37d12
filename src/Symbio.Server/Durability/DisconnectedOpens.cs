namespace Symbio.Server.Durability;

/// <summary>Counts the opens that wait for their client: each keeps a file, its locks and its share mode.</summary>
internal sealed class DisconnectedOpens(int limit)
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place; false when all are taken.</summary>
    /// <param name="force">Over the limit as well: the client was promised.</param>
    public bool TryEnter(bool force = false)
    {
        if (Interlocked.Increment(ref _count) <= limit || force)
            return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
