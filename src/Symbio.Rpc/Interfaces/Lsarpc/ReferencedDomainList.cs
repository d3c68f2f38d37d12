using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>LSAPR_TRUST_INFORMATION, [MS-LSAT] 2.2.11: a domain's name and SID.</summary>
public struct TrustInformation : INdrType
{
    public string? Name;
    public Sid? Sid;

    public static int MinimumSize => 12;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UnicodeString(ref Name);
        ndr.SidPointer(ref Sid);
    }
}

/// <summary>LSAPR_REFERENCED_DOMAIN_LIST, [MS-LSAT] 2.2.12.</summary>
public struct ReferencedDomainList : INdrType
{
    public uint Entries;
    public TrustInformation[]? Domains;
    public uint MaxEntries;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.CountedArray(ref Entries, ref Domains);
        ndr.UInt32(ref MaxEntries);
    }
}

/// <summary>Collects the domains that translations refer to, each once.</summary>
internal sealed class ReferencedDomains
{
    /// <summary>No domain: the translation failed.</summary>
    public const int NoDomain = -1;

    private readonly Dictionary<Sid, int> _indices = [];
    private readonly List<TrustInformation> _domains = [];

    public int IndexOf(LsaAccount account)
    {
        if (_indices.TryGetValue(account.DomainSid, out int index))
            return index;
        _domains.Add(new TrustInformation { Name = account.DomainName, Sid = account.DomainSid });
        _indices.Add(account.DomainSid, _domains.Count - 1);
        return _domains.Count - 1;
    }

    public ReferencedDomainList ToList() =>
        new() { Domains = [.. _domains], MaxEntries = (uint)_domains.Count }; // MaxEntries is ignored on receipt.
}
