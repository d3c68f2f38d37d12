using System.Security.Cryptography;

namespace Symbio.Security.Primitives;

/// <summary>
/// <see cref="AesGcm"/> contexts of one key. A context holds state of the operation under way, so each serves one thread
/// at a time; a session's key serves the send and receive loops of every channel. Contexts are made when all are busy
/// and kept up to a bound, so the steady state allocates nothing.
/// </summary>
/// <remarks>
/// A context is more than a kilobyte of native memory, which most sessions would hold for nothing: they sign the end of
/// their logon, and no more. So the first few uses of a key make a context each.
/// </remarks>
internal sealed class AesGcmPool : IDisposable
{
    public const int TagSize = 16;
    public const int NonceSize = 12;

    /// <summary>Kept contexts: more threads than this at the same instant on one key pay for a context each time.</summary>
    private const int MaxKept = 8;

    /// <summary>Uses after which contexts are kept: a logon and two TREE_CONNECTs are fewer.</summary>
    private const int KeptAfter = 8;

    private readonly byte[] _key;
    private AesGcm?[]? _idle; // Made by the first that is kept.
    private int _uses;
    private volatile bool _disposed;

    public AesGcmPool(ReadOnlySpan<byte> key)
    {
        _key = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(_key);
    }

    public AesGcm Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Volatile.Read(ref _idle) is { } idle)
        {
            for (int i = 0; i < MaxKept; i++)
            {
                if (Volatile.Read(ref idle[i]) is not null && Interlocked.Exchange(ref idle[i], null) is { } context)
                    return context;
            }
        }

        return new AesGcm(_key, TagSize);
    }

    public void Return(AesGcm context)
    {
        if (Volatile.Read(ref _idle) is not { } idle)
        {
            if (Interlocked.Increment(ref _uses) <= KeptAfter)
            {
                context.Dispose();
                return;
            }

            idle = new AesGcm?[MaxKept];
            idle = Interlocked.CompareExchange(ref _idle, idle, null) ?? idle;
        }

        for (int i = 0; i < MaxKept; i++)
        {
            if (Volatile.Read(ref idle[i]) is not null)
                continue;
            if (Interlocked.CompareExchange(ref idle[i], context, null) is not null)
                continue;
            // Disposal may have passed this slot already; then this thread clears it.
            if (_disposed)
                Interlocked.Exchange(ref idle[i], null)?.Dispose();
            return;
        }

        context.Dispose();
    }

    public void Dispose()
    {
        _disposed = true;
        Interlocked.MemoryBarrier(); // Either we see the contexts that are kept, or who keeps one sees that we are disposed.
        if (Volatile.Read(ref _idle) is { } idle)
        {
            for (int i = 0; i < MaxKept; i++)
                Interlocked.Exchange(ref idle[i], null)?.Dispose();
        }

        CryptographicOperations.ZeroMemory(_key);
    }
}
