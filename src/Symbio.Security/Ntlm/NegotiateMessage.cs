using System.Buffers.Binary;

namespace Symbio.Security.Ntlm;

/// <summary>NEGOTIATE_MESSAGE, [MS-NLMP] 2.2.1.1. The OEM domain and workstation names, which nothing uses, are skipped.</summary>
public readonly record struct NegotiateMessage(NegotiateFlags Flags)
{
    private const int FlagsOffset = 12;
    private const int VersionOffset = 32;
    private const int Size = 40;

    public static bool TryRead(ReadOnlySpan<byte> message, out NegotiateMessage negotiate)
    {
        negotiate = default;
        if (!NtlmMessage.HasHeader(message, NtlmMessage.Negotiate) || message.Length < FlagsOffset + sizeof(uint))
            return false;
        negotiate = new NegotiateMessage(
            (NegotiateFlags)BinaryPrimitives.ReadUInt32LittleEndian(message[FlagsOffset..]));
        return true;
    }

    public byte[] ToArray()
    {
        byte[] message = new byte[Size];
        NtlmMessage.WriteHeader(message, NtlmMessage.Negotiate);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(FlagsOffset), (uint)Flags);
        if (Flags.HasFlag(NegotiateFlags.Version))
            NtlmMessage.Version.CopyTo(message.AsSpan(VersionOffset));
        return message;
    }
}
