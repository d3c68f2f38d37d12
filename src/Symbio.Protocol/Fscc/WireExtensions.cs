namespace Symbio.Protocol.Fscc;

/// <summary>128-bit file ids on the wire.</summary>
internal static class WireExtensions
{
    public static UInt128 ReadUInt128(this ref WireReader reader)
    {
        ulong lower = reader.ReadUInt64();
        return new UInt128(reader.ReadUInt64(), lower);
    }

    public static void WriteUInt128(this ref WireWriter writer, UInt128 value)
    {
        writer.WriteUInt64((ulong)value);
        writer.WriteUInt64((ulong)(value >> 64));
    }
}
