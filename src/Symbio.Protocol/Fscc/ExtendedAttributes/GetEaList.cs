using System.Text;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// FILE_GET_EA_INFORMATION, [MS-FSCC] 2.4.15.1: the names of the extended attributes that a query wants.
/// </summary>
public static class GetEaList
{
    /// <summary>NextEntryOffset and EaNameLength.</summary>
    private const int HeaderLength = 5;

    public static int Length(IReadOnlyList<string> names)
    {
        int length = 0;
        foreach (string name in names)
            length = ((length + 3) & ~3) + HeaderLength + name.Length + 1;
        return length;
    }

    public static void Write(ref WireWriter writer, IReadOnlyList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
        {
            string name = names[i];
            int length = HeaderLength + name.Length + 1;
            int padded = i == names.Count - 1 ? 0 : (length + 3) & ~3;
            writer.WriteInt32(padded);
            writer.WriteByte((byte)name.Length);
            var bytes = writer.Reserve(name.Length <= byte.MaxValue ? name.Length : -1);
            if (bytes.Length == name.Length)
                Encoding.ASCII.GetBytes(name, bytes);
            writer.WriteByte(0);
            writer.WriteZeros(Math.Max(0, padded - length));
        }
    }

    /// <summary>Reads and checks a whole list.</summary>
    /// <param name="errorOffset">Where the entry at fault starts; 0 on success.</param>
    /// <returns>Success, EaListInconsistent or InvalidEaName.</returns>
    public static NtStatus TryRead(ReadOnlyMemory<byte> memory, out IReadOnlyList<string> names, out int errorOffset)
    {
        var list = new List<string>();
        int position = 0;
        names = [];
        while (true)
        {
            errorOffset = position;
            var reader = new WireReader(memory[position..]);
            uint next = reader.ReadUInt32();
            int nameLength = reader.ReadByte();
            var name = reader.ReadSpan(nameLength);
            byte terminator = reader.ReadByte();
            int length = (HeaderLength + nameLength + 1 + 3) & ~3;
            if (!reader.IsValid || terminator != 0 ||
                (next != 0 && (next != length || length > memory.Length - position)))
            {
                return NtStatus.EaListInconsistent;
            }

            string text = Encoding.Latin1.GetString(name);
            if (!FullEaList.IsValidName(text))
                return NtStatus.InvalidEaName;
            list.Add(text);
            if (next == 0)
                break;
            position += length;
        }

        errorOffset = 0;
        names = list;
        return NtStatus.Success;
    }
}
