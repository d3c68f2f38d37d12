using System.Net;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Security.Gss;
using Symbio.Security.Ntlm;

namespace Symbio.Identity;

/// <summary>
/// Accounts of an Active Directory domain, as Kerberos tickets tell of them, beside the local ones. Who they are and which
/// groups they are in is the PAC's word; nothing is asked of a domain controller. Thread-safe.
/// </summary>
public sealed class DomainAccounts : IAccountAuthority, IKerberosAccounts
{
    // DOMAIN_GROUP_RID_ADMINS: a join makes it a member of the local Administrators, as Domain Users of the local Users.
    private const uint DomainAdminsRid = 512;

    private readonly IAccountAuthority _local;
    private readonly DomainAccountsOptions _options;
    private readonly DomainNames _names = new();
    private readonly DomainUnixAccounts _unix;
    private volatile KnownDomain? _own;

    /// <param name="local">Who knows the local accounts; everything but tickets is asked of it first.</param>
    /// <param name="options">How accounts of the domain are treated.</param>
    public DomainAccounts(IAccountAuthority local, DomainAccountsOptions options)
    {
        _local = local;
        _options = options;
        _unix = new DomainUnixAccounts(options);
        _own = options.StateFile is { } file ? KnownDomain.Load(file) : null;
    }

    /// <summary>The server's own domain; null until the first of its tickets has come.</summary>
    public KnownDomain? OwnDomain => _own;

    public Sid DomainSid => _local.DomainSid;

    public LogonIdentity? Guest => _local.Guest;

    public INtlmVerifier ForPeer(IPAddress? address) => _local.ForPeer(address);

    public ValueTask<NtlmVerification> VerifyAsync(NtlmLogon logon, CancellationToken cancellationToken) =>
        _local.VerifyAsync(logon, cancellationToken);

    public bool TryLookupName(string name, out AccountName account) =>
        _local.TryLookupName(name, out account) || _names.TryLookup(_own, name, out account);

    public bool TryLookupSid(Sid sid, out AccountName account) =>
        _local.TryLookupSid(sid, out account) || _names.TryLookup(_own, sid, out account);

    /// <summary>The SID behind a Unix user or group id that was made of a RID; null for others.</summary>
    public Sid? FindSid(uint id) => _own is { } own && _unix.ToRid(id) is { } rid ? own.Sid.AppendRid(rid) : null;

    /// <summary>The Unix id of an account of the own domain; null for others.</summary>
    public uint? FindId(Sid sid) => _own is { } own && sid.IsInDomain(own.Sid) ? _unix.ToId(sid.RelativeId) : null;

    public KerberosVerification Identify(KerberosLogon logon)
    {
        if (logon.Pac.IsEmpty)
            return KerberosVerification.Refuse("the ticket has no PAC, so nobody says who the account is; is the KDC an Active Directory?");
        if (PrivilegeAttributeCertificate.Read(logon.Pac) is not { } pac)
            return KerberosVerification.Refuse("the ticket's PAC is malformed");
        string realm = RealmOf(logon.ClientPrincipal);
        bool isOwnDomain = realm.Length > 0 && realm == RealmOf(logon.ServicePrincipal);
        if (!_unix.TryFind(pac, isOwnDomain, out UnixIdentity? unix, out string? problem))
            return KerberosVerification.Refuse($@"{pac.DomainName}\{pac.UserName} has no Unix account: {problem}");
        if (isOwnDomain)
            Learn(new KnownDomain(realm, pac.DomainName, pac.DomainSid));
        _names.Learn(pac.DomainName, pac.UserName, pac.UserSid);
        return new KerberosVerification(
            NtStatus.Success, pac.UserName, pac.DomainName, ToIdentity(pac, isOwnDomain, unix, logon.EndTime));
    }

    private LogonIdentity ToIdentity(
        PrivilegeAttributeCertificate pac, bool isOwnDomain, UnixIdentity? unix, DateTimeOffset? end)
    {
        bool administrator = isOwnDomain && pac.Groups.Contains(pac.DomainSid.AppendRid(DomainAdminsRid));
        var groups = new List<Sid>(pac.Groups.Where(sid => !IsThisMachines(sid)))
        {
            Sid.Everyone, Sid.Network, Sid.AuthenticatedUsers, Sid.BuiltinUsers,
        };
        if (administrator)
            groups.Add(Sid.BuiltinAdministrators);

        // What it creates on disk belongs to this account, so the account's SIDs are its own.
        UnixIdentity owner = unix ?? _options.UnixAccounts.Service;
        groups.Add(Sid.UnixUser(owner.Uid));
        groups.AddRange(owner.Groups.Prepend(owner.Gid).Distinct().Select(Sid.UnixGroup));
        return new LogonIdentity
        {
            UserName = pac.UserName,
            DomainName = pac.DomainName,
            Token = new SecurityToken(
                pac.UserSid, groups,
                administrator ? LocalTokens.AdministratorsPrivileges : TokenPrivileges.ChangeNotify, pac.PrimaryGroupSid),
            Unix = unix,
            IsAdministrator = administrator,
            ExpirationTime = end,
        };
    }

    // Who is in the groups of this machine is not for a domain controller to say, and least of all for one of a trusted domain.
    private bool IsThisMachines(Sid sid) =>
        sid.IsInDomain(Sid.Builtin) || sid.IsInDomain(_local.DomainSid)
        || sid.TryGetUnixUser(out _) || sid.TryGetUnixGroup(out _);

    private void Learn(KnownDomain domain)
    {
        if (domain == _own)
            return;
        _own = domain;
        if (_options.StateFile is { } file)
            domain.Save(file); // Where it cannot be kept it is learned again.
    }

    private static string RealmOf(string principal) => principal[(principal.LastIndexOf('@') + 1)..];
}
