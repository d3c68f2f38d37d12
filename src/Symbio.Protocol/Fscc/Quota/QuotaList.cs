using System.Buffers.Binary;
using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>Lists of FILE_QUOTA_INFORMATION, [MS-FSCC] 2.4.40; entries start at multiples of 8.</summary>
public static class QuotaList
{
    /// <summary>The most SIDs that a query may name: a bound of ours, the specification has none.</summary>
    public const int MaxSids = 4096;

    private const int FixedLength = 40;

    /// <summary>The length of a list that was <paramref name="length"/> bytes long, with an entry of this account.</summary>
    public static int LengthWith(int length, Sid sid) => ((length + 7) & ~7) + FixedLength + sid.Length;

    /// <summary>Writes entries as far as they fit whole; returns how many.</summary>
    public static int WriteFitting(ref WireWriter writer, IReadOnlyList<QuotaEntry> entries)
    {
        int start = writer.Position;
        int last = start;
        int count = 0;
        foreach (var entry in entries)
        {
            int padding = (8 - ((writer.Position - start) & 7)) & 7;
            if (padding + FixedLength + entry.Sid.Length > writer.Remaining)
                break;
            writer.WriteZeros(padding);
            if (count++ > 0)
                writer.PatchUInt32(last, (uint)(writer.Position - last));
            last = writer.Position;
            writer.WriteUInt32(0); // NextEntryOffset
            writer.WriteInt32(entry.Sid.Length);
            writer.WriteInt64(entry.ChangeTime.Ticks);
            writer.WriteInt64(entry.QuotaUsed);
            writer.WriteInt64(entry.QuotaThreshold);
            writer.WriteInt64(entry.QuotaLimit);
            entry.Sid.Write(ref writer);
        }

        return count;
    }

    public static bool TryRead(ReadOnlyMemory<byte> memory, out IReadOnlyList<QuotaEntry> entries)
    {
        var list = new List<QuotaEntry>();
        entries = [];
        while (!memory.IsEmpty)
        {
            var reader = new WireReader(memory);
            uint next = reader.ReadUInt32();
            uint sidLength = reader.ReadUInt32();
            var changeTime = new FileTime(reader.ReadInt64());
            long used = reader.ReadInt64();
            long threshold = reader.ReadInt64();
            long limit = reader.ReadInt64();
            var bytes = reader.ReadSpan((int)Math.Min(sidLength, int.MaxValue));
            reader.Expect(next == 0 || (next >= FixedLength && next < (uint)memory.Length));
            if (!reader.IsValid || !Sid.TryRead(bytes, out var sid))
                return false;

            list.Add(new QuotaEntry(sid, changeTime, used, threshold, limit));
            if (next == 0)
                break;
            memory = memory[(int)next..];
        }

        entries = list;
        return true;
    }

    /// <summary>Reads FILE_GET_QUOTA_INFORMATION, [MS-FSCC] 2.4.40.1: the SIDs that a query wants.</summary>
    public static bool TryReadSids(ReadOnlyMemory<byte> memory, out IReadOnlyList<Sid> sids)
    {
        var list = new List<Sid>();
        sids = [];
        while (!memory.IsEmpty)
        {
            var reader = new WireReader(memory);
            uint next = reader.ReadUInt32();
            uint sidLength = reader.ReadUInt32();
            var bytes = reader.ReadSpan((int)Math.Min(sidLength, int.MaxValue));
            reader.Expect(next == 0 || (next >= 8 && next < (uint)memory.Length && list.Count < MaxSids - 1));
            if (!reader.IsValid || !Sid.TryRead(bytes, out var sid))
                return false;

            list.Add(sid);
            if (next == 0)
                break;
            memory = memory[(int)next..];
        }

        sids = list;
        return true;
    }

    /// <summary>FILE_GET_QUOTA_INFORMATION, [MS-FSCC] 2.4.40.1, of these SIDs; entries at multiples of 4.</summary>
    public static byte[] ToSidList(IReadOnlyList<Sid> sids)
    {
        byte[] bytes = new byte[sids.Sum(sid => 8 + sid.Length)]; // A SID's length is a multiple of 4.
        int position = 0;
        for (int i = 0; i < sids.Count; i++)
        {
            int length = 8 + sids[i].Length;
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(position), i == sids.Count - 1 ? 0 : length);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(position + 4), sids[i].Length);
            sids[i].Bytes.CopyTo(bytes.AsSpan(position + 8));
            position += length;
        }

        return bytes;
    }
}
