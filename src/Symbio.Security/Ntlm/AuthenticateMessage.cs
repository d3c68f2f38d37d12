using System.Buffers.Binary;
using System.Text;

namespace Symbio.Security.Ntlm;

/// <summary>AUTHENTICATE_MESSAGE, [MS-NLMP] 2.2.1.3. Names are UTF-16: Symbio requires NTLMSSP_NEGOTIATE_UNICODE.</summary>
public readonly record struct AuthenticateMessage(
    NegotiateFlags Flags,
    ReadOnlyMemory<byte> LmResponse,
    ReadOnlyMemory<byte> NtResponse,
    string DomainName,
    string UserName,
    string Workstation,
    ReadOnlyMemory<byte> EncryptedRandomSessionKey)
{
    public const int MicOffset = 72;
    public const int MicSize = 16;

    private const int LmResponseFieldsOffset = 12;
    private const int NtResponseFieldsOffset = 20;
    private const int DomainNameFieldsOffset = 28;
    private const int UserNameFieldsOffset = 36;
    private const int WorkstationFieldsOffset = 44;
    private const int EncryptedRandomSessionKeyFieldsOffset = 52;
    private const int FlagsOffset = 60;
    private const int VersionOffset = 64;
    private const int FixedSize = MicOffset + MicSize;

    /// <summary>Up to NegotiateFlags: Version and MIC came later, and old peers leave them out.</summary>
    private const int MinSize = VersionOffset;

    public static bool TryRead(ReadOnlyMemory<byte> message, out AuthenticateMessage authenticate)
    {
        authenticate = default;
        if (!NtlmMessage.HasHeader(message.Span, NtlmMessage.Authenticate) || message.Length < MinSize
            || !NtlmMessage.TryReadField(message, LmResponseFieldsOffset, out var lmResponse)
            || !NtlmMessage.TryReadField(message, NtResponseFieldsOffset, out var ntResponse)
            || !NtlmMessage.TryReadField(message, DomainNameFieldsOffset, out var domainName)
            || !NtlmMessage.TryReadField(message, UserNameFieldsOffset, out var userName)
            || !NtlmMessage.TryReadField(message, WorkstationFieldsOffset, out var workstation)
            || !NtlmMessage.TryReadField(message, EncryptedRandomSessionKeyFieldsOffset, out var sessionKey))
        {
            return false;
        }
        if (((domainName.Length | userName.Length | workstation.Length) & 1) != 0)
            return false; // UTF-16 has no half characters.
        authenticate = new AuthenticateMessage(
            (NegotiateFlags)BinaryPrimitives.ReadUInt32LittleEndian(message.Span[FlagsOffset..]),
            lmResponse,
            ntResponse,
            Encoding.Unicode.GetString(domainName.Span),
            Encoding.Unicode.GetString(userName.Span),
            Encoding.Unicode.GetString(workstation.Span),
            sessionKey);
        return true;
    }

    /// <summary>The message with a MIC field of zeros, to be filled in when its value is known.</summary>
    public byte[] ToArray()
    {
        byte[] domainName = Encoding.Unicode.GetBytes(DomainName);
        byte[] userName = Encoding.Unicode.GetBytes(UserName);
        byte[] workstation = Encoding.Unicode.GetBytes(Workstation);
        byte[] message = new byte[FixedSize + domainName.Length + userName.Length + workstation.Length
            + LmResponse.Length + NtResponse.Length + EncryptedRandomSessionKey.Length];
        NtlmMessage.WriteHeader(message, NtlmMessage.Authenticate);
        int offset = FixedSize;
        NtlmMessage.WriteField(message, DomainNameFieldsOffset, domainName, ref offset);
        NtlmMessage.WriteField(message, UserNameFieldsOffset, userName, ref offset);
        NtlmMessage.WriteField(message, WorkstationFieldsOffset, workstation, ref offset);
        NtlmMessage.WriteField(message, LmResponseFieldsOffset, LmResponse.Span, ref offset);
        NtlmMessage.WriteField(message, NtResponseFieldsOffset, NtResponse.Span, ref offset);
        NtlmMessage.WriteField(
            message, EncryptedRandomSessionKeyFieldsOffset, EncryptedRandomSessionKey.Span, ref offset);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(FlagsOffset), (uint)Flags);
        if (Flags.HasFlag(NegotiateFlags.Version))
            NtlmMessage.Version.CopyTo(message.AsSpan(VersionOffset));
        return message;
    }
}
