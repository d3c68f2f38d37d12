using System.Runtime.InteropServices;
using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// Walks a list of directory entries that a server sent; the classes of <see cref="DirectoryEntryWriter"/>.
/// </summary>
public ref struct DirectoryEntryReader
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly DirectoryEntryLayout _layout;
    private int _next;

    /// <exception cref="ArgumentException">The class does not enumerate directories.</exception>
    public DirectoryEntryReader(ReadOnlyMemory<byte> memory, FileInformationClass informationClass)
    {
        _memory = memory;
        _layout = DirectoryEntryLayout.Of(informationClass);
        _next = memory.IsEmpty ? -1 : 0;
        IsValid = true;
        if (!_layout.IsValid)
            throw new ArgumentException("Not a directory information class.", nameof(informationClass));
    }

    /// <summary>False once the list proved malformed; <see cref="MoveNext"/> then returned false.</summary>
    public bool IsValid { get; private set; }

    public DirectoryEntry Current { get; private set; }

    /// <summary>FileName of the current entry, in the list's own bytes.</summary>
    public ReadOnlySpan<char> Name { get; private set; }

    /// <summary>ShortName of the current entry; empty when it has none.</summary>
    public ReadOnlySpan<char> ShortName { get; private set; }

    /// <summary>Goes to the next entry; false at the end and when malformed.</summary>
    public bool MoveNext()
    {
        if (_next < 0)
            return false;
        var reader = new WireReader(_memory, _next);
        uint nextOffset = reader.ReadUInt32();
        uint index = reader.ReadUInt32();
        ReadEntry(ref reader, index);

        // Each entry starts after the end of the one before it: the walk ends, and no byte is part of two names.
        bool last = nextOffset == 0;
        reader.Expect(last || (nextOffset >= (uint)(reader.Position - _next) && nextOffset <= (uint)(_memory.Length - _next)));
        IsValid = reader.IsValid;
        _next = last || !IsValid ? -1 : _next + (int)nextOffset;
        return IsValid;
    }

    private void ReadEntry(ref WireReader reader, uint index)
    {
        var entry = new DirectoryEntry { FileIndex = index };
        if (_layout.HasCommon)
        {
            entry = entry with
            {
                CreationTime = new FileTime(reader.ReadInt64()),
                LastAccessTime = new FileTime(reader.ReadInt64()),
                LastWriteTime = new FileTime(reader.ReadInt64()),
                ChangeTime = new FileTime(reader.ReadInt64()),
                EndOfFile = reader.ReadInt64(),
                AllocationSize = reader.ReadInt64(),
                FileAttributes = (FileAttributes)reader.ReadUInt32(),
            };
        }

        if (_layout.IsPosix)
        {
            entry = entry with { FileId = reader.ReadUInt64(), DeviceId = reader.ReadUInt32() };
            reader.Skip(4); // Reserved
            PosixProperties posix = PosixProperties.Read(ref reader);
            entry = entry with { Posix = posix, ReparseTag = posix.ReparseTag };
        }

        uint nameLength = reader.ReadUInt32();
        if (_layout.HasEaSize)
        {
            uint eaSize = reader.ReadUInt32();
            bool isTag = !_layout.HasReparseTag && (entry.FileAttributes & FileAttributes.ReparsePoint) != 0;
            entry = isTag ? entry with { ReparseTag = (ReparseTag)eaSize } : entry with { EaSize = eaSize };
        }

        if (_layout.HasReparseTag)
            entry = entry with { ReparseTag = (ReparseTag)reader.ReadUInt32() };
        ShortName = _layout.HasShortName && !_layout.ShortNameAfterId ? ReadShortName(ref reader) : default;
        if (_layout.HasFileId)
        {
            reader.Skip(_layout.PadBeforeFileId);
            entry = entry with { FileId = reader.ReadUInt64() };
        }

        if (_layout.HasFileId128)
            entry = entry with { FileId128 = reader.ReadUInt128() };
        if (_layout.HasShortName && _layout.ShortNameAfterId)
            ShortName = ReadShortName(ref reader);
        Current = entry;
        reader.Expect(nameLength % sizeof(char) == 0 && nameLength <= int.MaxValue);
        Name = MemoryMarshal.Cast<byte, char>(reader.ReadSpan((int)nameLength));
    }

    private static ReadOnlySpan<char> ReadShortName(scoped ref WireReader reader)
    {
        int length = reader.ReadByte();
        reader.Skip(1);
        var field = reader.ReadSpan(DirectoryEntryWriter.MaxShortNameLength * sizeof(char));
        reader.Expect(length <= field.Length && length % sizeof(char) == 0);
        return reader.IsValid ? MemoryMarshal.Cast<byte, char>(field[..length]) : default;
    }
}
