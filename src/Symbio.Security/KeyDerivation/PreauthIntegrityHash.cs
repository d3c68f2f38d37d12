using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Symbio.Security.KeyDerivation;

/// <summary>
/// Connection.PreauthIntegrityHashValue and Session.PreauthIntegrityHashValue: the SHA-512 chain over the messages
/// before authentication, [MS-SMB2] 3.2.5.2, 3.3.5.4 and 3.3.5.5. A value: copying a connection's hash starts a session's.
/// The default value is the 64 zero bytes a connection starts with.
/// </summary>
public struct PreauthIntegrityHash
{
    /// <summary>64 bytes, the SHA-512 digest.</summary>
    public const int Size = SHA512.HashSizeInBytes;

    private Buffer _value;

    /// <summary>The hash as a key derivation context.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Value => _value;

    /// <summary>Replaces the value by SHA-512(value || message).</summary>
    /// <param name="message">The whole message from its SMB2 header to its end, as it was on the wire.</param>
    public void Update(ReadOnlySpan<byte> message)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        sha.AppendData(Value);
        sha.AppendData(message);
        sha.GetHashAndReset(_value);
    }

    [InlineArray(Size)]
    private struct Buffer
    {
        private byte _first;
    }
}
