namespace Symbio.Protocol.Fscc;

/// <summary>FSCTL_SET_INTEGRITY_INFORMATION_BUFFER_EX, [MS-FSCC] 2.3.75.</summary>
/// <param name="KeepIntegrityStateUnchanged">Only the flags are set.</param>
/// <param name="Version">1</param>
public readonly record struct SetIntegrityInformationBufferEx(
    bool EnableIntegrity, bool KeepIntegrityStateUnchanged, uint Flags, byte Version)
    : IInformation<SetIntegrityInformationBufferEx>
{
    public static int MinimumLength => 16;

    public int Length => 16;

    public static bool TryRead(ref WireReader reader, out SetIntegrityInformationBufferEx information)
    {
        bool enable = reader.ReadByte() != 0;
        bool keep = reader.ReadByte() != 0;
        reader.Skip(2); // Reserved
        uint flags = reader.ReadUInt32();
        byte version = reader.ReadByte();
        reader.Skip(7); // Reserved2
        information = new SetIntegrityInformationBufferEx(enable, keep, flags, version);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteByte(EnableIntegrity ? (byte)1 : (byte)0);
        writer.WriteByte(KeepIntegrityStateUnchanged ? (byte)1 : (byte)0);
        writer.WriteZeros(2);
        writer.WriteUInt32(Flags);
        writer.WriteByte(Version);
        writer.WriteZeros(7);
    }
}
