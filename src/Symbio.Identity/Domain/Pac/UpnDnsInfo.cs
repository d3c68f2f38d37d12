using Symbio.Protocol;

namespace Symbio.Identity;

/// <summary>UPN_DNS_INFO, [MS-PAC] 2.10: the user principal name and the domain's DNS name.</summary>
internal readonly record struct UpnDnsInfo(string Upn, string DnsDomainName)
{
    public static bool TryRead(ReadOnlyMemory<byte> buffer, out UpnDnsInfo info)
    {
        info = default;
        var reader = new WireReader(buffer);
        ushort upnLength = reader.ReadUInt16();
        ushort upnOffset = reader.ReadUInt16();
        ushort dnsLength = reader.ReadUInt16();
        ushort dnsOffset = reader.ReadUInt16();
        reader.ReadUInt32(); // Flags; what they announce behind (the SAM name and SID) stands in the validation info too.
        var upn = reader.SliceAt(upnOffset, upnLength);
        var dns = reader.SliceAt(dnsOffset, dnsLength);
        reader.Expect(((upnLength | dnsLength) & 1) == 0);
        if (!reader.IsValid)
            return false;
        info = new UpnDnsInfo(WireReader.ToUtf16(upn.Span), WireReader.ToUtf16(dns.Span));
        return true;
    }
}
