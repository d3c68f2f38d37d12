namespace Symbio.Protocol.Fscc;

/// <summary>FSCTL_SET_INTEGRITY_INFORMATION_BUFFER, [MS-FSCC] 2.3.</summary>
/// <param name="ChecksumAlgorithm">0 none, 2 CRC64, 0xFFFF unchanged.</param>
public readonly record struct SetIntegrityInformationBuffer(
    ushort ChecksumAlgorithm, uint Flags)
    : IInformation<SetIntegrityInformationBuffer>
{
    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out SetIntegrityInformationBuffer information)
    {
        ushort checksumAlgorithm = reader.ReadUInt16();
        reader.Skip(2); // Reserved
        uint flags = reader.ReadUInt32();
        information = new SetIntegrityInformationBuffer(checksumAlgorithm, flags);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(ChecksumAlgorithm);
        writer.WriteZeros(2);
        writer.WriteUInt32(Flags);
    }
}
