namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 WRITE Request, [MS-SMB2] 2.2.21.</summary>
/// <param name="DataOffset">
/// As the client stated it, for the server's check against 0x100; <see cref="Write"/> states the true one.
/// </param>
/// <param name="Length">Bytes to write; with an RDMA channel 0, and <paramref name="RemainingBytes"/> counts.</param>
/// <param name="ChannelInfo">Buffer descriptors for <paramref name="Channel"/>.</param>
/// <param name="Data">
/// The bytes to write: a slice of the frame. A client may put them straight into the outgoing frame at
/// <see cref="FixedSize"/> and leave this empty: <see cref="Write"/> then writes the fixed part only.
/// </param>
public readonly record struct WriteRequest(
    ushort DataOffset, uint Length, ulong Offset, FileId FileId, Channel Channel, uint RemainingBytes,
    WriteFlags Flags, ReadOnlyMemory<byte> ChannelInfo, ReadOnlyMemory<byte> Data) : IRequest<WriteRequest>
{
    /// <summary>48 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 49;

    /// <summary>Bytes of the body before Buffer.</summary>
    public const int FixedSize = 48;

    private const ushort BufferOffset = Smb2Header.Size + FixedSize;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.Write;

    int IMessage<WriteRequest>.Length =>
        FixedSize + (IsFilledLater ? 0 : Math.Max(1, ChannelInfo.Length + Data.Length));

    private bool IsFilledLater => Length != 0 && Data.IsEmpty && ChannelInfo.IsEmpty;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out WriteRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        ushort dataOffset = reader.ReadUInt16();
        uint length = reader.ReadUInt32();
        ulong offset = reader.ReadUInt64();
        FileId fileId = FileId.Read(ref reader);
        var channel = (Channel)reader.ReadUInt32();
        uint remainingBytes = reader.ReadUInt32();
        ReadOnlyMemory<byte> channelInfo = reader.ReadSlice16(BufferOffset);
        message = new WriteRequest(
            dataOffset, length, offset, fileId, channel, remainingBytes,
            Flags: (WriteFlags)reader.ReadUInt32(),
            channelInfo,
            Data: reader.SliceAt(dataOffset, length, BufferOffset));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        bool isRemote = Data.IsEmpty && !ChannelInfo.IsEmpty; // The data comes by RDMA.
        writer.WriteUInt16(isRemote ? (ushort)0 : (ushort)(BufferOffset + ChannelInfo.Length));
        writer.WriteUInt32(IsFilledLater ? Length : (uint)Data.Length);
        writer.WriteUInt64(Offset);
        FileId.Write(ref writer);
        writer.WriteUInt32((uint)Channel);
        writer.WriteUInt32(RemainingBytes);
        writer.WriteUInt16(ChannelInfo.IsEmpty ? (ushort)0 : BufferOffset);
        writer.WriteUInt16((ushort)ChannelInfo.Length);
        writer.WriteUInt32((uint)Flags);
        writer.WriteBytes(ChannelInfo.Span);
        writer.WriteBytes(Data.Span);
        if (ChannelInfo.IsEmpty && Data.IsEmpty && !IsFilledLater)
            writer.WriteByte(0);
    }
}

/// <summary>The Flags field of a WRITE request, [MS-SMB2] 2.2.21.</summary>
[Flags]
public enum WriteFlags : uint
{
    None = 0,
    /// <summary>SMB2_WRITEFLAG_WRITE_THROUGH</summary>
    WriteThrough = 0x00000001,
    /// <summary>SMB2_WRITEFLAG_WRITE_UNBUFFERED</summary>
    WriteUnbuffered = 0x00000002,
}
