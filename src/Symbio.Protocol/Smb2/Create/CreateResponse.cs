using Symbio.Protocol.Dtyp;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 CREATE Response, [MS-SMB2] 2.2.14.</summary>
/// <param name="Contexts">The create contexts; see <see cref="CreateContexts"/>.</param>
public readonly record struct CreateResponse(
    OplockLevel OplockLevel, CreateResponseFlags Flags, CreateAction CreateAction,
    FileTime CreationTime, FileTime LastAccessTime, FileTime LastWriteTime, FileTime ChangeTime,
    ulong AllocationSize, ulong EndOfFile, FileAttributes FileAttributes, FileId FileId,
    ReadOnlyMemory<byte> Contexts) : IResponse<CreateResponse>
{
    /// <summary>88 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 89;

    /// <summary>Bytes of the body before the create contexts.</summary>
    public const int FixedSize = 88;

    /// <summary>The create contexts; not yet known to be well-formed.</summary>
    public CreateContextList CreateContexts => new(Contexts);

    int IMessage<CreateResponse>.Length => FixedSize + Contexts.Length;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out CreateResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        var oplockLevel = (OplockLevel)reader.ReadByte();
        var flags = (CreateResponseFlags)reader.ReadByte();
        var action = (CreateAction)reader.ReadUInt32();
        var creationTime = new FileTime(reader.ReadInt64());
        var lastAccessTime = new FileTime(reader.ReadInt64());
        var lastWriteTime = new FileTime(reader.ReadInt64());
        var changeTime = new FileTime(reader.ReadInt64());
        ulong allocationSize = reader.ReadUInt64();
        ulong endOfFile = reader.ReadUInt64();
        var attributes = (FileAttributes)reader.ReadUInt32();
        reader.Skip(4); // Reserved2
        FileId fileId = FileId.Read(ref reader);
        message = new CreateResponse(
            oplockLevel, flags, action, creationTime, lastAccessTime, lastWriteTime, changeTime, allocationSize,
            endOfFile, attributes, fileId, reader.ReadSlice32(Smb2Header.Size + FixedSize));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte((byte)OplockLevel);
        writer.WriteByte((byte)Flags);
        writer.WriteUInt32((uint)CreateAction);
        writer.WriteInt64(CreationTime.Ticks);
        writer.WriteInt64(LastAccessTime.Ticks);
        writer.WriteInt64(LastWriteTime.Ticks);
        writer.WriteInt64(ChangeTime.Ticks);
        writer.WriteUInt64(AllocationSize);
        writer.WriteUInt64(EndOfFile);
        writer.WriteUInt32((uint)FileAttributes);
        writer.WriteUInt32(0);
        FileId.Write(ref writer);
        writer.WriteUInt32(Contexts.IsEmpty ? 0 : (uint)(Smb2Header.Size + FixedSize));
        writer.WriteUInt32((uint)Contexts.Length);
        writer.WriteBytes(Contexts.Span); // 64 + 88 is a multiple of 8.
    }
}

/// <summary>Flags of a CREATE response, [MS-SMB2] 2.2.14.</summary>
[Flags]
public enum CreateResponseFlags : byte
{
    None = 0,
    /// <summary>SMB2_CREATE_FLAG_REPARSEPOINT</summary>
    ReparsePoint = 0x01,
}

/// <summary>CreateAction, [MS-SMB2] 2.2.14.</summary>
public enum CreateAction : uint
{
    /// <summary>FILE_SUPERSEDED</summary>
    Superseded = 0x00000000,
    /// <summary>FILE_OPENED</summary>
    Opened = 0x00000001,
    /// <summary>FILE_CREATED</summary>
    Created = 0x00000002,
    /// <summary>FILE_OVERWRITTEN</summary>
    Overwritten = 0x00000003,
}
