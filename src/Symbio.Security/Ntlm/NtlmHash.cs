using System.Security.Cryptography;
using System.Text;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Primitives;

namespace Symbio.Security.Ntlm;

/// <summary>
/// NTOWFv1, [MS-NLMP] 3.3.1: MD4 of the password in UTF-16LE. As good as the password to whoever has it. Zeroed on dispose.
/// </summary>
public sealed class NtlmHash : IDisposable
{
    /// <summary>16 bytes.</summary>
    public const int Size = Md4.HashSize;

    private readonly SecretKey _value;

    /// <summary>A copy of a stored hash.</summary>
    public NtlmHash(ReadOnlySpan<byte> value)
    {
        if (value.Length != Size)
            throw new ArgumentException("An NT hash is 16 bytes long.", nameof(value));
        _value = new SecretKey(value);
    }

    public ReadOnlySpan<byte> Value => _value.Span;

    public static NtlmHash FromPassword(ReadOnlySpan<char> password)
    {
        byte[] utf16 = GC.AllocateUninitializedArray<byte>(Encoding.Unicode.GetByteCount(password), pinned: true);
        Span<byte> hash = stackalloc byte[Size];
        try
        {
            Encoding.Unicode.GetBytes(password, utf16);
            Md4.HashData(utf16, hash);
            return new NtlmHash(hash);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(utf16);
            CryptographicOperations.ZeroMemory(hash);
        }
    }

    public void Dispose() => _value.Dispose();
}
