namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 CHANGE_NOTIFY Request, [MS-SMB2] 2.2.35.</summary>
public readonly record struct ChangeNotifyRequest(
    NotifyFlags Flags, uint OutputBufferLength, FileId FileId, CompletionFilter CompletionFilter)
    : IRequest<ChangeNotifyRequest>
{
    /// <summary>32 fixed bytes.</summary>
    public const ushort StructureSize = 32;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.ChangeNotify;

    int IMessage<ChangeNotifyRequest>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out ChangeNotifyRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        message = new ChangeNotifyRequest(
            Flags: (NotifyFlags)reader.ReadUInt16(),
            OutputBufferLength: reader.ReadUInt32(),
            FileId: FileId.Read(ref reader),
            CompletionFilter: (CompletionFilter)reader.ReadUInt32());
        reader.Skip(4); // Reserved
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16((ushort)Flags);
        writer.WriteUInt32(OutputBufferLength);
        FileId.Write(ref writer);
        writer.WriteUInt32((uint)CompletionFilter);
        writer.WriteUInt32(0);
    }
}

/// <summary>The Flags field of a CHANGE_NOTIFY request, [MS-SMB2] 2.2.35.</summary>
[Flags]
public enum NotifyFlags : ushort
{
    None = 0,
    /// <summary>SMB2_WATCH_TREE</summary>
    WatchTree = 0x0001,
}

/// <summary>CompletionFilter, [MS-SMB2] 2.2.35.</summary>
[Flags]
public enum CompletionFilter : uint
{
    None = 0,
    /// <summary>FILE_NOTIFY_CHANGE_FILE_NAME</summary>
    FileName = 0x00000001,
    /// <summary>FILE_NOTIFY_CHANGE_DIR_NAME</summary>
    DirName = 0x00000002,
    /// <summary>FILE_NOTIFY_CHANGE_ATTRIBUTES</summary>
    Attributes = 0x00000004,
    /// <summary>FILE_NOTIFY_CHANGE_SIZE</summary>
    Size = 0x00000008,
    /// <summary>FILE_NOTIFY_CHANGE_LAST_WRITE</summary>
    LastWrite = 0x00000010,
    /// <summary>FILE_NOTIFY_CHANGE_LAST_ACCESS</summary>
    LastAccess = 0x00000020,
    /// <summary>FILE_NOTIFY_CHANGE_CREATION</summary>
    Creation = 0x00000040,
    /// <summary>FILE_NOTIFY_CHANGE_EA</summary>
    Ea = 0x00000080,
    /// <summary>FILE_NOTIFY_CHANGE_SECURITY</summary>
    Security = 0x00000100,
    /// <summary>FILE_NOTIFY_CHANGE_STREAM_NAME</summary>
    StreamName = 0x00000200,
    /// <summary>FILE_NOTIFY_CHANGE_STREAM_SIZE</summary>
    StreamSize = 0x00000400,
    /// <summary>FILE_NOTIFY_CHANGE_STREAM_WRITE</summary>
    StreamWrite = 0x00000800,
    /// <summary>Every filter that the specification has.</summary>
    All = 0x00000FFF,
}
