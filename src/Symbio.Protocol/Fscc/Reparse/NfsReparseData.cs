namespace Symbio.Protocol.Fscc;

/// <summary>NFS_SPECFILE, [MS-FSCC] 2.1.2.6: what a Unix special file is; the values spell the name in ASCII.</summary>
public enum NfsFileType : ulong
{
    None = 0,
    /// <summary>NFS_SPECFILE_LNK</summary>
    SymbolicLink = 0x00000000014B4E4C,
    /// <summary>NFS_SPECFILE_CHR</summary>
    CharacterDevice = 0x0000000000524843,
    /// <summary>NFS_SPECFILE_BLK</summary>
    BlockDevice = 0x00000000004B4C42,
    /// <summary>NFS_SPECFILE_FIFO</summary>
    Fifo = 0x000000004F464946,
    /// <summary>NFS_SPECFILE_SOCK</summary>
    Socket = 0x000000004B434F53,
}

/// <summary>The data of IO_REPARSE_TAG_NFS, [MS-FSCC] 2.1.2.6.</summary>
/// <param name="Target">Of a symbolic link; empty otherwise.</param>
/// <param name="Major">Of a device; 0 otherwise.</param>
public readonly record struct NfsReparseData(NfsFileType Type, string Target, uint Major, uint Minor)
    : IInformation<NfsReparseData>
{
    public static int MinimumLength => 8;

    public int Length => 8 + (IsDevice ? 8 : Target.Length * sizeof(char));

    private bool IsDevice => Type is NfsFileType.CharacterDevice or NfsFileType.BlockDevice;

    public static bool TryRead(ref WireReader reader, out NfsReparseData information)
    {
        var type = (NfsFileType)reader.ReadUInt64();
        information = new NfsReparseData(type, string.Empty, 0, 0);
        switch (type)
        {
            case NfsFileType.SymbolicLink:
                reader.Expect(reader.Remaining > 0);
                information = information with { Target = reader.ReadUtf16(reader.Remaining) };
                break;
            case NfsFileType.CharacterDevice or NfsFileType.BlockDevice:
                information = information with { Major = reader.ReadUInt32(), Minor = reader.ReadUInt32() };
                break;
            case NfsFileType.Fifo or NfsFileType.Socket:
                break;
            default:
                reader.Fail();
                break;
        }

        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64((ulong)Type);
        if (IsDevice)
        {
            writer.WriteUInt32(Major);
            writer.WriteUInt32(Minor);
        }
        else
        {
            writer.WriteUtf16(Target);
        }
    }
}
