using Symbio.Protocol.Smb2;
using System.Buffers.Binary;
using Symbio.Security.Primitives;

namespace Symbio.Security.Signing;

/// <summary>
/// AES-128-GMAC (RFC 4543) over the message, [MS-SMB2] 3.1.4.1. The nonce follows from the message: MessageId, then one
/// bit for the sender's role and one for CANCEL, which reuses the MessageId of what it cancels.
/// </summary>
/// <remarks>
/// The nonce is only as unique as the pair (MessageId, role): a server must not sign two different responses with one
/// MessageId, which is why interim (STATUS_PENDING) responses go out unsigned, [MS-SMB2] 3.3.4.1.1.
/// </remarks>
internal sealed class AesGmacSigner : MessageSigner
{
    private const int KeySize = 16;
    private const int CommandOffset = 12;
    private const int MessageIdOffset = 24;
    private const ushort CancelCommand = 0x000C;

    /// <summary>SMB2_FLAGS_SERVER_TO_REDIR.</summary>
    private const uint ServerToRedirector = 0x00000001;

    private readonly AesNiGcm? _hardware;
    private readonly AesGcmPool? _contexts; // For processors without the instructions.

    public AesGmacSigner(ReadOnlySpan<byte> key, bool forceSoftware = false) : base(SigningAlgorithm.AesGmac)
    {
        if (key.Length != KeySize)
            throw new ArgumentException("An AES-128-GMAC key is 16 bytes long.", nameof(key));
        if (AesNiGcm.IsSupported && !forceSoftware)
            _hardware = new AesNiGcm(key);
        else
            _contexts = new AesGcmPool(key);
    }

    private protected override void Compute(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> nonce = stackalloc byte[AesGcmPool.NonceSize];
        WriteNonce(message, nonce);
        if (_hardware is not null)
        {
            _hardware.Authenticate(nonce, message, signature);
            return;
        }
        var context = _contexts!.Rent();
        try
        {
            context.Encrypt(nonce, [], [], signature, message);
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    internal static void WriteNonce(ReadOnlySpan<byte> message, Span<byte> nonce)
    {
        message.Slice(MessageIdOffset, 8).CopyTo(nonce);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(message[FlagsOffset..]);
        uint role = flags & ServerToRedirector;
        if (role == 0 && BinaryPrimitives.ReadUInt16LittleEndian(message[CommandOffset..]) == CancelCommand)
            role = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(nonce[8..], role);
    }

    private protected override void Dispose(bool disposing)
    {
        _hardware?.Dispose();
        _contexts?.Dispose();
    }
}
