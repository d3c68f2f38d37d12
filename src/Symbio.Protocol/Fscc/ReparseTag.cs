namespace Symbio.Protocol.Fscc;

/// <summary>Reparse tags, [MS-FSCC] 2.1.2.1.</summary>
public enum ReparseTag : uint
{
    /// <summary>IO_REPARSE_TAG_RESERVED_ZERO</summary>
    None = 0,
    /// <summary>IO_REPARSE_TAG_RESERVED_ONE</summary>
    ReservedOne = 1,
    /// <summary>IO_REPARSE_TAG_MOUNT_POINT</summary>
    MountPoint = 0xA0000003,
    /// <summary>IO_REPARSE_TAG_HSM</summary>
    Hsm = 0xC0000004,
    /// <summary>IO_REPARSE_TAG_SIS</summary>
    Sis = 0x80000007,
    /// <summary>IO_REPARSE_TAG_DFS</summary>
    Dfs = 0x8000000A,
    /// <summary>IO_REPARSE_TAG_SYMLINK</summary>
    SymbolicLink = 0xA000000C,
    /// <summary>IO_REPARSE_TAG_DFSR</summary>
    Dfsr = 0x80000012,
    /// <summary>IO_REPARSE_TAG_DEDUP</summary>
    Dedup = 0x80000013,
    /// <summary>IO_REPARSE_TAG_NFS</summary>
    Nfs = 0x80000014,
    /// <summary>IO_REPARSE_TAG_APPEXECLINK</summary>
    AppExecLink = 0x8000001B,
    /// <summary>IO_REPARSE_TAG_LX_SYMLINK</summary>
    LxSymbolicLink = 0xA000001D,
    /// <summary>IO_REPARSE_TAG_AF_UNIX</summary>
    AfUnix = 0x80000023,
    /// <summary>IO_REPARSE_TAG_LX_FIFO</summary>
    LxFifo = 0x80000024,
    /// <summary>IO_REPARSE_TAG_LX_CHR</summary>
    LxCharacterDevice = 0x80000025,
    /// <summary>IO_REPARSE_TAG_LX_BLK</summary>
    LxBlockDevice = 0x80000026,
}

/// <summary>The bits of a <see cref="ReparseTag"/>, [MS-FSCC] 2.1.2.1.</summary>
public static class ReparseTagExtensions
{
    extension(ReparseTag tag)
    {
        /// <summary>Microsoft owns the tag; its data carries no GUID.</summary>
        public bool IsMicrosoft => ((uint)tag & 0x80000000) != 0;

        /// <summary>A directory with the tag may have children.</summary>
        public bool AllowsChildren => ((uint)tag & 0x10000000) != 0;

        /// <summary>The file stands for another named entity.</summary>
        public bool IsNameSurrogate => ((uint)tag & 0x20000000) != 0;
    }
}
