namespace Symbio.Protocol.Fscc;

/// <summary>FSCTL_OFFLOAD_READ_OUTPUT, [MS-FSCC] 2.3.</summary>
/// <param name="Flags">OFFLOAD_READ_FLAG_ALL_ZERO_BEYOND_CURRENT_RANGE is 1.</param>
public readonly record struct OffloadReadOutput(uint Flags, ulong TransferLength, OffloadToken Token)
    : IInformation<OffloadReadOutput>
{
    public static int MinimumLength => 16 + OffloadToken.Length;

    public int Length => MinimumLength;

    public static bool TryRead(ref WireReader reader, out OffloadReadOutput information)
    {
        reader.Skip(4); // Size
        uint flags = reader.ReadUInt32();
        ulong length = reader.ReadUInt64();
        information = new OffloadReadOutput(flags, length, OffloadToken.Read(ref reader));
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt32(MinimumLength);
        writer.WriteUInt32(Flags);
        writer.WriteUInt64(TransferLength);
        writer.WriteBytes(Token.Bytes);
    }
}
