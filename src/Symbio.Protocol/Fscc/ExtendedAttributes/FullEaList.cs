using System.Text;

namespace Symbio.Protocol.Fscc;

/// <summary>FileFullEaInformation, [MS-FSCC] 2.4.15: a list of extended attributes, each at a multiple of 4.</summary>
public static class FullEaList
{
    /// <summary>NextEntryOffset, Flags, EaNameLength, EaValueLength.</summary>
    private const int HeaderLength = 8;

    private const byte NeedEa = 0x80;

    /// <summary>A file has less than 64 KiB of them, [MS-FSA] 2.1.5.15.5: no list that is asked for or set need be longer.</summary>
    public const int MaxLength = 64 << 10;

    /// <summary>Bytes of the list.</summary>
    public static long Length(IReadOnlyList<FullEaEntry> entries)
    {
        long length = 0;
        for (int i = 0; i < entries.Count; i++)
            length = ((length + 3) & ~3L) + EntryLength(entries[i]);
        return length;
    }

    /// <summary>Bytes of one entry, without padding; EaSize of a file is the sum of these with padding.</summary>
    public static int EntryLength(in FullEaEntry entry) => HeaderLength + entry.Name.Length + 1 + entry.Value.Length;

    /// <summary>Writes the list; the writer turns invalid when it does not fit.</summary>
    public static void Write(ref WireWriter writer, IReadOnlyList<FullEaEntry> entries) =>
        Write(ref writer, entries, 0, entries.Count);

    /// <summary>
    /// Writes the entries from <paramref name="first"/> as far as they fit whole, and returns how many: a query that
    /// gets less than all answers STATUS_BUFFER_OVERFLOW, and goes on at the next.
    /// </summary>
    public static int WriteFitting(ref WireWriter writer, IReadOnlyList<FullEaEntry> entries, int first = 0)
    {
        int room = writer.Remaining;
        int length = 0;
        int count = 0;
        while (first + count < entries.Count)
        {
            int next = ((length + 3) & ~3) + EntryLength(entries[first + count]);
            if (next > room)
                break;
            length = next;
            count++;
        }

        Write(ref writer, entries, first, count);
        return count;
    }

    /// <summary>
    /// Reads and checks a whole list, as NtSetEaFile does before the file system sees it.
    /// </summary>
    /// <param name="errorOffset">Where the entry at fault starts; 0 on success.</param>
    /// <returns>Success, EaListInconsistent, InvalidEaName or InvalidEaFlag.</returns>
    public static NtStatus TryRead(
        ReadOnlyMemory<byte> memory, out IReadOnlyList<FullEaEntry> entries, out int errorOffset)
    {
        var list = new List<FullEaEntry>();
        entries = list;
        int position = 0;
        do
        {
            errorOffset = position;
            var reader = new WireReader(memory[position..]);
            var status = ReadEntry(ref reader, out var entry, out int next);
            if (status != NtStatus.Success)
            {
                entries = [];
                return status;
            }

            list.Add(entry);
            position = next == 0 ? 0 : position + next;
        }
        while (position != 0);

        errorOffset = 0;
        return NtStatus.Success;
    }

    /// <summary>An EA's name: no control characters and none of those that FAT refuses, [MS-FSCC] 2.4.15.</summary>
    public static bool IsValidName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > 255)
            return false;
        foreach (char c in name)
        {
            if (c is < ' ' or > '~' or '"' or '*' or '+' or ',' or '/' or ':' or ';' or '<' or '=' or '>' or '?' or
                '[' or '\\' or ']' or '|')
            {
                return false;
            }
        }

        return true;
    }

    private static void Write(ref WireWriter writer, IReadOnlyList<FullEaEntry> entries, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            var entry = entries[i];
            // -1 makes the writer invalid: no field can say that length.
            bool fits = entry.Name.Length <= byte.MaxValue && entry.Value.Length <= ushort.MaxValue;
            int length = EntryLength(entry);
            int padded = i == first + count - 1 ? 0 : (length + 3) & ~3;
            writer.WriteInt32(padded);
            writer.WriteByte(entry.IsCritical ? NeedEa : (byte)0);
            writer.WriteByte((byte)entry.Name.Length);
            writer.WriteUInt16((ushort)entry.Value.Length);
            var name = writer.Reserve(fits ? entry.Name.Length : -1);
            if (name.Length == entry.Name.Length)
                Encoding.ASCII.GetBytes(entry.Name, name);
            writer.WriteByte(0);
            writer.WriteBytes(entry.Value.Span);
            writer.WriteZeros(Math.Max(0, padded - length));
        }
    }

    private static NtStatus ReadEntry(ref WireReader reader, out FullEaEntry entry, out int next)
    {
        entry = default;
        int available = reader.Remaining;
        uint nextOffset = reader.ReadUInt32();
        byte flags = reader.ReadByte();
        int nameLength = reader.ReadByte();
        int valueLength = reader.ReadUInt16();
        var name = reader.ReadSpan(nameLength);
        byte terminator = reader.ReadByte();
        var value = reader.ReadBytes(valueLength);
        next = 0;
        if (!reader.IsValid || terminator != 0)
            return NtStatus.EaListInconsistent;

        // The next entry follows at once, aligned: no gap, no overlap, no way back.
        int length = (HeaderLength + nameLength + 1 + valueLength + 3) & ~3;
        if (nextOffset != 0 && (nextOffset != length || length > available))
            return NtStatus.EaListInconsistent;
        if ((flags & ~NeedEa) != 0)
            return NtStatus.InvalidEaFlag;
        string text = Encoding.Latin1.GetString(name);
        if (!IsValidName(text))
            return NtStatus.InvalidEaName;
        next = (int)nextOffset;
        entry = new FullEaEntry(flags != 0, text, value);
        return NtStatus.Success;
    }
}
