namespace Symbio.Server.Durability;

/// <summary>Counts the opens that wait for their client: each keeps a file, its locks and its share mode.</summary>
internal sealed class DisconnectedOpens(int limit)
{
    private int _count;
    private int _persistent;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Those that were promised to be kept.</summary>
    public int PersistentCount => Volatile.Read(ref _persistent);

    /// <summary>Takes a place; false when all are taken.</summary>
    /// <param name="isPersistent">Over the limit as well: the client was promised.</param>
    public bool TryEnter(bool isPersistent)
    {
        if (Interlocked.Increment(ref _count) <= limit || isPersistent)
        {
            if (isPersistent)
                Interlocked.Increment(ref _persistent);
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave(bool isPersistent)
    {
        Interlocked.Decrement(ref _count);
        if (isPersistent)
            Interlocked.Decrement(ref _persistent);
    }
}
