using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>p_syntax_id_t, [C706] 12.6.3.1: an interface or a transfer syntax.</summary>
public readonly record struct SyntaxId(Guid Uuid, ushort MajorVersion, ushort MinorVersion)
{
    public const int Length = 20;

    /// <summary>NDR 2.0, [MS-RPCE] 2.2.4.12.</summary>
    public static SyntaxId Ndr { get; } = new(new Guid("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2, 0);

    /// <summary>NDR64 1.0, [MS-RPCE] 2.2.5.</summary>
    public static SyntaxId Ndr64 { get; } = new(new Guid("71710533-beba-4937-8319-b5dbef9ccc36"), 1, 0);

    /// <summary>
    /// Bind time feature negotiation, [MS-RPCE] 3.3.1.5.3: not a syntax but a prefix and the client's bitmask.
    /// </summary>
    public static SyntaxId BindTimeFeatures(BindTimeFeatures features)
    {
        ulong bits = (ulong)features;
        return new SyntaxId(
            new Guid(
                0x6CB71C2C, 0x9812, 0x4540, (byte)bits, (byte)(bits >> 8), (byte)(bits >> 16), (byte)(bits >> 24),
                (byte)(bits >> 32), (byte)(bits >> 40), (byte)(bits >> 48), (byte)(bits >> 56)),
            1, 0);
    }

    /// <summary>True when this is a bind time feature negotiation; then the client's bitmask.</summary>
    public bool TryGetBindTimeFeatures(out BindTimeFeatures features)
    {
        Span<byte> bytes = stackalloc byte[16];
        Uuid.TryWriteBytes(bytes);
        ulong bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        features = (BindTimeFeatures)bits;
        return this == BindTimeFeatures(features);
    }

    public static SyntaxId Read(ref NdrReader reader)
    {
        var uuid = reader.ReadGuid();
        uint version = reader.ReadUInt32(); // One integer, and so in the sender's byte order: minor above major.
        return new SyntaxId(uuid, (ushort)version, (ushort)(version >> 16));
    }

    public void Write(ref NdrWriter writer)
    {
        writer.WriteGuid(Uuid);
        writer.WriteUInt32(((uint)MinorVersion << 16) | MajorVersion);
    }
}

/// <summary>BindTimeFeatureNegotiationBitmask, [MS-RPCE] 2.2.2.14.</summary>
[Flags]
public enum BindTimeFeatures : ulong
{
    None = 0,
    /// <summary>SecurityContextMultiplexingSupported</summary>
    SecurityContextMultiplexing = 1,
    /// <summary>KeepConnectionOnOrphanSupported</summary>
    KeepConnectionOnOrphan = 2,
}
