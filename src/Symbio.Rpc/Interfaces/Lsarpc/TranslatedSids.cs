using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>The three shapes in which LsarLookupNames and its successors return SIDs.</summary>
public interface ITranslatedSid<TSelf> : INdrType where TSelf : struct, ITranslatedSid<TSelf>
{
    /// <param name="account">Null when the name is not known.</param>
    static abstract TSelf From(LsaAccount? account, int domainIndex);
}

/// <summary>LSA_TRANSLATED_SID, [MS-LSAT] 2.2.15.</summary>
public struct TranslatedSid : ITranslatedSid<TranslatedSid>
{
    /// <summary>RelativeId of what has none: a domain.</summary>
    internal const uint NoRelativeId = uint.MaxValue;

    public ushort Use;
    public uint RelativeId;
    public int DomainIndex;

    public static int MinimumSize => 12;

    public static TranslatedSid From(LsaAccount? account, int domainIndex) => new()
    {
        Use = (ushort)(account?.Use ?? SidNameUse.Unknown),
        RelativeId = RelativeIdOf(account),
        DomainIndex = domainIndex,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt16(ref Use);
        ndr.UInt32(ref RelativeId);
        ndr.Int32(ref DomainIndex);
    }

    internal static uint RelativeIdOf(LsaAccount? account) => account switch
    {
        null => 0,
        { Use: SidNameUse.Domain } => NoRelativeId,
        _ => account.Sid.RelativeId,
    };
}

/// <summary>LSAPR_TRANSLATED_SID_EX, [MS-LSAT] 2.2.17.</summary>
public struct TranslatedSidEx : ITranslatedSid<TranslatedSidEx>
{
    public ushort Use;
    public uint RelativeId;
    public int DomainIndex;
    public uint Flags;

    public static int MinimumSize => 16;

    public static TranslatedSidEx From(LsaAccount? account, int domainIndex) => new()
    {
        Use = (ushort)(account?.Use ?? SidNameUse.Unknown),
        RelativeId = TranslatedSid.RelativeIdOf(account),
        DomainIndex = domainIndex,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt16(ref Use);
        ndr.UInt32(ref RelativeId);
        ndr.Int32(ref DomainIndex);
        ndr.UInt32(ref Flags);
    }
}

/// <summary>LSAPR_TRANSLATED_SID_EX2, [MS-LSAT] 2.2.18.</summary>
public struct TranslatedSidEx2 : ITranslatedSid<TranslatedSidEx2>
{
    public ushort Use;
    public Sid? Sid;
    public int DomainIndex;
    public uint Flags;

    public static int MinimumSize => 16;

    public static TranslatedSidEx2 From(LsaAccount? account, int domainIndex) => new()
    {
        Use = (ushort)(account?.Use ?? SidNameUse.Unknown),
        Sid = account?.Sid,
        DomainIndex = domainIndex,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt16(ref Use);
        ndr.SidPointer(ref Sid);
        ndr.Int32(ref DomainIndex);
        ndr.UInt32(ref Flags);
    }
}
