namespace Symbio.Protocol.Fscc;

/// <summary>The input of FSCTL_IS_PATHNAME_VALID, [MS-FSCC] 2.3.33: a name relative to the volume.</summary>
public readonly record struct PathNameBuffer(string Name) : IInformation<PathNameBuffer>
{
    public static int MinimumLength => sizeof(uint);

    public int Length => sizeof(uint) + (Name.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out PathNameBuffer information)
    {
        uint length = reader.ReadUInt32();
        reader.Expect(length % sizeof(char) == 0 && length <= (uint)reader.Remaining);
        information = new PathNameBuffer(reader.IsValid ? reader.ReadUtf16((int)length) : string.Empty);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt32(Name.Length * sizeof(char));
        writer.WriteUtf16(Name);
    }
}
