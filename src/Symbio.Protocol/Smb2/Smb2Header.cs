namespace Symbio.Protocol.Smb2;

/// <summary>
/// SMB2 Packet Header, [MS-SMB2] 2.2.1.1 (ASYNC) and 2.2.1.2 (SYNC). Of <see cref="AsyncId"/> and
/// <see cref="TreeId"/> only one is on the wire: AsyncId when <see cref="Smb2HeaderFlags.AsyncCommand"/> is set.
/// </summary>
/// <param name="CreditCharge">Credits that this request costs; 0 counts as 1.</param>
/// <param name="Status">In a request of the 3.x dialects: ChannelSequence in the low 16 bits.</param>
/// <param name="Credits">CreditRequest or CreditResponse.</param>
/// <param name="NextCommand">Offset of the next message of a compound from this header; 0 for the last.</param>
public readonly record struct Smb2Header(
    ushort CreditCharge,
    NtStatus Status,
    Smb2Command Command,
    ushort Credits,
    Smb2HeaderFlags Flags,
    uint NextCommand,
    ulong MessageId,
    ulong AsyncId,
    uint TreeId,
    ulong SessionId)
{
    /// <summary>Bytes of the header on the wire.</summary>
    public const int Size = 64;

    /// <summary>StructureSize, the same number.</summary>
    public const ushort StructureSize = 64;

    /// <summary>Where the 16-byte Signature stands.</summary>
    public const int SignatureOffset = 48;

    /// <summary>ProtocolId of a plain SMB2 message: 0xFE 'S' 'M' 'B'.</summary>
    public const uint ProtocolId = 0x424D53FE;

    /// <summary>ProtocolId of an SMB1 message: 0xFF 'S' 'M' 'B'.</summary>
    public const uint Smb1ProtocolId = 0x424D53FF;

    /// <summary>ProtocolId of an SMB2 TRANSFORM_HEADER (encrypted): 0xFD 'S' 'M' 'B'.</summary>
    public const uint TransformProtocolId = 0x424D53FD;

    /// <summary>ProtocolId of an SMB2 COMPRESSION_TRANSFORM_HEADER: 0xFC 'S' 'M' 'B'.</summary>
    public const uint CompressionProtocolId = 0x424D53FC;

    /// <summary>ChannelSequence of a 3.x request.</summary>
    public ushort ChannelSequence => (ushort)(uint)Status;

    /// <summary>True for a response.</summary>
    public bool IsResponse => (Flags & Smb2HeaderFlags.ServerToRedir) != 0;

    /// <summary>Reads a header; false when it is cut short, or ProtocolId or StructureSize is wrong.</summary>
    public static bool TryRead(ref WireReader reader, out Smb2Header header)
    {
        reader.Expect(reader.ReadUInt32() == ProtocolId);
        reader.ExpectStructureSize(StructureSize);
        ushort creditCharge = reader.ReadUInt16();
        var status = (NtStatus)reader.ReadUInt32();
        var command = (Smb2Command)reader.ReadUInt16();
        ushort credits = reader.ReadUInt16();
        var flags = (Smb2HeaderFlags)reader.ReadUInt32();
        uint nextCommand = reader.ReadUInt32();
        ulong messageId = reader.ReadUInt64();
        ulong asyncId = 0;
        uint treeId = 0;
        if ((flags & Smb2HeaderFlags.AsyncCommand) != 0)
        {
            asyncId = reader.ReadUInt64();
        }
        else
        {
            reader.Skip(4); // Reserved
            treeId = reader.ReadUInt32();
        }

        ulong sessionId = reader.ReadUInt64();
        reader.Skip(16); // Signature: looked at in place by whoever verifies it.
        header = new Smb2Header(
            creditCharge, status, command, credits, flags, nextCommand, messageId, asyncId, treeId, sessionId);
        return reader.IsValid;
    }

    /// <summary>Writes the header with a zero signature.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(ProtocolId);
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(CreditCharge);
        writer.WriteUInt32((uint)Status);
        writer.WriteUInt16((ushort)Command);
        writer.WriteUInt16(Credits);
        writer.WriteUInt32((uint)Flags);
        writer.WriteUInt32(NextCommand);
        writer.WriteUInt64(MessageId);
        if ((Flags & Smb2HeaderFlags.AsyncCommand) != 0)
        {
            writer.WriteUInt64(AsyncId);
        }
        else
        {
            writer.WriteUInt32(0);
            writer.WriteUInt32(TreeId);
        }

        writer.WriteUInt64(SessionId);
        writer.WriteZeros(16);
    }
}
