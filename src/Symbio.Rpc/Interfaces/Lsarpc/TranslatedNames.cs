using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>The two shapes in which LsarLookupSids and its successors return names.</summary>
public interface ITranslatedName<TSelf> : INdrType where TSelf : struct, ITranslatedName<TSelf>
{
    static abstract TSelf From(SidNameUse use, string name, int domainIndex);
}

/// <summary>LSAPR_TRANSLATED_NAME, [MS-LSAT] 2.2.19.</summary>
public struct TranslatedName : ITranslatedName<TranslatedName>
{
    public ushort Use;
    public string? Name;
    public int DomainIndex;

    public static int MinimumSize => 16;

    public static TranslatedName From(SidNameUse use, string name, int domainIndex) =>
        new() { Use = (ushort)use, Name = name, DomainIndex = domainIndex };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt16(ref Use);
        ndr.UnicodeString(ref Name);
        ndr.Int32(ref DomainIndex);
    }
}

/// <summary>LSAPR_TRANSLATED_NAME_EX, [MS-LSAT] 2.2.21.</summary>
public struct TranslatedNameEx : ITranslatedName<TranslatedNameEx>
{
    public ushort Use;
    public string? Name;
    public int DomainIndex;
    public uint Flags;

    public static int MinimumSize => 20;

    public static TranslatedNameEx From(SidNameUse use, string name, int domainIndex) =>
        new() { Use = (ushort)use, Name = name, DomainIndex = domainIndex };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt16(ref Use);
        ndr.UnicodeString(ref Name);
        ndr.Int32(ref DomainIndex);
        ndr.UInt32(ref Flags);
    }
}

/// <summary>LSAPR_SID_INFORMATION, [MS-LSAT] 2.2.16.</summary>
public struct SidInformation : INdrType
{
    public Sid? Sid;

    public void Marshal(ref NdrCodec ndr) => ndr.SidPointer(ref Sid);
}

/// <summary>LSAPR_SID_ENUM_BUFFER, [MS-LSAT] 2.2.18.</summary>
public struct SidEnumBuffer : INdrType
{
    /// <summary>[range(0, 20480)]</summary>
    public const int MaxEntries = 20480;

    public uint Entries;
    public SidInformation[]? SidInfo;

    public void Marshal(ref NdrCodec ndr) => ndr.CountedArray(ref Entries, ref SidInfo, MaxEntries);
}
