namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 WRITE Response, [MS-SMB2] 2.2.22.</summary>
/// <param name="Count">Bytes written.</param>
/// <param name="Remaining">Reserved; 0.</param>
public readonly record struct WriteResponse(uint Count, uint Remaining = 0) : IResponse<WriteResponse>
{
    /// <summary>16 fixed bytes and the first byte of a Buffer that is never there.</summary>
    public const ushort StructureSize = 17;

    private const int FixedSize = 16;

    int IMessage<WriteResponse>.Length => FixedSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out WriteResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        reader.Skip(2); // Reserved
        message = new WriteResponse(reader.ReadUInt32(), reader.ReadUInt32());
        reader.Skip(4); // WriteChannelInfoOffset, WriteChannelInfoLength: reserved
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(0);
        writer.WriteUInt32(Count);
        writer.WriteUInt32(Remaining);
        writer.WriteUInt32(0);
    }
}
