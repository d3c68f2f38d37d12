namespace Symbio.Protocol.Fscc;

/// <summary>FSCTL_OFFLOAD_WRITE_INPUT, [MS-FSCC] 2.3.</summary>
/// <param name="Size">544, for the server to check.</param>
/// <param name="TransferOffset">Where in the token's data the copy starts.</param>
public readonly record struct OffloadWriteInput(
    uint Size, uint Flags, ulong FileOffset, ulong CopyLength, ulong TransferOffset, OffloadToken Token)
    : IInformation<OffloadWriteInput>
{
    public static int MinimumLength => 32 + OffloadToken.Length;

    public int Length => MinimumLength;

    public static bool TryRead(ref WireReader reader, out OffloadWriteInput information)
    {
        uint size = reader.ReadUInt32();
        uint flags = reader.ReadUInt32();
        ulong fileOffset = reader.ReadUInt64();
        ulong copyLength = reader.ReadUInt64();
        ulong transferOffset = reader.ReadUInt64();
        information = new OffloadWriteInput(
            size, flags, fileOffset, copyLength, transferOffset, OffloadToken.Read(ref reader));
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Size);
        writer.WriteUInt32(Flags);
        writer.WriteUInt64(FileOffset);
        writer.WriteUInt64(CopyLength);
        writer.WriteUInt64(TransferOffset);
        writer.WriteBytes(Token.Bytes);
    }
}
