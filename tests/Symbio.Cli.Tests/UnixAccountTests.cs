using Symbio.Cli.Configuration;
using Symbio.Cli.Serving;
using Symbio.Identity;
using Symbio.Protocol.Dtyp;

namespace Symbio.Cli.Tests;

/// <summary>Accounts of the system that are missing, or that nobody can say anything about.</summary>
public sealed class UnixAccountTests
{
    private readonly Accounts _unix = new();
    private readonly Clock _clock = new();
    private readonly LocalAccounts _users = new() { { "anna", "secret" } };

    [Theory]
    [InlineData(false, "there is no Unix account 'nobdy'")]
    [InlineData(true, "the Unix account 'nobdy' cannot be looked up")]
    public void Shares_for_guests_need_the_guests_account(bool fails, string expected)
    {
        var settings = new ServerSettings { GuestAccount = "nobdy" };
        settings.Shares["open"] = new ShareSettings { Name = "open", Path = ShareSettings.Memory, Origin = "--share", Guest = true };
        if (fails)
            _unix.Failing.Add("nobdy");

        var refusal = Assert.Throws<SettingsException>(() => Build(settings));
        Assert.Contains(expected, Assert.Single(refusal.Errors), StringComparison.Ordinal);

        _unix.CanImpersonate = false;
        Assert.Single(Build(settings)); // Guests work as the server does, like everybody.
        _unix.CanImpersonate = true;
        settings.Shares["open"].Guest = false;
        Assert.Single(Build(settings));
        settings.Shares["open"].Guest = true;
        _unix.Failing.Clear();
        _unix.Users["nobdy"] = new UnixIdentity(65534, 65534, []);
        Assert.Single(Build(settings));
    }

    [Fact]
    public void An_account_to_run_as_that_cannot_be_looked_up_is_one_line()
    {
        var settings = new ServerSettings();
        settings.Shares["all"] =
            new ShareSettings { Name = "all", Path = ShareSettings.Memory, Origin = "--share", RunAs = "files" };
        _unix.Failing.Add("files");

        var refusal = Assert.Throws<SettingsException>(() => Build(settings));

        Assert.Contains("'files' cannot be looked up", Assert.Single(refusal.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_could_not_be_looked_up_is_looked_up_again()
    {
        var map = new LocalIdentityMap(_users, _unix, _clock);
        Sid anna = _users.Current.Sid.AppendRid(_users.Current.FindUser("anna")!.Rid);
        _unix.Failing.Add("anna");
        Assert.Null(map.UserId(anna));
        Assert.Equal(Sid.UnixUser(1001), map.UserSid(1001));

        _unix.Failing.Clear();
        _unix.Users["anna"] = new UnixIdentity(1001, 100, []);
        Assert.Null(map.UserId(anna)); // Not for every file.
        _clock.Ticks += LocalIdentityMap.RetryPeriod.Ticks;

        Assert.Equal(1001u, map.UserId(anna));
        Assert.Equal(anna, map.UserSid(1001));
        int lookups = _unix.Lookups;
        _clock.Ticks += LocalIdentityMap.RetryPeriod.Ticks;
        Assert.Equal(1001u, map.UserId(anna));
        Assert.Equal(lookups, _unix.Lookups);
    }

    private IReadOnlyList<Server.ShareOptions> Build(ServerSettings settings) =>
        new ShareBuilder(_users, _unix, new LocalIdentityMap(_users, _unix, _clock)).Build(settings, Assert.Fail);

    private sealed class Accounts : IUnixAccounts
    {
        public UnixIdentity Service { get; } = new(0, 0, []);

        public bool CanImpersonate { get; set; } = true;

        public Dictionary<string, UnixIdentity> Users { get; } = [];

        public HashSet<string> Failing { get; } = [];

        public int Lookups { get; private set; }

        public UnixLookup FindUser(string name)
        {
            Lookups++;
            return Failing.Contains(name) ? new(null, Error: 5) : new(Users.GetValueOrDefault(name));
        }

        public uint? FindGroup(string name) => null;

        public string? UserName(uint uid) => null;

        public string? GroupName(uint gid) => null;
    }

    private sealed class Clock : TimeProvider
    {
        public long Ticks { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }
}
