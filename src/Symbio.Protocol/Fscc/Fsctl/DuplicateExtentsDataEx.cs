using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Fscc;

/// <summary>The flags of <see cref="DuplicateExtentsDataEx"/>.</summary>
[Flags]
public enum DuplicateExtentsFlags : uint
{
    None = 0,
    /// <summary>DUPLICATE_EXTENTS_DATA_EX_SOURCE_ATOMIC: all or nothing.</summary>
    SourceAtomic = 1,
}

/// <summary>SMB2_DUPLICATE_EXTENTS_DATA_EX, input of FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX, [MS-FSCC] 2.3.8.2.</summary>
public readonly record struct DuplicateExtentsDataEx(
    FileId SourceFileId, long SourceFileOffset, long TargetFileOffset, long ByteCount, DuplicateExtentsFlags Flags)
    : IInformation<DuplicateExtentsDataEx>
{
    /// <summary>What the specification wants in StructureSize, though the structure is longer.</summary>
    private const ulong StructureSize = 0x30;

    public static int MinimumLength => 56;

    public int Length => 56;

    public static bool TryRead(ref WireReader reader, out DuplicateExtentsDataEx information)
    {
        reader.Skip(8); // Deviation: StructureSize is not checked; clients send 0x30 and 0x38.
        var source = FileId.Read(ref reader);
        long sourceOffset = reader.ReadInt64();
        long targetOffset = reader.ReadInt64();
        long count = reader.ReadInt64();
        var flags = (DuplicateExtentsFlags)reader.ReadUInt32();
        reader.Skip(4); // Reserved
        information = new DuplicateExtentsDataEx(source, sourceOffset, targetOffset, count, flags);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(StructureSize);
        SourceFileId.Write(ref writer);
        writer.WriteInt64(SourceFileOffset);
        writer.WriteInt64(TargetFileOffset);
        writer.WriteInt64(ByteCount);
        writer.WriteUInt32((uint)Flags);
        writer.WriteUInt32(0);
    }
}
