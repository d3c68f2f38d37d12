namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_FILEID, [MS-SMB2] 2.2.14.1.</summary>
public readonly record struct FileId(ulong Persistent, ulong Volatile)
{
    /// <summary>All ones: in a related compound, "the file of the request before".</summary>
    public static FileId Any { get; } = new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>Reads the 16 bytes of an SMB2_FILEID.</summary>
    public static FileId Read(ref WireReader reader)
    {
        ulong persistent = reader.ReadUInt64();
        return new FileId(persistent, reader.ReadUInt64());
    }

    /// <summary>Writes the 16 bytes of an SMB2_FILEID.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(Persistent);
        writer.WriteUInt64(Volatile);
    }
}
