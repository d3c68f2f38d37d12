using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Fscc;

/// <summary>SMB2_DUPLICATE_EXTENTS_DATA, input of FSCTL_DUPLICATE_EXTENTS_TO_FILE, [MS-FSCC] 2.3.7.2.</summary>
public readonly record struct DuplicateExtentsData(
    FileId SourceFileId, long SourceFileOffset, long TargetFileOffset, long ByteCount)
    : IInformation<DuplicateExtentsData>
{
    public static int MinimumLength => 40;

    public int Length => 40;

    public static bool TryRead(ref WireReader reader, out DuplicateExtentsData information)
    {
        var source = FileId.Read(ref reader);
        long sourceOffset = reader.ReadInt64();
        long targetOffset = reader.ReadInt64();
        information = new DuplicateExtentsData(source, sourceOffset, targetOffset, reader.ReadInt64());
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        SourceFileId.Write(ref writer);
        writer.WriteInt64(SourceFileOffset);
        writer.WriteInt64(TargetFileOffset);
        writer.WriteInt64(ByteCount);
    }
}
