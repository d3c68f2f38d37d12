using Symbio.Protocol.Smb2;
using Symbio.Security.Primitives;

namespace Symbio.Security.Signing;

/// <summary>AES-128-CMAC (RFC 4493) over the message, [MS-SMB2] 3.1.4.1.</summary>
internal sealed class AesCmacSigner(ReadOnlySpan<byte> key) : MessageSigner(SigningAlgorithm.AesCmac)
{
    private readonly AesCmac _cmac = new(key);

    private protected override void Compute(ReadOnlySpan<byte> message, Span<byte> signature) =>
        _cmac.Compute(message, signature);

    private protected override void Dispose(bool disposing) => _cmac.Dispose();
}
