using System.Net;
using System.Text;
using System.Security.Cryptography;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Security.Ntlm;

namespace Symbio.Identity.Tests;

public sealed class LocalAuthorityTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.1");

    private readonly ManualTime _time = new();
    private readonly FakeUnixAccounts _unix = new()
    {
        Users = { ["demo"] = new(1000, 100, [100, 27]), ["nobody"] = new(65534, 65534, [65534]) },
        Groups = { ["users"] = 100 },
    };

    private LocalAuthorityOptions Options => new() { ServerName = "NAS", UnixAccounts = _unix, TimeProvider = _time };

    private LocalAccounts NewAccounts() => new(Options) { { "demo", "secret" }, { "boss", "Geheim", true } };

    /// <summary>What a client that knows this password sends, [MS-NLMP] 3.3.2.</summary>
    private static NtlmLogon Logon(string user, string password, string domain = "WORKGROUP")
    {
        byte[] serverChallenge = RandomNumberGenerator.GetBytes(8);
        byte[] client = [1, 1, 0, 0, 0, 0, 0, 0, .. new byte[8], .. RandomNumberGenerator.GetBytes(8), 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0];
        byte[] key = HMACMD5.HashData(
            LocalUserDatabase.HashPassword(password), Encoding.Unicode.GetBytes(user.ToUpperInvariant() + domain));
        byte[] proof = HMACMD5.HashData(key, (byte[])[.. serverChallenge, .. client]);
        return new NtlmLogon(
            user, domain, "CLIENT", serverChallenge, (byte[])[.. proof, .. client], ReadOnlyMemory<byte>.Empty,
            new AvPairs(new byte[4]));
    }

    [Theory]
    [InlineData("demo", "WORKGROUP")]
    [InlineData("DEMO", "")]
    [InlineData("Demo", "some.other.domain")]
    public async Task The_right_password_logs_on_whatever_the_domain(string name, string domain)
    {
        var result = await NewAccounts().VerifyAsync(Logon(name, "secret", domain), default);
        Assert.Equal(NtStatus.Success, result.Status);
        Assert.NotNull(result.SessionBaseKey);
        var identity = Assert.IsType<LogonIdentity>(result.Identity);
        Assert.Equal("demo", identity.UserName);
        Assert.Equal("NAS", identity.DomainName);
    }

    [Fact]
    public async Task Unknown_user_and_wrong_password_get_one_answer()
    {
        var accounts = NewAccounts();
        Assert.Equal(new NtlmVerification(NtStatus.LogonFailure),
            await accounts.VerifyAsync(Logon("demo", "wrong"), default));
        Assert.Equal(new NtlmVerification(NtStatus.LogonFailure),
            await accounts.VerifyAsync(Logon("nobody", "wrong"), default));
    }

    [Fact]
    public async Task A_disabled_account_says_so_only_to_who_knows_its_password()
    {
        var accounts = NewAccounts();
        accounts.Add(accounts.Current.FindUser("demo")! with { Disabled = true });
        Assert.Equal(NtStatus.AccountDisabled, (await accounts.VerifyAsync(Logon("demo", "secret"), default)).Status);
        Assert.Equal(NtStatus.LogonFailure, (await accounts.VerifyAsync(Logon("demo", "wrong"), default)).Status);
    }

    [Fact]
    public async Task A_failure_delays_the_next_attempt_from_there()
    {
        var accounts = NewAccounts();
        var verifier = accounts.ForPeer(Address);
        await verifier.VerifyAsync(Logon("demo", "wrong"), default);

        var next = verifier.VerifyAsync(Logon("demo", "secret"), default).AsTask();
        Assert.False(next.IsCompleted);
        Assert.Equal(NtStatus.Success, (await accounts.ForPeer(IPAddress.Loopback)
            .VerifyAsync(Logon("demo", "secret"), default)).Status);
        _time.Advance(LogonDelay.FirstDelay);
        Assert.Equal(NtStatus.Success, (await next).Status);
        // And all is forgotten.
        Assert.True(verifier.VerifyAsync(Logon("demo", "secret"), default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_flood_of_guesses_is_refused_unchecked()
    {
        var verifier = NewAccounts().ForPeer(Address);
        for (int i = 0; i < 6; i++)
        {
            var attempt = verifier.VerifyAsync(Logon("demo", "wrong"), default).AsTask();
            while (!attempt.IsCompleted)
            {
                _time.Advance(LogonDelay.MaxDelay);
                await Task.WhenAny(attempt, Task.Delay(20));
            }
        }
        var flood = Enumerable.Range(0, 50)
            .Select(_ => verifier.VerifyAsync(Logon("demo", "secret"), default).AsTask()).ToList();
        for (int i = 0; i < 200 && flood.Any(t => !t.IsCompleted); i++)
        {
            _time.Advance(LogonDelay.MaxWait);
            await Task.Delay(5);
        }
        var results = await Task.WhenAll(flood);
        Assert.True(results.Count(r => r.Status == NtStatus.Success) < 10);
        Assert.All(results, r => Assert.True(r.Status is NtStatus.Success or NtStatus.LogonFailure));
    }

    [Fact]
    public async Task A_token_holds_the_users_groups_and_its_Unix_account()
    {
        var accounts = NewAccounts();
        var identity = (LogonIdentity)(await accounts.VerifyAsync(Logon("demo", "secret"), default)).Identity!;
        var domain = accounts.DomainSid;
        var token = identity.Token;
        Assert.Equal(domain.AppendRid(LocalAccounts.StableRid("demo")), token.UserSid);
        Assert.Equal(domain.AppendRid(513), token.PrimaryGroupSid);
        Sid[] expected =
        [
            domain.AppendRid(513), Sid.Everyone, Sid.Network, Sid.AuthenticatedUsers, Sid.BuiltinUsers,
            Sid.UnixUser(1000), Sid.UnixGroup(100), Sid.UnixGroup(27),
        ];
        Assert.Equal(expected.Select(s => s.ToString()).Order(), token.GroupSids.Select(s => s.ToString()).Order());
        Assert.Equal(1000u, identity.Unix!.Uid);
        Assert.False(identity.IsAdministrator);
        Assert.False(token.HasPrivilege(TokenPrivileges.Backup));
    }

    [Fact]
    public async Task An_administrator_without_Unix_account_works_as_the_service()
    {
        var identity = (LogonIdentity)(await NewAccounts().VerifyAsync(Logon("boss", "Geheim"), default)).Identity!;
        Assert.True(identity.IsAdministrator);
        Assert.True(identity.Token.Contains(Sid.BuiltinAdministrators));
        Assert.True(identity.Token.HasPrivilege(TokenPrivileges.Backup | TokenPrivileges.TakeOwnership));
        Assert.Null(identity.Unix);
        Assert.True(identity.Token.Contains(Sid.UnixUser(0)));
    }

    [Fact]
    public async Task A_service_that_is_not_root_works_as_itself_for_everybody()
    {
        var unix = new FakeUnixAccounts { Service = new(999, 999, []), CanImpersonate = false,
            Users = { ["demo"] = new(1000, 100, []) } };
        var accounts = new LocalAccounts(Options with { UnixAccounts = unix }) { { "demo", "secret" } };
        var identity = (LogonIdentity)(await accounts.VerifyAsync(Logon("demo", "secret"), default)).Identity!;
        Assert.Null(identity.Unix);
        Assert.True(identity.Token.Contains(Sid.UnixUser(999)));
        Assert.False(identity.Token.Contains(Sid.UnixUser(1000)));
    }

    [Fact]
    public async Task Guests_come_only_when_allowed_and_never_with_a_known_name()
    {
        Assert.Null(NewAccounts().Guest);
        var accounts = new LocalAccounts(Options with { AllowGuest = true }) { { "demo", "secret" } };
        var result = await accounts.VerifyAsync(Logon("stranger", "x"), default);
        Assert.True(result.IsGuest);
        Assert.Null(result.SessionBaseKey);
        var guest = (LogonIdentity)result.Identity!;
        Assert.True(guest.IsGuest && guest.Token.IsGuest);
        Assert.True(guest.Token.Contains(Sid.BuiltinGuests));
        Assert.False(guest.Token.Contains(Sid.AuthenticatedUsers));
        Assert.False(guest.Token.Contains(Sid.BuiltinUsers));
        Assert.Equal(65534u, guest.Unix!.Uid);
        Assert.Equal(NtStatus.LogonFailure, (await accounts.VerifyAsync(Logon("demo", "wrong"), default)).Status);
    }

    [Fact]
    public async Task Guests_whose_account_is_not_there_do_not_work_as_root()
    {
        _unix.Users.Remove("nobody");
        var accounts = new LocalAccounts(Options with { AllowGuest = true });

        var result = await accounts.VerifyAsync(Logon("stranger", "x"), default);

        Assert.Equal((NtStatus.AccountRestriction, null), (result.Status, result.Identity));
        Assert.Equal("there is no Unix account 'nobody'", result.Reason);
        Assert.Null(accounts.Guest);
        Assert.NotNull(new LocalAccounts(Options with { AllowGuest = true, GuestUnixAccount = null }).Guest);
    }

    [Theory]
    [InlineData(null, false, true)] // None of the user's name: the service's own, as ever.
    [InlineData("", true, true)]
    [InlineData("missing", false, false)]
    [InlineData("missing", true, false)]
    [InlineData(null, true, false)] // Perhaps there is one.
    public async Task A_user_works_as_the_service_only_without_an_account(string? named, bool fails, bool logsOn)
    {
        var accounts = NewAccounts();
        accounts.Add(accounts.Current.FindUser("boss")! with { UnixAccount = named });
        if (fails)
            _unix.Failing.UnionWith(["boss", "missing"]);

        for (int i = 0; i < 20; i++) // Nor does whoever knows the password wait for it.
        {
            var verify = accounts.ForPeer(Address).VerifyAsync(Logon("boss", "Geheim"), default);
            Assert.True(verify.IsCompleted);
            var result = await verify;
            Assert.Equal(logsOn ? NtStatus.Success : NtStatus.AccountRestriction, result.Status);
            Assert.Equal(logsOn, result.Identity is LogonIdentity { Unix: null });
            Assert.Equal(logsOn, result.SessionBaseKey is not null);
            Assert.Equal(!logsOn, result.Reason?.Contains(named ?? "boss", StringComparison.Ordinal) ?? false);
        }

        _unix.Failing.Clear();
        _unix.Users["boss"] = _unix.Users["missing"] = new UnixIdentity(1001, 100, []);
        var later = (LogonIdentity)(await accounts.VerifyAsync(Logon("boss", "Geheim"), default)).Identity!;
        Assert.Equal(named == "" ? (uint?)null : 1001u, later.Unix?.Uid);
    }

    [Fact]
    public async Task A_service_that_is_not_root_asks_for_no_account()
    {
        var unix = new FakeUnixAccounts { Service = new(999, 999, []), CanImpersonate = false, Failing = { "demo" } };
        var accounts = new LocalAccounts(Options with { UnixAccounts = unix, AllowGuest = true }) { { "demo", "secret" } };
        accounts.Add(accounts.Current.FindUser("demo")! with { UnixAccount = "missing" });

        Assert.Equal(NtStatus.Success, (await accounts.VerifyAsync(Logon("demo", "secret"), default)).Status);
        Assert.True((await accounts.VerifyAsync(Logon("stranger", "x"), default)).IsGuest);
        Assert.NotNull(accounts.Guest);
    }

    [Fact]
    public void Inline_users_stand_in_front_of_a_database_and_keep_its_RIDs()
    {
        var beneath = new LocalAccounts(Options, machineSid: new Sid(5, 21, 1, 2, 3));
        beneath.Add(new LocalUser { Name = "demo", Rid = 1000, NtHash = LocalUserDatabase.HashPassword("old") });
        beneath.Add(new LocalUser { Name = "kept", Rid = 1001, NtHash = LocalUserDatabase.HashPassword("kept") });
        var accounts = new LocalAccounts(Options, beneath) { { "demo", "new" }, { "more", "more" } };
        Assert.Equal(beneath.DomainSid, accounts.DomainSid);
        Assert.Equal(["demo", "kept", "more"], accounts.Select(u => u.Name));
        Assert.Equal(1000u, accounts.Current.FindUser("demo")!.Rid);
        beneath.Remove("kept");
        Assert.Equal(["demo", "more"], accounts.Select(u => u.Name));
    }

    [Theory]
    [InlineData("demo", "NAS\\demo")]
    [InlineData("nas\\BOSS", "NAS\\boss")]
    [InlineData("Everyone", "\\Everyone")]
    [InlineData("BUILTIN\\Administrators", "BUILTIN\\Administrators")]
    [InlineData("NT AUTHORITY\\authenticated users", "NT AUTHORITY\\Authenticated Users")]
    [InlineData("NAS\\None", "NAS\\None")]
    [InlineData("Unix User\\demo", "Unix User\\demo")]
    [InlineData("Unix Group\\users", "Unix Group\\users")]
    public void Names_and_SIDs_find_each_other(string name, string expected)
    {
        var accounts = NewAccounts();
        Assert.True(accounts.TryLookupName(name, out var byName));
        Assert.Equal(expected, $"{byName.Domain}\\{byName.Name}");
        Assert.True(accounts.TryLookupSid(byName.Sid, out var bySid));
        Assert.Equal(byName, bySid);
    }

    [Theory]
    [InlineData("stranger")]
    [InlineData("OTHER\\demo")]
    [InlineData("")]
    public void Names_of_nobody_are_not_found(string name) => Assert.False(NewAccounts().TryLookupName(name, out _));

    [Fact]
    public void SIDs_of_nobody_are_not_found()
    {
        var accounts = NewAccounts();
        Assert.False(accounts.TryLookupSid(accounts.DomainSid.AppendRid(4711), out _));
        Assert.False(accounts.TryLookupSid(accounts.DomainSid, out _));
        Assert.False(accounts.TryLookupSid(Sid.UnixUser(12345), out _));
    }
}
