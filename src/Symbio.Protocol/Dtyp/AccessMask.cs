namespace Symbio.Protocol.Dtyp;

/// <summary>ACCESS_MASK, [MS-DTYP] 2.4.3, with the file and directory rights of [MS-SMB2] 2.2.13.1.</summary>
[Flags]
public enum AccessMask : uint
{
    None = 0,
    /// <summary>FILE_READ_DATA</summary>
    ReadData = 0x00000001,
    /// <summary>FILE_LIST_DIRECTORY</summary>
    ListDirectory = ReadData,
    /// <summary>FILE_WRITE_DATA</summary>
    WriteData = 0x00000002,
    /// <summary>FILE_ADD_FILE</summary>
    AddFile = WriteData,
    /// <summary>FILE_APPEND_DATA</summary>
    AppendData = 0x00000004,
    /// <summary>FILE_ADD_SUBDIRECTORY</summary>
    AddSubdirectory = AppendData,
    /// <summary>FILE_READ_EA</summary>
    ReadEa = 0x00000008,
    /// <summary>FILE_WRITE_EA</summary>
    WriteEa = 0x00000010,
    /// <summary>FILE_EXECUTE</summary>
    Execute = 0x00000020,
    /// <summary>FILE_TRAVERSE</summary>
    Traverse = Execute,
    /// <summary>FILE_DELETE_CHILD</summary>
    DeleteChild = 0x00000040,
    /// <summary>FILE_READ_ATTRIBUTES</summary>
    ReadAttributes = 0x00000080,
    /// <summary>FILE_WRITE_ATTRIBUTES</summary>
    WriteAttributes = 0x00000100,
    /// <summary>DELETE</summary>
    Delete = 0x00010000,
    /// <summary>READ_CONTROL</summary>
    ReadControl = 0x00020000,
    /// <summary>WRITE_DAC</summary>
    WriteDac = 0x00040000,
    /// <summary>WRITE_OWNER</summary>
    WriteOwner = 0x00080000,
    /// <summary>SYNCHRONIZE</summary>
    Synchronize = 0x00100000,
    /// <summary>ACCESS_SYSTEM_SECURITY</summary>
    SystemSecurity = 0x01000000,
    /// <summary>MAXIMUM_ALLOWED</summary>
    MaximumAllowed = 0x02000000,
    /// <summary>GENERIC_ALL</summary>
    GenericAll = 0x10000000,
    /// <summary>GENERIC_EXECUTE</summary>
    GenericExecute = 0x20000000,
    /// <summary>GENERIC_WRITE</summary>
    GenericWrite = 0x40000000,
    /// <summary>GENERIC_READ</summary>
    GenericRead = 0x80000000,

    /// <summary>FILE_ALL_ACCESS: what GENERIC_ALL means for a file.</summary>
    FileAll = 0x001F01FF,
    /// <summary>FILE_GENERIC_READ</summary>
    FileGenericRead = 0x00120089,
    /// <summary>FILE_GENERIC_WRITE</summary>
    FileGenericWrite = 0x00120116,
    /// <summary>FILE_GENERIC_EXECUTE</summary>
    FileGenericExecute = 0x001200A0,
}
