namespace Symbio.Protocol.Fscc;

/// <summary>Where the two names stand in the PathBuffer of a link, [MS-FSCC] 2.1.2.4 and 2.1.2.5.</summary>
internal readonly record struct ReparseNames(
    ushort SubstituteOffset, ushort SubstituteLength, ushort PrintOffset, ushort PrintLength)
{
    public static ReparseNames Of(string substitute, string print, bool terminated)
    {
        int length = substitute.Length * sizeof(char);
        return new ReparseNames(
            0, (ushort)length, (ushort)(length + (terminated ? 2 : 0)), (ushort)(print.Length * sizeof(char)));
    }

    public static ReparseNames Read(ref WireReader reader)
    {
        ushort substituteOffset = reader.ReadUInt16();
        ushort substituteLength = reader.ReadUInt16();
        ushort printOffset = reader.ReadUInt16();
        return new ReparseNames(substituteOffset, substituteLength, printOffset, reader.ReadUInt16());
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(SubstituteOffset);
        writer.WriteUInt16(SubstituteLength);
        writer.WriteUInt16(PrintOffset);
        writer.WriteUInt16(PrintLength);
    }

    public string Substitute(ref WireReader reader, ReadOnlyMemory<byte> path) =>
        Text(ref reader, path, SubstituteOffset, SubstituteLength);

    public string Print(ref WireReader reader, ReadOnlyMemory<byte> path) =>
        Text(ref reader, path, PrintOffset, PrintLength);

    private static string Text(ref WireReader reader, ReadOnlyMemory<byte> path, int offset, int length)
    {
        bool inside = offset + length <= path.Length && length % sizeof(char) == 0;
        reader.Expect(inside);
        return inside ? WireReader.ToUtf16(path.Span.Slice(offset, length)) : string.Empty;
    }
}
