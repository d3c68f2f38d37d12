namespace Symbio.Protocol.Fscc;

/// <summary>Reads FileStreamInformation, [MS-FSCC] 2.4.47.</summary>
public static class StreamList
{
    /// <summary>Reads a whole list; empty for an object without streams (a directory).</summary>
    public static bool TryRead(ReadOnlyMemory<byte> memory, out IReadOnlyList<StreamEntry> streams)
    {
        var list = new List<StreamEntry>();
        streams = list;
        while (!memory.IsEmpty)
        {
            var reader = new WireReader(memory);
            uint next = reader.ReadUInt32();
            uint nameLength = reader.ReadUInt32();
            long size = reader.ReadInt64();
            long allocationSize = reader.ReadInt64();
            string name = reader.ReadUtf16((int)Math.Min(nameLength, int.MaxValue));
            reader.Expect(next == 0 || (next >= (uint)reader.Position && next < (uint)memory.Length));
            if (!reader.IsValid)
            {
                streams = [];
                return false;
            }

            list.Add(new StreamEntry(name, size, allocationSize));
            if (next == 0)
                break;
            memory = memory[(int)next..];
        }

        return true;
    }
}
