namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 READ Request, [MS-SMB2] 2.2.19.</summary>
/// <param name="Padding">Offset from the header at which the client would like the data of the response.</param>
/// <param name="Length">Bytes to read.</param>
/// <param name="MinimumCount">Fewer bytes than this are an end of file.</param>
/// <param name="ChannelInfo">Buffer descriptors for <paramref name="Channel"/>.</param>
public readonly record struct ReadRequest(
    byte Padding, ReadFlags Flags, uint Length, ulong Offset, FileId FileId, uint MinimumCount,
    Channel Channel, uint RemainingBytes, ReadOnlyMemory<byte> ChannelInfo) : IRequest<ReadRequest>
{
    /// <summary>48 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 49;

    private const int FixedSize = 48;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.Read;

    int IMessage<ReadRequest>.Length => FixedSize + Math.Max(1, ChannelInfo.Length);

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out ReadRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        message = new ReadRequest( // Arguments are evaluated in order: this is the wire layout.
            Padding: reader.ReadByte(),
            Flags: (ReadFlags)reader.ReadByte(),
            Length: reader.ReadUInt32(),
            Offset: reader.ReadUInt64(),
            FileId: FileId.Read(ref reader),
            MinimumCount: reader.ReadUInt32(),
            Channel: (Channel)reader.ReadUInt32(),
            RemainingBytes: reader.ReadUInt32(),
            ChannelInfo: reader.ReadSlice16(Smb2Header.Size + FixedSize));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte(Padding);
        writer.WriteByte((byte)Flags);
        writer.WriteUInt32(Length);
        writer.WriteUInt64(Offset);
        FileId.Write(ref writer);
        writer.WriteUInt32(MinimumCount);
        writer.WriteUInt32((uint)Channel);
        writer.WriteUInt32(RemainingBytes);
        writer.WriteUInt16(ChannelInfo.IsEmpty ? (ushort)0 : (ushort)(Smb2Header.Size + FixedSize));
        writer.WriteUInt16((ushort)ChannelInfo.Length);
        writer.WriteBytes(ChannelInfo.Span);
        if (ChannelInfo.IsEmpty)
            writer.WriteByte(0);
    }
}

/// <summary>The Flags field of a READ request, [MS-SMB2] 2.2.19.</summary>
[Flags]
public enum ReadFlags : byte
{
    None = 0,
    /// <summary>SMB2_READFLAG_READ_UNBUFFERED</summary>
    Unbuffered = 0x01,
    /// <summary>SMB2_READFLAG_REQUEST_COMPRESSED</summary>
    RequestCompressed = 0x02,
}
