using System.Buffers.Binary;

namespace Symbio.Security.Ntlm;

/// <summary>What the three messages have in common: Signature, MessageType and the (length, offset) fields of 2.2.</summary>
internal static class NtlmMessage
{
    public const int HeaderSize = 12;
    public const uint Negotiate = 1;
    public const uint Challenge = 2;
    public const uint Authenticate = 3;

    public static ReadOnlySpan<byte> Signature => "NTLMSSP\0"u8;

    /// <summary>
    /// VERSION, [MS-NLMP] 2.2.2.10: version 6.1, build 0, NTLMSSP_REVISION_W2K3. Windows peers look at the revision alone.
    /// </summary>
    public static ReadOnlySpan<byte> Version => [6, 1, 0, 0, 0, 0, 0, 15];

    public static bool HasHeader(ReadOnlySpan<byte> message, uint type) =>
        message.Length >= HeaderSize
        && message.StartsWith(Signature)
        && BinaryPrimitives.ReadUInt32LittleEndian(message[Signature.Length..]) == type;

    public static void WriteHeader(Span<byte> message, uint type)
    {
        Signature.CopyTo(message);
        BinaryPrimitives.WriteUInt32LittleEndian(message[Signature.Length..], type);
    }

    /// <summary>Reads Len (2), MaxLen (2, ignored), BufferOffset (4) at a place that the caller knows to exist.</summary>
    public static bool TryReadField(ReadOnlyMemory<byte> message, int at, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(message.Span[at..]);
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(message.Span[(at + 4)..]);
        if (length == 0)
            return true; // The offset of an empty field means nothing.
        if (offset < HeaderSize || offset > (uint)message.Length || length > message.Length - (int)offset)
            return false;
        payload = message.Slice((int)offset, length);
        return true;
    }

    /// <summary>Writes a field and its payload, and moves the offset past the payload.</summary>
    public static void WriteField(Span<byte> message, int at, ReadOnlySpan<byte> payload, ref int offset)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(message[at..], checked((ushort)payload.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(message[(at + 2)..], (ushort)payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message[(at + 4)..], offset);
        payload.CopyTo(message[offset..]);
        offset += payload.Length;
    }
}
