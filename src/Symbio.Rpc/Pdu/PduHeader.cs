using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>The 16 bytes that open every connection-oriented PDU, [C706] 12.6.3.1.</summary>
/// <param name="MinorVersion">rpc_vers_minor, 0 or 1; rpc_vers is always 5.</param>
/// <param name="BigEndian">Integer representation of everything behind the packed_drep, stub included.</param>
/// <param name="FragLength">frag_length: all bytes of the PDU.</param>
/// <param name="AuthLength">auth_length: bytes of the credentials alone; 0 without a verifier.</param>
public readonly record struct PduHeader(
    byte MinorVersion, PduType Type, PduFlags Flags, bool BigEndian, ushort FragLength, ushort AuthLength, uint CallId)
{
    public const int Length = 16;

    /// <summary>Offset of frag_length, patched when the length is known.</summary>
    public const int FragLengthOffset = 8;

    /// <summary>Offset of auth_length.</summary>
    public const int AuthLengthOffset = 10;

    /// <summary>RPC_C_VERSION: the only major version there is.</summary>
    private const byte MajorVersion = 5;

    public bool IsFirst => (Flags & PduFlags.FirstFrag) != 0;

    public bool IsLast => (Flags & PduFlags.LastFrag) != 0;

    /// <summary>Reads the header of the PDU at the start of <paramref name="pdu"/>, which may hold less or more.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> pdu, out PduHeader header)
    {
        header = default;
        if (pdu.Length < Length)
            return false;

        var span = pdu.Span;
        int integers = span[4] >> 4;
        int characters = span[4] & 0xF;
        var reader = new NdrReader(pdu, bigEndian: integers == 0);
        reader.Skip(FragLengthOffset);
        header = new PduHeader(
            MinorVersion: span[1],
            Type: (PduType)span[2],
            Flags: (PduFlags)span[3],
            BigEndian: integers == 0,
            FragLength: reader.ReadUInt16(),
            AuthLength: reader.ReadUInt16(),
            CallId: reader.ReadUInt32());

        // No EBCDIC and no VAX, Cray or IBM floats: [MS-RPCE] 2.2.4.11 has ASCII and IEEE alone.
        return span[0] == MajorVersion && header.MinorVersion <= 1 && integers <= 1 && characters == 0 &&
            span[5] == 0 && header.FragLength >= Length;
    }

    /// <summary>Writes the header, little-endian.</summary>
    public void Write(ref NdrWriter writer)
    {
        writer.WriteByte(MajorVersion);
        writer.WriteByte(MinorVersion);
        writer.WriteByte((byte)Type);
        writer.WriteByte((byte)Flags);
        writer.WriteUInt32(0x10); // packed_drep: little-endian, ASCII, IEEE.
        writer.WriteUInt16(FragLength);
        writer.WriteUInt16(AuthLength);
        writer.WriteUInt32(CallId);
    }
}
