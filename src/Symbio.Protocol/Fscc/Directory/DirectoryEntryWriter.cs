using System.Buffers.Binary;
using System.Diagnostics;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// Appends directory entries to a buffer: [MS-FSCC] 2.4.8 (Both), 2.4.10 (Directory), 2.4.14 (Full),
/// 2.4.17 to 2.4.23 (the classes with ids) and 2.4.32 (Names), and that of the POSIX extensions. Each entry starts at a multiple of 8, and
/// NextEntryOffset of the one before points to it. No allocation; the state may cross an await.
/// </summary>
public struct DirectoryEntryWriter
{
    /// <summary>ShortName is a fixed field of 12 characters.</summary>
    public const int MaxShortNameLength = ShortName.MaxLength;

    private const int ShortNameBytes = MaxShortNameLength * sizeof(char);

    // NextEntryOffset and FileIndex, what all classes have, inode and device.
    private const int PosixHeader = 8 + 52 + 16;

    private readonly DirectoryEntryLayout _layout;
    private int _last;

    /// <exception cref="ArgumentException">The class does not enumerate directories.</exception>
    public DirectoryEntryWriter(FileInformationClass informationClass)
    {
        _layout = DirectoryEntryLayout.Of(informationClass);
        if (!_layout.IsValid)
            throw new ArgumentException("Not a directory information class.", nameof(informationClass));
    }

    /// <summary>True for a class that QUERY_DIRECTORY can ask for.</summary>
    public static bool Supports(FileInformationClass informationClass) =>
        DirectoryEntryLayout.Of(informationClass).IsValid;

    /// <summary>
    /// Bytes of an entry before its name: a query that offers less gets STATUS_INFO_LENGTH_MISMATCH. 0 for a class
    /// that does not enumerate directories.
    /// </summary>
    public static int FixedLength(FileInformationClass informationClass) =>
        DirectoryEntryLayout.Of(informationClass).NameOffset;

    /// <summary>Entries of the class tell 8.3 names.</summary>
    public readonly bool HasShortName => _layout.HasShortName;

    /// <summary>Bytes of the buffer in use; no padding after the last entry.</summary>
    public int Length { get; private set; }

    /// <summary>Entries appended.</summary>
    public int Count { get; private set; }

    /// <summary>Appends an entry. False, and nothing changed, when it does not fit.</summary>
    /// <param name="buffer">The same bytes in every call; entries are written from its start.</param>
    /// <param name="name">FileName.</param>
    /// <param name="shortName">The 8.3 name, at most 12 characters; empty when the file has none.</param>
    public bool TryAppend(
        Span<byte> buffer, in DirectoryEntry entry, ReadOnlySpan<char> name, ReadOnlySpan<char> shortName = default)
    {
        Debug.Assert(shortName.Length <= MaxShortNameLength, "An 8.3 name has at most 12 characters.");
        int start = (Length + 7) & ~7;
        int size = NameOffset(entry) + (name.Length * sizeof(char));
        if (start > buffer.Length || size > buffer.Length - start)
            return false;

        buffer[Length..start].Clear();
        var writer = new WireWriter(buffer[start..]);
        writer.WriteUInt32(0); // NextEntryOffset
        writer.WriteUInt32(entry.FileIndex);
        if (_layout.HasCommon)
            WriteCommon(ref writer, entry);
        if (_layout.IsPosix)
            WritePosix(ref writer, entry);
        writer.WriteUInt32((uint)name.Length * sizeof(char));
        if (!_layout.IsPosix)
            WriteSpecific(ref writer, entry, shortName);
        Debug.Assert(writer.Position == NameOffset(entry), "The layout's fields end where the name starts.");
        writer.WriteUtf16(name);

        if (Count > 0)
            BinaryPrimitives.WriteInt32LittleEndian(buffer[_last..], start - _last);
        _last = start;
        Length = start + size;
        Count++;
        return true;
    }

    /// <summary>Bytes of this entry before its name.</summary>
    public readonly int NameOffset(in DirectoryEntry entry) => _layout.IsPosix
        ? PosixHeader + entry.Posix.Length + sizeof(uint)
        : _layout.NameOffset;

    // SMB_FIND_FILE_POSIX_INFORMATION, [POSIX-SMB2] 2.3.1.2.
    private static void WritePosix(ref WireWriter writer, in DirectoryEntry entry)
    {
        writer.WriteUInt64(entry.FileId);
        writer.WriteUInt32(entry.DeviceId);
        writer.WriteZeros(4);
        entry.Posix.Write(ref writer);
    }

    private static void WriteCommon(ref WireWriter writer, in DirectoryEntry entry)
    {
        writer.WriteInt64(entry.CreationTime.Ticks);
        writer.WriteInt64(entry.LastAccessTime.Ticks);
        writer.WriteInt64(entry.LastWriteTime.Ticks);
        writer.WriteInt64(entry.ChangeTime.Ticks);
        writer.WriteInt64(entry.EndOfFile);
        writer.WriteInt64(entry.AllocationSize);
        writer.WriteUInt32((uint)entry.FileAttributes);
    }

    // EaSize, ShortName and the padding before FileId of FileIdBothDirectoryInformation, in Apple's use.
    private static void WriteApple(ref WireWriter writer, in DirectoryEntry entry, in AppleEntry apple)
    {
        writer.WriteUInt32((uint)apple.MaximalAccess);
        writer.WriteUInt16(ShortNameBytes); // Apple's clients read on whatever it says; Samba says so, too.
        writer.WriteUInt64(apple.ResourceSize);
        writer.WriteUInt128(apple.FinderInfo);
        writer.WriteUInt16(apple.Mode);
        writer.WriteUInt64(entry.FileId);
    }

    private readonly void WriteSpecific(ref WireWriter writer, in DirectoryEntry entry, ReadOnlySpan<char> shortName)
    {
        if (entry.Apple is { } apple && _layout == DirectoryEntryLayout.Of(FileInformationClass.IdBothDirectory))
        {
            WriteApple(ref writer, entry, apple);
            return;
        }

        if (_layout.HasEaSize)
        {
            bool tagInEaSize = !_layout.HasReparseTag && (entry.FileAttributes & FileAttributes.ReparsePoint) != 0;
            writer.WriteUInt32(tagInEaSize ? (uint)entry.ReparseTag : entry.EaSize);
        }

        if (_layout.HasReparseTag)
            writer.WriteUInt32((uint)entry.ReparseTag);
        if (_layout.HasShortName && !_layout.ShortNameAfterId)
            WriteShortName(ref writer, shortName);
        if (_layout.HasFileId)
        {
            writer.WriteZeros(_layout.PadBeforeFileId);
            writer.WriteUInt64(entry.FileId);
        }

        if (_layout.HasFileId128)
            writer.WriteUInt128(entry.FileId128);
        if (_layout.HasShortName && _layout.ShortNameAfterId)
            WriteShortName(ref writer, shortName);
    }

    private static void WriteShortName(ref WireWriter writer, ReadOnlySpan<char> shortName)
    {
        writer.WriteByte((byte)(shortName.Length * sizeof(char)));
        writer.WriteByte(0);
        writer.WriteUtf16(shortName);
        writer.WriteZeros(ShortNameBytes - (shortName.Length * sizeof(char)));
    }
}
