using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>POLICY_INFORMATION_CLASS, [MS-LSAD] 2.2.4.1.</summary>
public enum PolicyInformationClass : ushort
{
    None = 0,
    /// <summary>PolicyAuditEventsInformation</summary>
    AuditEvents = 2,
    /// <summary>PolicyPrimaryDomainInformation</summary>
    PrimaryDomain = 3,
    /// <summary>PolicyPdAccountInformation</summary>
    PdAccount = 4,
    /// <summary>PolicyAccountDomainInformation</summary>
    AccountDomain = 5,
    /// <summary>PolicyLsaServerRoleInformation</summary>
    LsaServerRole = 6,
    /// <summary>PolicyReplicaSourceInformation</summary>
    ReplicaSource = 7,
    /// <summary>PolicyDnsDomainInformation</summary>
    DnsDomain = 12,
    /// <summary>PolicyDnsDomainInformationInt</summary>
    DnsDomainInt = 13,
    /// <summary>PolicyLocalAccountDomainInformation</summary>
    LocalAccountDomain = 14,
}

/// <summary>LSAPR_POLICY_INFORMATION, [MS-LSAD] 2.2.4.2: the arms that we answer.</summary>
public struct PolicyInformation : INdrType
{
    public ushort InformationClass;
    public AuditEventsInfo AuditEvents;

    /// <summary>PrimaryDomain, AccountDomain and LocalAccountDomain have one shape.</summary>
    public TrustInformation Domain;
    public UnicodeStringElement PdAccount;
    public ushort ServerRole;
    public ReplicaSourceInfo ReplicaSource;
    public DnsDomainInfo DnsDomain;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt16(ref InformationClass);
        switch ((PolicyInformationClass)InformationClass)
        {
            case PolicyInformationClass.AuditEvents: ndr.Struct(ref AuditEvents); break;
            case PolicyInformationClass.PrimaryDomain: ndr.Struct(ref Domain); break;
            case PolicyInformationClass.PdAccount: ndr.Struct(ref PdAccount); break;
            case PolicyInformationClass.AccountDomain: ndr.Struct(ref Domain); break;
            case PolicyInformationClass.LsaServerRole: ndr.UInt16(ref ServerRole); break;
            case PolicyInformationClass.ReplicaSource: ndr.Struct(ref ReplicaSource); break;
            case PolicyInformationClass.DnsDomain: ndr.Struct(ref DnsDomain); break;
            case PolicyInformationClass.DnsDomainInt: ndr.Struct(ref DnsDomain); break;
            case PolicyInformationClass.LocalAccountDomain: ndr.Struct(ref Domain); break;
            default: ndr.Fail(); break;
        }
    }
}

/// <summary>LSAPR_POLICY_AUDIT_EVENTS_INFO, [MS-LSAD] 2.2.4.4.</summary>
public struct AuditEventsInfo : INdrType
{
    public byte AuditingMode;
    public uint[]? EventAuditingOptions;
    public uint MaximumAuditEventCount;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Byte(ref AuditingMode);
        ndr.ArrayPointer(ref EventAuditingOptions);
        ndr.UInt32(ref MaximumAuditEventCount);
    }
}

/// <summary>LSAPR_POLICY_REPLICA_SRCE_INFO, [MS-LSAD] 2.2.4.8.</summary>
public struct ReplicaSourceInfo : INdrType
{
    public string? ReplicaSource;
    public string? ReplicaAccountName;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UnicodeString(ref ReplicaSource);
        ndr.UnicodeString(ref ReplicaAccountName);
    }
}

/// <summary>LSAPR_POLICY_DNS_DOMAIN_INFO, [MS-LSAD] 2.2.4.14.</summary>
public struct DnsDomainInfo : INdrType
{
    public string? Name;
    public string? DnsDomainName;
    public string? DnsForestName;
    public Guid DomainGuid;
    public Sid? Sid;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UnicodeString(ref Name);
        ndr.UnicodeString(ref DnsDomainName);
        ndr.UnicodeString(ref DnsForestName);
        ndr.Guid(ref DomainGuid);
        ndr.SidPointer(ref Sid);
    }
}
