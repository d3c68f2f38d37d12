namespace Symbio.Protocol.Smb2;

/// <summary>
/// SMB_COM_NEGOTIATE request, [MS-CIFS] 2.2.4.52.1: all that an SMB2 server reads of SMB1, to move a client that
/// starts with the multi-protocol negotiation on to SMB2, [MS-SMB2] 3.3.5.3.1.
/// </summary>
/// <param name="DialectBytes">The Dialects array: each a 0x02 byte and a zero-terminated ASCII string.</param>
public readonly record struct SmbNegotiateRequest(ReadOnlyMemory<byte> DialectBytes)
{
    private const int HeaderSize = 32;
    private const byte CommandNegotiate = 0x72;
    private const byte BufferFormatDialect = 0x02;

    /// <summary>True when the client offers "SMB 2.002".</summary>
    public bool OffersSmb2002 => Contains("SMB 2.002"u8);

    /// <summary>True when the client offers "SMB 2.???".</summary>
    public bool OffersSmb2Wildcard => Contains("SMB 2.???"u8);

    /// <summary>Reads a whole SMB1 message, header included; false when it is no well-formed negotiate.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> frame, out SmbNegotiateRequest request)
    {
        var reader = new WireReader(frame);
        reader.Expect(reader.ReadUInt32() == Smb2Header.Smb1ProtocolId);
        reader.Expect(reader.ReadByte() == CommandNegotiate);
        reader.Skip(HeaderSize - 5);
        reader.Expect(reader.ReadByte() == 0); // WordCount
        request = new SmbNegotiateRequest(reader.ReadBytes(reader.ReadUInt16()));
        return reader.IsValid && request.IsWellFormed();
    }

    /// <summary>True when <paramref name="dialect"/> (without its terminator) is offered.</summary>
    public bool Contains(ReadOnlySpan<byte> dialect)
    {
        ReadOnlySpan<byte> rest = DialectBytes.Span;
        while (TryTake(ref rest, out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual(dialect))
                return true;
        }

        return false;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (rest.IsEmpty || rest[0] != BufferFormatDialect)
            return false;
        int end = rest.IndexOf((byte)0);
        if (end < 0)
            return false;
        name = rest[1..end];
        rest = rest[(end + 1)..];
        return true;
    }

    private bool IsWellFormed()
    {
        ReadOnlySpan<byte> rest = DialectBytes.Span;
        while (TryTake(ref rest, out _))
        {
        }

        return rest.IsEmpty;
    }
}
