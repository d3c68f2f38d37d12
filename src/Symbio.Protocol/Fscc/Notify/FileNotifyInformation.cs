namespace Symbio.Protocol.Fscc;

/// <summary>FILE_NOTIFY_INFORMATION, [MS-FSCC] 2.7.1.</summary>
/// <param name="FileName">Relative to the watched directory.</param>
public readonly record struct FileNotifyInformation(FileAction Action, string FileName)
{
    /// <summary>Bytes of an entry before its name.</summary>
    public const int FixedLength = 12;

    /// <summary>Reads a whole list.</summary>
    public static bool TryReadList(ReadOnlyMemory<byte> memory, out IReadOnlyList<FileNotifyInformation> changes)
    {
        var list = new List<FileNotifyInformation>();
        changes = list;
        while (!memory.IsEmpty)
        {
            var reader = new WireReader(memory);
            uint next = reader.ReadUInt32();
            var action = (FileAction)reader.ReadUInt32();
            uint nameLength = reader.ReadUInt32();
            string name = reader.ReadUtf16((int)Math.Min(nameLength, int.MaxValue));
            reader.Expect(next == 0 || ((next & 3) == 0 && next >= (uint)reader.Position && next < (uint)memory.Length));
            if (!reader.IsValid)
            {
                changes = [];
                return false;
            }

            list.Add(new FileNotifyInformation(action, name));
            if (next == 0)
                break;
            memory = memory[(int)next..];
        }

        return true;
    }
}
