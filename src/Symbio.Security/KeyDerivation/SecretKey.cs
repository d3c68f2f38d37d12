using System.Security.Cryptography;

namespace Symbio.Security.KeyDerivation;

/// <summary>
/// Key material with one owner: pinned, so that the collector leaves no copies of it, and zeroed when disposed.
/// </summary>
public sealed class SecretKey : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    /// <summary>A copy of the bytes.</summary>
    public SecretKey(ReadOnlySpan<byte> bytes) : this(bytes.Length) => bytes.CopyTo(_bytes);

    /// <summary>A key of zeros, to be filled through <see cref="Writable"/>.</summary>
    internal SecretKey(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    public int Length => _bytes.Length;

    /// <exception cref="ObjectDisposedException">The key is gone: nobody may go on with zeros in its place.</exception>
    public ReadOnlySpan<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    internal Span<byte> Writable => _bytes;

    public SecretKey Copy() => new(Span);

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
