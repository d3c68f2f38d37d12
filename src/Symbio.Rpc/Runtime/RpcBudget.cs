namespace Symbio.Rpc.Runtime;

/// <summary>
/// Bytes that the pipes of one client hold together: what it has written and nobody has used, calls that are being assembled,
/// answers that it has not read. The limits of one pipe say nothing about thousands of them. Thread-safe.
/// </summary>
/// <param name="limit">Most bytes at once.</param>
public sealed class RpcBudget(long limit)
{
    private long _used;

    /// <summary>For who counts nothing.</summary>
    internal static RpcBudget Unlimited => new(long.MaxValue);

    /// <summary>Bytes that are held now.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Takes room; false when there is not so much, and then nothing was taken.</summary>
    internal bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
            return true;
        Give(bytes);
        return false;
    }

    /// <summary>Gives room back.</summary>
    internal void Give(int bytes) => Interlocked.Add(ref _used, -bytes);
}
