using System.Buffers.Binary;
using System.Security.Cryptography;
using Symbio.Security.Primitives;

namespace Symbio.Security.Ntlm;

/// <summary>
/// Message integrity and confidentiality after an NTLM logon, [MS-NLMP] 3.4, with extended session security (the only
/// form that is safe to speak). Holds both directions' keys and sequence numbers. Not thread-safe: messages have an order.
/// </summary>
public sealed class NtlmSession : IDisposable
{
    /// <summary>NTLMSSP_MESSAGE_SIGNATURE, [MS-NLMP] 2.2.2.9.2: Version (4), Checksum (8), SeqNum (4).</summary>
    public const int SignatureSize = 16;

    private const int KeySize = 16;
    private const int ChecksumOffset = 4;
    private const int ChecksumSize = 8;
    private const int SeqNumOffset = 12;

    private readonly bool _keyExchange;
    private readonly Direction _outgoing;
    private readonly Direction _incoming;

    internal NtlmSession(ReadOnlySpan<byte> exportedSessionKey, NegotiateFlags flags, bool isServer)
    {
        _keyExchange = flags.HasFlag(NegotiateFlags.KeyExchange);
        // SIGNKEY and SEALKEY, [MS-NLMP] 3.4.5.2 and 3.4.5.3. The magic texts include their terminating zero.
        var toServer = new Direction(
            exportedSessionKey, flags,
            "session key to client-to-server signing key magic constant\0"u8,
            "session key to client-to-server sealing key magic constant\0"u8);
        var toClient = new Direction(
            exportedSessionKey, flags,
            "session key to server-to-client signing key magic constant\0"u8,
            "session key to server-to-client sealing key magic constant\0"u8);
        (_outgoing, _incoming) = isServer ? (toClient, toServer) : (toServer, toClient);
    }

    /// <summary>SIGN, [MS-NLMP] 3.4.4.2: the signature of the next outgoing message.</summary>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) =>
        MakeSignature(_outgoing, message, signature);

    /// <summary>Verifies the signature of the next incoming message.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[SignatureSize];
        MakeSignature(_incoming, message, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }

    /// <summary>SEAL, [MS-NLMP] 3.4.3: encrypts part of a message in place and signs the whole of it as it was.</summary>
    /// <param name="message">What is signed, with <paramref name="sealedPart"/> in it (DCE/RPC signs its header too).</param>
    /// <param name="sealedPart">The part of <paramref name="message"/> that is encrypted.</param>
    /// <param name="signature">16 bytes.</param>
    public void Seal(Span<byte> message, Range sealedPart, Span<byte> signature)
    {
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        ComputeChecksum(_outgoing, message, checksum);
        var part = message[sealedPart];
        _outgoing.Cipher.Transform(part, part);
        FinishSignature(_outgoing, checksum, signature);
    }

    /// <summary>Decrypts in place and verifies. After false the content is worthless.</summary>
    public bool Unseal(Span<byte> message, Range sealedPart, ReadOnlySpan<byte> signature)
    {
        var part = message[sealedPart];
        _incoming.Cipher.Transform(part, part);
        return Verify(message, signature);
    }

    /// <summary>
    /// The signature of SPNEGO's mechanism list. It takes a sequence number, but leaves the key stream where it was,
    /// [MS-SPNG] 3.3.5.1.
    /// </summary>
    internal byte[] GetMechListMic(ReadOnlySpan<byte> message)
    {
        byte[] mic = new byte[SignatureSize];
        using var saved = _outgoing.Cipher.Copy();
        Sign(message, mic);
        _outgoing.Restore(saved);
        return mic;
    }

    /// <summary>The other half of <see cref="GetMechListMic"/>.</summary>
    internal bool VerifyMechListMic(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mic)
    {
        using var saved = _incoming.Cipher.Copy();
        bool valid = Verify(message, mic);
        _incoming.Restore(saved);
        return valid;
    }

    public void Dispose()
    {
        _outgoing.Dispose();
        _incoming.Dispose();
    }

    private void MakeSignature(Direction direction, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        ComputeChecksum(direction, message, checksum);
        FinishSignature(direction, checksum, signature);
    }

    private static void ComputeChecksum(Direction direction, ReadOnlySpan<byte> message, Span<byte> checksum)
    {
        Span<byte> sequence = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(sequence, direction.SequenceNumber);
        Span<byte> hash = stackalloc byte[HMACMD5.HashSizeInBytes];
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.MD5, direction.SigningKey);
        hmac.AppendData(sequence);
        hmac.AppendData(message);
        hmac.GetHashAndReset(hash);
        hash[..ChecksumSize].CopyTo(checksum);
    }

    private void FinishSignature(Direction direction, Span<byte> checksum, Span<byte> signature)
    {
        if (_keyExchange)
            direction.Cipher.Transform(checksum, checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(signature, 1);
        checksum.CopyTo(signature[ChecksumOffset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(signature[SeqNumOffset..], direction.SequenceNumber);
        direction.SequenceNumber++;
    }

    private sealed class Direction : IDisposable
    {
        public Direction(
            ReadOnlySpan<byte> key, NegotiateFlags flags, ReadOnlySpan<byte> signMagic, ReadOnlySpan<byte> sealMagic)
        {
            MD5.HashData([.. key, .. signMagic], SigningKey);
            int sealLength = flags.HasFlag(NegotiateFlags.Negotiate128) ? KeySize
                : flags.HasFlag(NegotiateFlags.Negotiate56) ? 7 : 5;
            Span<byte> sealingKey = stackalloc byte[KeySize];
            MD5.HashData([.. key[..sealLength], .. sealMagic], sealingKey);
            Cipher = new Rc4(sealingKey);
            CryptographicOperations.ZeroMemory(sealingKey);
        }

        public byte[] SigningKey { get; } = GC.AllocateArray<byte>(KeySize, pinned: true);
        public Rc4 Cipher { get; private set; }
        public uint SequenceNumber { get; set; }

        public void Restore(Rc4 saved)
        {
            Cipher.Dispose();
            Cipher = saved.Copy();
        }

        public void Dispose()
        {
            CryptographicOperations.ZeroMemory(SigningKey);
            Cipher.Dispose();
        }
    }
}
