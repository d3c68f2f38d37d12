using Symbio.Protocol.Dtyp;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 CLOSE Response, [MS-SMB2] 2.2.16. All but the flags is 0 without PostqueryAttrib.</summary>
public readonly record struct CloseResponse(
    CloseFlags Flags, FileTime CreationTime, FileTime LastAccessTime, FileTime LastWriteTime, FileTime ChangeTime,
    ulong AllocationSize, ulong EndOfFile, FileAttributes FileAttributes) : IResponse<CloseResponse>
{
    /// <summary>60 fixed bytes.</summary>
    public const ushort StructureSize = 60;

    int IMessage<CloseResponse>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out CloseResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        var flags = (CloseFlags)reader.ReadUInt16();
        reader.Skip(4); // Reserved
        message = new CloseResponse(
            flags,
            CreationTime: new FileTime(reader.ReadInt64()),
            LastAccessTime: new FileTime(reader.ReadInt64()),
            LastWriteTime: new FileTime(reader.ReadInt64()),
            ChangeTime: new FileTime(reader.ReadInt64()),
            AllocationSize: reader.ReadUInt64(),
            EndOfFile: reader.ReadUInt64(),
            FileAttributes: (FileAttributes)reader.ReadUInt32());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16((ushort)Flags);
        writer.WriteUInt32(0);
        writer.WriteInt64(CreationTime.Ticks);
        writer.WriteInt64(LastAccessTime.Ticks);
        writer.WriteInt64(LastWriteTime.Ticks);
        writer.WriteInt64(ChangeTime.Ticks);
        writer.WriteUInt64(AllocationSize);
        writer.WriteUInt64(EndOfFile);
        writer.WriteUInt32((uint)FileAttributes);
    }
}
