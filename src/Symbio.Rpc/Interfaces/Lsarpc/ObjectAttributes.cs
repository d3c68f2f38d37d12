using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>
/// LSAPR_OBJECT_ATTRIBUTES, [MS-LSAD] 2.2.9: nothing in it has a meaning for a policy. ObjectName and
/// SecurityDescriptor are always null.
/// </summary>
public struct ObjectAttributes : INdrType
{
    public uint Length;
    public ByteElement? RootDirectory;
    public uint Attributes;
    public QualityOfService? SecurityQualityOfService;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Length);
        ndr.Pointer(ref RootDirectory);
        ndr.NullPointer();
        ndr.UInt32(ref Attributes);
        ndr.NullPointer();
        ndr.Pointer(ref SecurityQualityOfService);
    }
}

/// <summary>SECURITY_QUALITY_OF_SERVICE, [MS-LSAD] 2.2.3.7.</summary>
public struct QualityOfService : INdrType
{
    public uint Length;
    public ushort ImpersonationLevel;
    public byte ContextTrackingMode;
    public byte EffectiveOnly;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Length);
        ndr.UInt16(ref ImpersonationLevel);
        ndr.Byte(ref ContextTrackingMode);
        ndr.Byte(ref EffectiveOnly);
    }
}

/// <summary>One byte behind a pointer.</summary>
public struct ByteElement : INdrType
{
    public byte Value;

    public static int Alignment => 1;

    public void Marshal(ref NdrCodec ndr) => ndr.Byte(ref Value);
}

/// <summary>One wchar_t behind a pointer: LsarOpenPolicy's SystemName is not a string.</summary>
public struct CharElement : INdrType
{
    public ushort Value;

    public static int Alignment => 2;

    public void Marshal(ref NdrCodec ndr) => ndr.UInt16(ref Value);
}
