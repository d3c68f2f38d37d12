namespace Symbio.Protocol.Fscc;

/// <summary>FSCTL_OFFLOAD_READ_INPUT, [MS-FSCC] 2.3.</summary>
/// <param name="Size">32</param>
/// <param name="TokenTimeToLive">In milliseconds; 0 leaves it to the server.</param>
public readonly record struct OffloadReadInput(
    uint Size, uint Flags, uint TokenTimeToLive, ulong FileOffset, ulong CopyLength)
    : IInformation<OffloadReadInput>
{
    public static int MinimumLength => 32;

    public int Length => 32;

    public static bool TryRead(ref WireReader reader, out OffloadReadInput information)
    {
        uint size = reader.ReadUInt32();
        uint flags = reader.ReadUInt32();
        uint tokenTimeToLive = reader.ReadUInt32();
        reader.Skip(4); // Reserved
        ulong fileOffset = reader.ReadUInt64();
        ulong copyLength = reader.ReadUInt64();
        information = new OffloadReadInput(size, flags, tokenTimeToLive, fileOffset, copyLength);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Size);
        writer.WriteUInt32(Flags);
        writer.WriteUInt32(TokenTimeToLive);
        writer.WriteZeros(4);
        writer.WriteUInt64(FileOffset);
        writer.WriteUInt64(CopyLength);
    }
}
