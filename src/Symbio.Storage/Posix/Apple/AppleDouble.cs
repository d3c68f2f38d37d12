using System.Buffers.Binary;

namespace Symbio.Storage.Posix;

/// <summary>A part of an AppleDouble file: what it is, where it begins, how many bytes it has.</summary>
internal readonly record struct AppleDoubleEntry(uint Id, uint Offset, uint Length)
{
    public ulong End => (ulong)Offset + Length;
}

/// <summary>
/// The header of an AppleDouble file, version 2 (RFC 1740, appendix B): a magic number, the version, 16 bytes that say who has
/// written it, the number of entries, and for each its id, offset and length. All numbers are big-endian.
/// </summary>
internal sealed class AppleDouble
{
    public const uint ResourceFork = 2;
    public const uint Comment = 4;
    public const uint FileDates = 8;
    public const uint FinderInfo = 9;
    public const uint AfpFileInfo = 14;

    /// <summary>Bytes before the entries.</summary>
    public const int FixedLength = 26;

    /// <summary>Bytes of an entry.</summary>
    public const int EntryLength = 12;

    /// <summary>The longest header that is read.</summary>
    public const int MaxHeader = FixedLength + (MaxEntries * EntryLength);

    private const int MaxEntries = 20; // There are no more ids that anybody writes.
    private const uint Magic = 0x00051607;
    private const uint Version = 0x00020000;
    private const int VersionOffset = 4;
    private const int FillerOffset = 8;
    private const int FillerLength = 16;
    private const int CountOffset = 24;

    private readonly AppleDoubleEntry[] _entries;

    private AppleDouble(AppleDoubleEntry[] entries) => _entries = entries;

    public IReadOnlyList<AppleDoubleEntry> Entries => _entries;

    /// <summary>Where an entry's length stands in the header; -1 when there is no such entry.</summary>
    public int LengthFieldOf(uint id)
    {
        int index = Array.FindIndex(_entries, entry => entry.Id == id);
        return index < 0 ? -1 : FixedLength + (index * EntryLength) + (2 * sizeof(uint));
    }

    public bool TryFind(uint id, out AppleDoubleEntry entry)
    {
        entry = Array.Find(_entries, candidate => candidate.Id == id);
        return entry.Id == id && id != 0;
    }

    /// <summary>Nothing follows this entry: it may grow.</summary>
    public bool IsLast(AppleDoubleEntry entry) =>
        _entries.All(other => other.Id == entry.Id || other.Length == 0 || other.End <= entry.Offset);

    /// <summary>
    /// Reads a header that is consistent in itself and with the whole: no id twice, no entry in the header, in another one or
    /// behind the end. Only a resource fork may end earlier than it says, as one does that was being cut.
    /// </summary>
    /// <param name="start">The beginning, <see cref="MaxHeader"/> bytes or all there are.</param>
    /// <param name="length">Bytes of the whole.</param>
    public static AppleDouble? TryRead(ReadOnlySpan<byte> start, ulong length)
    {
        if (start.Length < FixedLength || BinaryPrimitives.ReadUInt32BigEndian(start) != Magic
            || BinaryPrimitives.ReadUInt32BigEndian(start[VersionOffset..]) != Version)
        {
            return null;
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(start[CountOffset..]);
        int header = FixedLength + (count * EntryLength);
        if (count is 0 or > MaxEntries || start.Length < header)
            return null;
        var entries = new AppleDoubleEntry[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> field = start.Slice(FixedLength + (i * EntryLength), EntryLength);
            var entry = new AppleDoubleEntry(
                BinaryPrimitives.ReadUInt32BigEndian(field), BinaryPrimitives.ReadUInt32BigEndian(field[4..]),
                BinaryPrimitives.ReadUInt32BigEndian(field[8..]));
            bool fits = entry.Offset <= length && (entry.End <= length || entry.Id == ResourceFork);
            if (entry.Id == 0 || entry.Offset < header || !fits || Array.Exists(entries, other => Conflicts(other, entry)))
                return null;
            entries[i] = entry;
        }

        return new AppleDouble(entries);
    }

    /// <summary>Writes the header; the entries' own bytes are the caller's.</summary>
    /// <param name="writer">Who writes it, at most 16 characters.</param>
    public static void Write(Span<byte> destination, ReadOnlySpan<byte> writer, ReadOnlySpan<AppleDoubleEntry> entries)
    {
        destination[..(FixedLength + (entries.Length * EntryLength))].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(destination, Magic);
        BinaryPrimitives.WriteUInt32BigEndian(destination[VersionOffset..], Version);
        if (!writer.IsEmpty)
        {
            destination.Slice(FillerOffset, FillerLength).Fill((byte)' ');
            writer.CopyTo(destination.Slice(FillerOffset, FillerLength));
        }

        BinaryPrimitives.WriteUInt16BigEndian(destination[CountOffset..], (ushort)entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> field = destination.Slice(FixedLength + (i * EntryLength), EntryLength);
            BinaryPrimitives.WriteUInt32BigEndian(field, entries[i].Id);
            BinaryPrimitives.WriteUInt32BigEndian(field[4..], entries[i].Offset);
            BinaryPrimitives.WriteUInt32BigEndian(field[8..], entries[i].Length);
        }
    }

    private static bool Conflicts(AppleDoubleEntry one, AppleDoubleEntry other) =>
        one.Id == other.Id
        || (one.Length > 0 && other.Length > 0 && one.Offset < other.End && other.Offset < one.End);
}
