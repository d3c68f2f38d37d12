using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Symbio.Security.Primitives;

/// <summary>
/// The RC4 stream cipher (vectors: RFC 6229). Broken; it is here because NTLM's key exchange and sealing are defined by
/// it ([MS-NLMP] 3.4). Not thread-safe.
/// </summary>
internal sealed class Rc4 : IDisposable
{
    private const int StateSize = 256;

    private readonly byte[] _state = GC.AllocateUninitializedArray<byte>(StateSize, pinned: true);
    private byte _i;
    private byte _j;

    public Rc4(ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < StateSize; i++)
            _state[i] = (byte)i;
        byte j = 0;
        for (int i = 0; i < StateSize; i++)
        {
            j += (byte)(_state[i] + key[i % key.Length]);
            (_state[i], _state[j]) = (_state[j], _state[i]);
        }
    }

    private Rc4(Rc4 other)
    {
        other._state.CopyTo(_state, 0);
        (_i, _j) = (other._i, other._j);
    }

    /// <summary>A cipher at the same place of the same key stream.</summary>
    public Rc4 Copy() => new(this);

    /// <summary>Encrypts or decrypts; the two spans may be the same.</summary>
    [SkipLocalsInit]
    public void Transform(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        for (int n = 0; n < source.Length; n++)
        {
            _i++;
            _j += _state[_i];
            (_state[_i], _state[_j]) = (_state[_j], _state[_i]);
            destination[n] = (byte)(source[n] ^ _state[(byte)(_state[_i] + _state[_j])]);
        }
    }

    /// <summary>RC4K of [MS-NLMP] section 6: one use of a key from the start of its key stream.</summary>
    public static void TransformOnce(ReadOnlySpan<byte> key, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        using var cipher = new Rc4(key);
        cipher.Transform(source, destination);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_state);
}
