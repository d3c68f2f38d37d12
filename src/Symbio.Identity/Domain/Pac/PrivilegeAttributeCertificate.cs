using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Ndr;

namespace Symbio.Identity;

/// <summary>
/// What a PAC ([MS-PAC]) says of an account. Its signatures have been checked by who hands it over; what is in it is
/// checked here all the same, as not every KDC is one of ours.
/// </summary>
public sealed record PrivilegeAttributeCertificate
{
    private const int MaxBuffers = 64;
    private const int BufferHeaderSize = 16;
    private const int HeaderSize = 8;

    /// <summary>PAC_INFO_BUFFER.ulType, [MS-PAC] 2.4.</summary>
    private enum BufferType : uint
    {
        LogonInfo = 1,
        UpnDnsInfo = 12,
    }

    /// <summary>The account's name in its domain (sAMAccountName).</summary>
    public required string UserName { get; init; }

    /// <summary>The domain's NetBIOS name.</summary>
    public required string DomainName { get; init; }

    /// <summary>The domain's SID: LogonDomainId.</summary>
    public required Sid DomainSid { get; init; }

    public required uint UserRid { get; init; }

    public required uint PrimaryGroupRid { get; init; }

    /// <summary>
    /// Every group: those of the account's domain, the primary one among them, those from elsewhere (ExtraSids), and the
    /// domain-local ones of the server's domain (ResourceGroups).
    /// </summary>
    public required IReadOnlyList<Sid> Groups { get; init; }

    /// <summary>The user principal name; empty when the PAC does not tell.</summary>
    public string UserPrincipalName { get; init; } = "";

    /// <summary>The domain's DNS name; empty when the PAC does not tell.</summary>
    public string DnsDomainName { get; init; } = "";

    public Sid UserSid => DomainSid.AppendRid(UserRid);

    public Sid PrimaryGroupSid => DomainSid.AppendRid(PrimaryGroupRid);

    /// <summary>Reads a PACTYPE, [MS-PAC] 2.3; null when it is malformed or has no logon information.</summary>
    public static PrivilegeAttributeCertificate? Read(ReadOnlyMemory<byte> pac)
    {
        var reader = new WireReader(pac);
        uint count = reader.ReadUInt32();
        reader.Expect(reader.ReadUInt32() == 0 && count <= MaxBuffers); // Version
        ReadOnlyMemory<byte> logonInfo = default;
        ReadOnlyMemory<byte> upnInfo = default;
        uint minimum = HeaderSize + (count * BufferHeaderSize);
        for (uint i = 0; i < count && reader.IsValid; i++)
        {
            var type = (BufferType)reader.ReadUInt32();
            uint size = reader.ReadUInt32();
            ulong offset = reader.ReadUInt64();
            reader.Expect(offset <= int.MaxValue);
            var buffer = reader.SliceAt((uint)offset, size, minimum);
            if (type == BufferType.LogonInfo)
                logonInfo = buffer;
            else if (type == BufferType.UpnDnsInfo)
                upnInfo = buffer;
        }

        if (!reader.IsValid || !TypeSerialization.TryRead(logonInfo, out KerbValidationInfo info))
            return null;
        UpnDnsInfo names = default;
        if (!upnInfo.IsEmpty && !UpnDnsInfo.TryRead(upnInfo, out names))
            return null;
        return From(info, names);
    }

    private static PrivilegeAttributeCertificate? From(in KerbValidationInfo info, in UpnDnsInfo names)
    {
        if (info.LogonDomainId is not { } domain || !CanAppend(domain) || string.IsNullOrEmpty(info.EffectiveName))
            return null;
        var groups = new List<Sid> { domain.AppendRid(info.PrimaryGroupId) };
        groups.AddRange((info.GroupIds ?? []).Select(group => domain.AppendRid(group.RelativeId)));
        if (info.UserFlags.HasFlag(ValidationUserFlags.ExtraSids))
            groups.AddRange((info.ExtraSids ?? []).Select(extra => extra.Sid).OfType<Sid>());
        if (info.UserFlags.HasFlag(ValidationUserFlags.ResourceGroups) && info.ResourceGroupIds is { Length: > 0 } local)
        {
            if (info.ResourceGroupDomainSid is not { } resourceDomain || !CanAppend(resourceDomain))
                return null;
            groups.AddRange(local.Select(group => resourceDomain.AppendRid(group.RelativeId)));
        }

        return new PrivilegeAttributeCertificate
        {
            UserName = info.EffectiveName,
            DomainName = info.LogonDomainName ?? "",
            DomainSid = domain,
            UserRid = info.UserId,
            PrimaryGroupRid = info.PrimaryGroupId,
            Groups = [.. groups.Distinct()],
            UserPrincipalName = names.Upn ?? "",
            DnsDomainName = names.DnsDomainName ?? "",
        };
    }

    private static bool CanAppend(Sid domain) => domain.SubAuthorityCount is > 0 and < Sid.MaxSubAuthorities;
}
