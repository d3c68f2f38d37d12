using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>RPC_C_AUTHN_*, [MS-RPCE] 2.2.1.1.7.</summary>
public enum AuthType : byte
{
    None = 0,
    /// <summary>RPC_C_AUTHN_GSS_NEGOTIATE</summary>
    Negotiate = 9,
    /// <summary>RPC_C_AUTHN_WINNT</summary>
    Ntlm = 10,
    /// <summary>RPC_C_AUTHN_GSS_SCHANNEL</summary>
    Tls = 14,
    /// <summary>RPC_C_AUTHN_GSS_KERBEROS</summary>
    Kerberos = 16,
    /// <summary>RPC_C_AUTHN_NETLOGON</summary>
    Netlogon = 68,
}

/// <summary>RPC_C_AUTHN_LEVEL_*, [MS-RPCE] 2.2.1.1.8.</summary>
public enum AuthLevel : byte
{
    Default = 0,
    None = 1,
    Connect = 2,
    Call = 3,
    Pkt = 4,
    /// <summary>RPC_C_AUTHN_LEVEL_PKT_INTEGRITY: signed.</summary>
    PktIntegrity = 5,
    /// <summary>RPC_C_AUTHN_LEVEL_PKT_PRIVACY: signed and sealed.</summary>
    PktPrivacy = 6,
}

/// <summary>sec_trailer and the credentials behind it, [MS-RPCE] 2.2.2.11, at the end of a PDU.</summary>
/// <param name="PadLength">auth_pad_length: padding between the body and the trailer.</param>
/// <param name="Token">auth_value: a slice of the PDU.</param>
public readonly record struct AuthVerifier(
    AuthType Type, AuthLevel Level, byte PadLength, uint ContextId, ReadOnlyMemory<byte> Token)
{
    /// <summary>Bytes of the sec_trailer, without padding and token.</summary>
    public const int TrailerLength = 8;

    /// <summary>Separates the body of a whole PDU from its verifier; a verifier is null when there is none.</summary>
    public static bool TrySplit(
        PduHeader header, ReadOnlyMemory<byte> pdu, out ReadOnlyMemory<byte> withoutVerifier, out AuthVerifier? verifier)
    {
        withoutVerifier = pdu;
        verifier = null;
        if (header.AuthLength == 0)
            return true;

        int trailer = pdu.Length - header.AuthLength - TrailerLength;
        if (trailer < PduHeader.Length)
            return false;
        var reader = new NdrReader(pdu[trailer..], header.BigEndian);
        var type = (AuthType)reader.ReadByte();
        var level = (AuthLevel)reader.ReadByte();
        byte padding = reader.ReadByte();
        reader.Skip(1); // auth_reserved
        verifier = new AuthVerifier(type, level, padding, reader.ReadUInt32(), reader.ReadBytes(header.AuthLength));
        withoutVerifier = pdu[..trailer];
        if (padding > trailer - PduHeader.Length)
            return false;
        withoutVerifier = pdu[..(trailer - padding)];
        return true;
    }

    /// <summary>Pads the body to 4 and appends trailer and token; <see cref="PadLength"/> is what was needed.</summary>
    public void Write(ref NdrWriter writer)
    {
        int start = writer.Position;
        writer.Align(4);
        writer.WriteByte((byte)Type);
        writer.WriteByte((byte)Level);
        writer.WriteByte((byte)(writer.Position - 2 - start));
        writer.WriteByte(0);
        writer.WriteUInt32(ContextId);
        writer.WriteBytes(Token.Span);
        writer.PatchUInt16(PduHeader.AuthLengthOffset, (ushort)Token.Length);
    }
}
