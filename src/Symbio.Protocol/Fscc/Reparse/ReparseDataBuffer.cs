namespace Symbio.Protocol.Fscc;

/// <summary>
/// REPARSE_DATA_BUFFER and REPARSE_GUID_DATA_BUFFER, [MS-FSCC] 2.1.2.2 and 2.1.2.3: what FSCTL_SET_REPARSE_POINT
/// brings and FSCTL_GET_REPARSE_POINT answers.
/// </summary>
/// <param name="ReparseGuid">The owner of a tag that is not Microsoft's; empty for Microsoft's.</param>
/// <param name="Data">As the tag lays it out.</param>
public readonly record struct ReparseDataBuffer(ReparseTag Tag, Guid ReparseGuid, ReadOnlyMemory<byte> Data)
    : IInformation<ReparseDataBuffer>
{
    /// <summary>MAXIMUM_REPARSE_DATA_BUFFER_SIZE</summary>
    public const int MaxLength = 16 * 1024;

    public static int MinimumLength => 8;

    public int Length => (Tag.IsMicrosoft ? 8 : 24) + Data.Length;

    /// <summary>Reads a buffer that fills the rest of the reader exactly, as NTFS demands.</summary>
    public static bool TryRead(ref WireReader reader, out ReparseDataBuffer information)
    {
        reader.Expect(reader.Remaining <= MaxLength);
        var tag = (ReparseTag)reader.ReadUInt32();
        int length = reader.ReadUInt16();
        reader.Skip(2); // Reserved
        var guid = tag.IsMicrosoft ? Guid.Empty : reader.ReadGuid();
        reader.Expect(length == reader.Remaining);
        information = new ReparseDataBuffer(tag, guid, reader.ReadBytes(length));
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)Tag);
        writer.WriteUInt16((ushort)Data.Length);
        writer.WriteUInt16(0);
        if (!Tag.IsMicrosoft)
            writer.WriteGuid(ReparseGuid);
        writer.WriteBytes(Data.Span);
    }
}
