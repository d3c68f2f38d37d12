using Symbio.Protocol.Smb2;
using System.Security.Cryptography;

namespace Symbio.Security.Signing;

/// <summary>The first 16 bytes of HMAC-SHA256 over the message, [MS-SMB2] 3.1.4.1.</summary>
internal sealed class HmacSha256Signer : MessageSigner
{
    private readonly byte[] _key;

    public HmacSha256Signer(ReadOnlySpan<byte> key) : base(SigningAlgorithm.HmacSha256)
    {
        if (key.IsEmpty)
            throw new ArgumentException("A signing key is not empty.", nameof(key));
        _key = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(_key);
    }

    private protected override void Compute(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, message, hash);
        hash[..SignatureSize].CopyTo(signature);
    }

    private protected override void Dispose(bool disposing) => CryptographicOperations.ZeroMemory(_key);
}
