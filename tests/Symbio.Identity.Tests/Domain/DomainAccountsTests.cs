using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Security.Gss;
using Symbio.Testing;

namespace Symbio.Identity.Tests.Domain;

public sealed class DomainAccountsTests : IDisposable
{
    private const string Service = "cifs/files.test.example@TEST.EXAMPLE";
    private static readonly DateTimeOffset End = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Sid Machine = Sid.Parse("S-1-5-21-9-9-9");

    private readonly FakeUnixAccounts _unix = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-domain-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_user_of_the_domain_has_the_pacs_sids_and_ids_made_of_rids()
    {
        LogonIdentity bob = LogOn(New(), PacSamples.Bob());

        Assert.Equal(("TEST", "bob"), (bob.DomainName, bob.UserName));
        Assert.Equal(End, bob.ExpirationTime);
        Assert.Equal("S-1-5-21-1-2-3-1105", bob.Token.UserSid.ToString());
        Assert.Equal("S-1-5-21-1-2-3-513", bob.Token.PrimaryGroupSid.ToString());
        foreach (Sid sid in new[]
        {
            Sid.Parse("S-1-5-21-1-2-3-1200"), Sid.Everyone, Sid.AuthenticatedUsers, Sid.Network, Sid.BuiltinUsers,
            Sid.UnixUser(1_001_105), Sid.UnixGroup(1_000_513), Sid.UnixGroup(1_001_200),
        })
        {
            Assert.True(bob.Token.Contains(sid), sid.ToString());
        }

        Assert.False(bob.Token.Contains(Sid.BuiltinAdministrators));
        Assert.False(bob.IsAdministrator || bob.IsGuest || bob.IsAnonymous);
        Assert.Equal((1_001_105u, 1_000_513u), (bob.Unix!.Uid, bob.Unix.Gid));
        Assert.Equal([1_001_200u], bob.Unix.Groups);
    }

    [Fact]
    public void Domain_admins_administer_the_server()
    {
        KerbValidationInfo info = PacSamples.Bob();
        info.GroupIds = [PacSamples.Group(513), PacSamples.Group(512)];

        LogonIdentity bob = LogOn(New(), info);

        Assert.True(bob.IsAdministrator);
        Assert.True(bob.Token.Contains(Sid.BuiltinAdministrators));
        Assert.True(bob.Token.HasPrivilege(TokenPrivileges.Backup | TokenPrivileges.TakeOwnership));
    }

    [Fact] // Another domain's 512 is nobody here, and its RIDs would be our users' ids.
    public void Accounts_of_other_domains_get_neither_our_ids_nor_our_rights()
    {
        KerbValidationInfo info = PacSamples.Bob();
        info.GroupIds = [PacSamples.Group(512)];
        DomainAccounts accounts = New();

        KerberosVerification refused = accounts.Identify(Logon(info, "bob@OTHER.EXAMPLE"));
        Assert.Equal(NtStatus.LogonFailure, refused.Status);
        Assert.Contains("another domain", refused.Reason, StringComparison.Ordinal);
        Assert.Null(accounts.OwnDomain);

        // Where all work as the service there are no ids to mistake.
        DomainAccounts unprivileged = New(canImpersonate: false);
        var identity = (LogonIdentity)unprivileged.Identify(Logon(info, "bob@OTHER.EXAMPLE")).Identity!;
        Assert.Null(identity.Unix);
        Assert.False(identity.IsAdministrator);
    }

    [Fact]
    public void Sids_of_this_machine_do_not_come_from_a_domain_controller()
    {
        KerbValidationInfo info = PacSamples.Bob();
        info.UserFlags = ValidationUserFlags.ExtraSids;
        Sid[] ours =
        [
            Sid.UnixUser(0), Sid.UnixGroup(0), Sid.BuiltinAdministrators, Machine.AppendRid(1000),
        ];
        Sid theirs = Sid.Parse("S-1-18-1");
        info.ExtraSids = [.. ours.Append(theirs).Select(sid => new SidAndAttributes { Sid = sid, Attributes = 7 })];

        LogonIdentity bob = LogOn(New(), info);

        Assert.True(bob.Token.Contains(theirs));
        Assert.All(ours, sid => Assert.False(bob.Token.Contains(sid), sid.ToString()));
    }

    [Fact]
    public void A_ticket_without_a_pac_or_with_a_broken_one_is_refused()
    {
        DomainAccounts accounts = New();

        KerberosVerification without = accounts.Identify(new KerberosLogon("bob@TEST.EXAMPLE", Service, default, End));
        KerberosVerification broken = accounts.Identify(new KerberosLogon("bob@TEST.EXAMPLE", Service, new byte[8], End));

        Assert.Equal((NtStatus.LogonFailure, NtStatus.LogonFailure), (without.Status, broken.Status));
        Assert.Contains("no PAC", without.Reason, StringComparison.Ordinal);
        Assert.Contains("malformed", broken.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void With_nss_the_system_says_which_account_it_is()
    {
        _unix.Users["TEST\\bob"] = new UnixIdentity(5001, 5000, [5002]);

        LogonIdentity bob = LogOn(New(DomainUnixMapping.Nss), PacSamples.Bob());

        Assert.Equal(5001u, bob.Unix!.Uid);
        Assert.True(bob.Token.Contains(Sid.UnixUser(5001)) && bob.Token.Contains(Sid.UnixGroup(5002)));
    }

    [Theory] // CVE-2020-25717: a user of the domain who is named like an account of the system.
    [InlineData(0)]
    [InlineData(999)]
    public void With_nss_nobody_becomes_an_account_of_the_system(uint uid)
    {
        _unix.Users["bob"] = new UnixIdentity(uid, uid, []);

        KerberosVerification refused = New(DomainUnixMapping.Nss).Identify(Logon(PacSamples.Bob()));

        Assert.Equal(NtStatus.LogonFailure, refused.Status);
        Assert.Contains("no Unix account", refused.Reason, StringComparison.Ordinal);
    }

    [Fact] // What remains of CVE-2020-25717: OTHER\bob is not the local bob, whoever he is.
    public void With_nss_the_bare_name_is_the_own_domains()
    {
        _unix.Users["bob"] = new UnixIdentity(5001, 5000, []);
        DomainAccounts accounts = New(DomainUnixMapping.Nss);

        Assert.Equal(NtStatus.LogonFailure, accounts.Identify(Logon(PacSamples.Bob(), "bob@OTHER.EXAMPLE")).Status);
        Assert.Equal(5001u, LogOn(accounts, PacSamples.Bob()).Unix!.Uid);

        _unix.Users["TEST\\bob"] = new UnixIdentity(6001, 6000, []);
        KerberosVerification known = accounts.Identify(Logon(PacSamples.Bob(), "bob@OTHER.EXAMPLE"));
        Assert.Equal(6001u, ((LogonIdentity)known.Identity!).Unix!.Uid);
    }

    [Fact]
    public void With_nss_nobody_becomes_the_next_name_while_the_first_cannot_be_looked_up()
    {
        _unix.Users["bob"] = new UnixIdentity(5001, 5000, []);
        _unix.Failing.Add("TEST\\bob");

        KerberosVerification refused = New(DomainUnixMapping.Nss).Identify(Logon(PacSamples.Bob()));

        Assert.Equal(NtStatus.LogonFailure, refused.Status);
        Assert.Contains("cannot be looked up", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rid_that_no_id_can_be_made_of_is_refused()
    {
        KerbValidationInfo info = PacSamples.Bob();
        info.UserId = 0x8000_0000;

        Assert.Equal(NtStatus.LogonFailure, New().Identify(Logon(info)).Status);
    }

    [Fact]
    public void Names_and_ids_are_known_once_somebody_has_logged_on_and_after_a_restart()
    {
        string state = Path.Combine(_folder, "state", "domain.json");
        DomainAccounts accounts = New(state: state);
        Sid users = PacSamples.Domain.AppendRid(513);
        Assert.False(accounts.TryLookupSid(users, out _));
        Assert.Null(accounts.FindSid(1_000_513));

        LogonIdentity bob = LogOn(accounts, PacSamples.Bob());

        Assert.True(accounts.TryLookupSid(bob.Token.UserSid, out AccountName name));
        Assert.Equal(("TEST", "bob", false), (name.Domain, name.Name, name.IsGroup));
        Assert.True(accounts.TryLookupName(@"test\BOB", out name) && name.Sid == bob.Token.UserSid);
        Assert.True(accounts.TryLookupName(@"TEST\Domain Users", out name) && name.Sid == users && name.IsGroup);
        Assert.False(accounts.TryLookupName(@"OTHER\Domain Users", out _));

        DomainAccounts later = New(state: state);
        Assert.Equal(new KnownDomain("TEST.EXAMPLE", "TEST", PacSamples.Domain), later.OwnDomain);
        Assert.Equal(users, later.FindSid(1_000_513));
        Assert.Equal(1_000_513u, later.FindId(users));
        Assert.Null(later.FindSid(999_999));
        Assert.Null(later.FindId(PacSamples.Resources.AppendRid(513)));
        Assert.True(later.TryLookupSid(users, out _));
        Assert.False(later.TryLookupSid(bob.Token.UserSid, out _));
    }

    [Fact]
    public void A_broken_state_file_is_as_none()
    {
        string state = Path.Combine(_folder, "domain.json");
        File.WriteAllText(state, "{ \"realm\": 1");

        DomainAccounts accounts = New(state: state);

        Assert.Null(accounts.OwnDomain);
        LogOn(accounts, PacSamples.Bob());
        Assert.NotNull(New(state: state).OwnDomain);
    }

    [Fact]
    public void The_captured_ticket_is_alices()
    {
        var verification = New().Identify(new KerberosLogon(
            "alice@EXAMPLE.TEST", "cifs/files.example.test@EXAMPLE.TEST", CapturedTicket.Pac, End));

        Assert.Equal(NtStatus.Success, verification.Status);
        Assert.Equal(1_001_106u, ((LogonIdentity)verification.Identity!).Unix!.Uid);
    }

    private static KerberosLogon Logon(in KerbValidationInfo info, string client = "bob@TEST.EXAMPLE") =>
        new(client, Service, PacSamples.With(info), End);

    private static LogonIdentity LogOn(DomainAccounts accounts, in KerbValidationInfo info)
    {
        KerberosVerification verification = accounts.Identify(Logon(info));
        Assert.Equal(NtStatus.Success, verification.Status);
        return (LogonIdentity)verification.Identity!;
    }

    private DomainAccounts New(
        DomainUnixMapping mapping = DomainUnixMapping.Rid, bool canImpersonate = true, string? state = null)
    {
        IUnixAccounts unix = canImpersonate ? _unix : new FakeUnixAccounts { CanImpersonate = false };
        return new DomainAccounts(
            new LocalAccounts(new LocalAuthorityOptions { UnixAccounts = unix }, machineSid: Machine),
            new DomainAccountsOptions { Mapping = mapping, UnixAccounts = unix, StateFile = state });
    }
}
