namespace Symbio.Protocol.Fscc;

/// <summary>FSCTL_OFFLOAD_WRITE_OUTPUT, [MS-FSCC] 2.3.</summary>
/// <param name="Size">16</param>
public readonly record struct OffloadWriteOutput(
    uint Size, uint Flags, ulong LengthWritten)
    : IInformation<OffloadWriteOutput>
{
    public static int MinimumLength => 16;

    public int Length => 16;

    public static bool TryRead(ref WireReader reader, out OffloadWriteOutput information)
    {
        uint size = reader.ReadUInt32();
        uint flags = reader.ReadUInt32();
        ulong lengthWritten = reader.ReadUInt64();
        information = new OffloadWriteOutput(size, flags, lengthWritten);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Size);
        writer.WriteUInt32(Flags);
        writer.WriteUInt64(LengthWritten);
    }
}
