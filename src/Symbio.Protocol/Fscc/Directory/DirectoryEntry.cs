using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// What the directory information classes of [MS-FSCC] 2.4 can say about one entry, but for its names, which are
/// passed as spans beside it. Each class takes the fields that it has.
/// </summary>
public readonly record struct DirectoryEntry
{
    /// <summary>Position in the directory; 0 when the store has none, as on NTFS.</summary>
    public uint FileIndex { get; init; }
    public FileTime CreationTime { get; init; }
    public FileTime LastAccessTime { get; init; }
    public FileTime LastWriteTime { get; init; }
    public FileTime ChangeTime { get; init; }
    public long EndOfFile { get; init; }
    public long AllocationSize { get; init; }
    public FileAttributes FileAttributes { get; init; }
    public uint EaSize { get; init; }

    /// <summary>
    /// The tag of a reparse point. The classes without a field for it carry it in EaSize when
    /// <see cref="FileAttributes.ReparsePoint"/> is set.
    /// </summary>
    public ReparseTag ReparseTag { get; init; }

    public ulong FileId { get; init; }

    /// <summary>The 128-bit id of the classes that have one.</summary>
    public UInt128 FileId128 { get; init; }

    /// <summary>The volume that the file is on, for <see cref="FileInformationClass.Posix"/>.</summary>
    public uint DeviceId { get; init; }

    /// <summary>Told by <see cref="FileInformationClass.IdBothDirectory"/> in place of EaSize and the short name.</summary>
    public AppleEntry? Apple { get; init; }

    /// <summary>What <see cref="FileInformationClass.Posix"/> tells besides; that class needs it.</summary>
    public PosixProperties Posix { get; init; }
}
