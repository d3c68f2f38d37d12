using System.Security.Cryptography;

namespace Symbio.Security.Primitives;

/// <summary>
/// <see cref="AesGcm"/> contexts of one key. A context holds state of the operation under way, so each serves one thread
/// at a time; a session's key serves the send and receive loops of every channel. Contexts are made when all are busy
/// and kept up to a bound, so the steady state allocates nothing.
/// </summary>
internal sealed class AesGcmPool : IDisposable
{
    public const int TagSize = 16;
    public const int NonceSize = 12;

    /// <summary>Kept contexts: more threads than this at the same instant on one key pay for a context each time.</summary>
    private const int MaxKept = 8;

    private readonly byte[] _key;
    private readonly AesGcm?[] _idle = new AesGcm?[MaxKept];
    private volatile bool _disposed;

    public AesGcmPool(ReadOnlySpan<byte> key)
    {
        _key = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(_key);
        _idle[0] = new AesGcm(key, TagSize);
    }

    public AesGcm Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (int i = 0; i < MaxKept; i++)
        {
            if (Volatile.Read(ref _idle[i]) is not null && Interlocked.Exchange(ref _idle[i], null) is { } context)
                return context;
        }
        return new AesGcm(_key, TagSize);
    }

    public void Return(AesGcm context)
    {
        for (int i = 0; i < MaxKept; i++)
        {
            if (Volatile.Read(ref _idle[i]) is not null)
                continue;
            if (Interlocked.CompareExchange(ref _idle[i], context, null) is not null)
                continue;
            // Disposal may have passed this slot already; then this thread clears it.
            if (_disposed)
                Interlocked.Exchange(ref _idle[i], null)?.Dispose();
            return;
        }
        context.Dispose();
    }

    public void Dispose()
    {
        _disposed = true;
        for (int i = 0; i < MaxKept; i++)
            Interlocked.Exchange(ref _idle[i], null)?.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }
}
