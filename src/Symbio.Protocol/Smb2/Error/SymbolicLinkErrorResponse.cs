namespace Symbio.Protocol.Smb2;

/// <summary>
/// Symbolic Link Error Response, [MS-SMB2] 2.2.2.2.1: the error data of STATUS_STOPPED_ON_SYMLINK.
/// </summary>
/// <param name="UnparsedPathLength">Bytes at the end of the requested name that come after the link.</param>
/// <param name="SubstituteName">The link's target, UTF-16LE.</param>
/// <param name="PrintName">The target as shown to users, UTF-16LE.</param>
public readonly record struct SymbolicLinkErrorResponse(
    ushort UnparsedPathLength, SymbolicLinkFlags Flags, ReadOnlyMemory<byte> SubstituteName,
    ReadOnlyMemory<byte> PrintName)
{
    /// <summary>SymLinkErrorTag: "SYML".</summary>
    public const uint SymLinkErrorTag = 0x4C4D5953;

    /// <summary>ReparseTag: IO_REPARSE_TAG_SYMLINK.</summary>
    public const uint ReparseTag = 0xA000000C;

    private const int FixedSize = 28;

    /// <summary>Bytes that <see cref="Write"/> produces.</summary>
    public int Length => FixedSize + SubstituteName.Length + PrintName.Length;

    /// <summary>Reads error data; false when it is malformed.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> data, out SymbolicLinkErrorResponse response)
    {
        var reader = new WireReader(data);
        reader.Expect(reader.ReadUInt32() <= (uint)reader.Remaining); // SymLinkLength
        reader.Expect(reader.ReadUInt32() == SymLinkErrorTag);
        reader.Expect(reader.ReadUInt32() == ReparseTag);
        reader.Skip(2); // ReparseDataLength
        ushort unparsed = reader.ReadUInt16();
        uint substituteOffset = reader.ReadUInt16();
        uint substituteLength = reader.ReadUInt16();
        uint printOffset = reader.ReadUInt16();
        uint printLength = reader.ReadUInt16();
        var flags = (SymbolicLinkFlags)reader.ReadUInt32();
        response = new SymbolicLinkErrorResponse(
            unparsed,
            flags,
            reader.SliceAt(FixedSize + substituteOffset, substituteLength),
            reader.SliceAt(FixedSize + printOffset, printLength));
        return reader.IsValid;
    }

    /// <summary>Writes the error data.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)(Length - 4));
        writer.WriteUInt32(SymLinkErrorTag);
        writer.WriteUInt32(ReparseTag);
        writer.WriteUInt16((ushort)(Length - 16)); // From SubstituteNameOffset on.
        writer.WriteUInt16(UnparsedPathLength);
        writer.WriteUInt16(0);
        writer.WriteUInt16((ushort)SubstituteName.Length);
        writer.WriteUInt16((ushort)SubstituteName.Length);
        writer.WriteUInt16((ushort)PrintName.Length);
        writer.WriteUInt32((uint)Flags);
        writer.WriteBytes(SubstituteName.Span);
        writer.WriteBytes(PrintName.Span);
    }
}

/// <summary>Flags of a Symbolic Link Error Response, [MS-SMB2] 2.2.2.2.1.</summary>
[Flags]
public enum SymbolicLinkFlags : uint
{
    /// <summary>The substitute name is a full path.</summary>
    None = 0,
    /// <summary>SYMLINK_FLAG_RELATIVE</summary>
    Relative = 0x00000001,
}
