using Microsoft.Extensions.Logging;
using Symbio.Cli.Configuration;
using Symbio.Protocol.Smb2;
using Symbio.Server;

namespace Symbio.Cli.Tests;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FlagProvider _flags = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _folder.Dispose();

    private LoadedSettings Load(string? json = null)
    {
        string? file = json is null ? null : _folder.Write("symbio.json", json);
        return SettingsLoader.Load(file, _flags, _environment);
    }

    private string Error(string json)
    {
        var error = Assert.Throws<SettingsException>(() => Load(json));
        string line = Assert.Single(error.Errors);
        Assert.DoesNotContain('\n', line);
        return line;
    }

    [Fact]
    public void Nothing_given_is_the_secure_default()
    {
        var settings = Load().Settings;
        Assert.True(settings.RequireSigning);
        Assert.Equal(EncryptionMode.Offered, settings.Encryption);
        Assert.False(settings.AllowAnonymous);
        Assert.Equal(Dialect.Smb202, settings.MinDialect);
        Assert.Empty(settings.Shares);
    }

    [Theory]
    [InlineData("eth0", "eth0")]
    [InlineData("192.0.2.1;speed=2.5G;rss", "192.0.2.1;speed=2500M;rss")]
    [InlineData("eth0; no-rss; speed=10g", "eth0;speed=10G;no-rss")]
    public void Interfaces_say_what_the_system_does_not_know(string written, string shown)
    {
        var settings = Load($$"""{ "interfaces": ["{{written}}"] }""").Settings;

        Assert.Equal(shown, InterfaceSetting.Type.ToJson(Assert.Single(settings.Interfaces))!.ToString());
    }

    [Theory]
    [InlineData(";rss")]
    [InlineData("eth0;speed=fast")]
    [InlineData("eth0;speed=0")]
    [InlineData("eth0;rdma")]
    public void An_interface_that_makes_no_sense_is_refused(string written) =>
        Assert.Contains("interfaces", Error($$"""{ "interfaces": ["{{written}}"] }"""));

    [Fact]
    public void Flags_go_before_environment_before_file_before_defaults()
    {
        const string json = """
            { "encryption": "off", "workgroup": "FILE", "serverName": "FILE", "log": { "level": "error" } }
            """;
        _environment["SYMBIO_WORKGROUP"] = "ENV";
        _environment["SYMBIO_LOG__LEVEL"] = "warning";
        _environment["SYMBIO_SERVER_NAME"] = "ENV";
        _flags.Set("serverName", "--server-name", ["FLAG"]);

        var settings = Load(json).Settings;
        Assert.Equal(EncryptionMode.Off, settings.Encryption);
        Assert.Equal("ENV", settings.Workgroup);
        Assert.Equal(LogLevel.Warning, settings.LogLevel);
        Assert.Equal("FLAG", settings.ServerName);
        Assert.Equal("nobody", settings.GuestAccount);
    }

    [Fact]
    public void A_list_replaces_the_whole_list_of_a_weaker_source()
    {
        const string json = """{ "listen": ["10.0.0.1:445", "10.0.0.2:445", "10.0.0.3:445"], "ciphers": "AES-256-GCM" }""";
        Assert.Equal(3, Load(json).Settings.Listen.Count);
        Assert.Equal([EncryptionAlgorithm.Aes256Gcm], Load(json).Settings.Ciphers);
        _environment["SYMBIO_LISTEN"] = "0.0.0.0:1445, [::1]:1445";
        Assert.Equal(["0.0.0.0:1445", "[::1]:1445"], Load(json).Settings.Listen.Select(e => e.ToString()));
        _flags.Set("listen", "--listen", ["127.0.0.1:4450"]);
        Assert.Equal(["127.0.0.1:4450"], Load(json).Settings.Listen.Select(e => e.ToString()));
    }

    [Fact]
    public void Shares_of_all_sources_come_together_setting_by_setting()
    {
        const string json = """
            {
              // A comment, and trailing commas.
              "shares": {
                "Files": { "path": "data", "readOnly": true, "users": ["demo", "staff"], },
                "other_one": { "path": "/tmp" },
              },
            }
            """;
        _environment["SYMBIO_SHARES__FILES__ENCRYPT"] = "true";
        _environment["SYMBIO_SHARES__OTHER_ONE__COMMENT"] = "from the environment";
        ShareFlag.Add(_flags, "files=/srv/flag,rw,users=alice+bob");
        ShareFlag.Add(_flags, "scratch=memory:,hidden,capacity=1GiB");

        var shares = Load(json).Settings.Shares;
        Assert.Equal(["Files", "other_one", "scratch"], shares.Values.Select(s => s.Name));
        var files = shares["files"];
        Assert.Equal("/srv/flag", files.Path);
        Assert.False(files.ReadOnly);
        Assert.True(files.Encrypt);
        Assert.Equal(["alice", "bob"], files.Users);
        Assert.Equal("from the environment", shares["other_one"].Comment);
        Assert.True(shares["scratch"] is { IsMemory: true, Hidden: true, Capacity: 1UL << 30 });
    }

    [Fact]
    public void A_relative_path_in_a_file_is_the_files()
    {
        var settings = Load("""{ "shares": { "files": { "path": "data" } } }""").Settings;
        Assert.Equal(_folder.File("data"), settings.Shares["files"].Path);
    }

    [Theory]
    [InlineData("{\n  \"encrypton\": \"off\"\n}", ":2: $.encrypton: unknown setting; did you mean 'encryption'?")]
    [InlineData("{\n  \"log\": {\n \"levle\": \"info\" } }", ":3: $.log.levle: unknown setting; did you mean 'level'?")]
    [InlineData("{ \"shares\": { \"files\": { \"path\": \"/tmp\", \"readonyl\": true } } }",
        ":1: $.shares.files.readonyl: unknown setting; did you mean 'readOnly'?")]
    [InlineData("{ \"zebra\": 1 }", ":1: $.zebra: unknown setting; see `symbio config schema`")]
    [InlineData("{ \"limits\": 5 }", null)]
    [InlineData("{ \"encryption\": { \"x\": 1 } }", ":1: $.encryption.x: unknown setting")]
    [InlineData("{ \"encryption\": \"maybe\" }", ":1: $.encryption: 'maybe' is not one of off, offered, required")]
    [InlineData("{\n\n\"requireSigning\": \"perhaps\" }", ":3: $.requireSigning: 'perhaps' is neither true nor false")]
    [InlineData("{ \"limits\": { \"maxCredits\": 1 } }",
        ":1: $.limits.maxCredits: '1' is not a whole number from 64 to 65535")]
    [InlineData("{ \"limits\": { \"maxIoSize\": \"9GiB\" } }",
        ":1: $.limits.maxIoSize: '9GiB' is not a size from 64KiB to 8MiB")]
    [InlineData("{ \"limits\": { \"authenticationTimeout\": \"soon\" } }",
        ":1: $.limits.authenticationTimeout: 'soon' is not a time from 1s to 1h")]
    [InlineData("{ \"listen\": [\"0.0.0.0\"] }", ":1: $.listen[0]: '0.0.0.0' is not ADDRESS:PORT")]
    [InlineData("{ \"minDialect\": \"3.1.1\",\n \"maxDialect\": \"2.1\" }",
        ":1: $.minDialect: minDialect is newer than maxDialect")]
    [InlineData("{ \"ciphers\": [] }", "no cipher is left")]
    [InlineData("{ \"shares\": { \"files\": {} } }", ":1: $.shares.files: share 'files' has no path")]
    [InlineData("{ \"shares\": { \"a/b\": { \"path\": \"/tmp\" } } }", "a share's name has none of")]
    [InlineData("{ \"shares\": { \"ipc$\": { \"path\": \"/tmp\" } } }", "IPC$ is there by itself")]
    [InlineData("{ \"shares\": { \"A\": { \"path\": \"/tmp\" },\n \"a\": { \"path\": \"/tmp\" } } }",
        ":2: $.shares.a is given twice")]
    [InlineData("{ \"encryption\": \"off\", \"shares\": { \"a\": { \"path\": \"/tmp\", \"encrypt\": true } } }",
        "share 'a' wants encryption, which is off")]
    [InlineData("{\n \"encryption\": off\n}", ":2: not valid JSON")]
    [InlineData("[]", ":1: a configuration is an object")]
    [InlineData("", ":1: not valid JSON")]
    [InlineData("{ \"serverName\": \"a name that is far too long\" }",
        ":1: $.serverName: 'a name that is far too long' is no server name")]
    [InlineData("{ \"users\": [\"demo:\"] }", ":1: $.users[0]: user 'demo' has an empty password")]
    public void An_error_says_file_line_path_and_what_to_do(string json, string? expected)
    {
        if (expected is null)
        {
            Load(json); // A group without settings says nothing.
            return;
        }
        string line = Error(json);
        Assert.StartsWith(_folder.File("symbio.json") + ":", line);
        Assert.Contains(expected, line);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var error = Assert.Throws<SettingsException>(
            () => Load("{ \"a\": 1, \"encryption\": 2, \"log\": { \"level\": 3 } }"));
        Assert.Equal(3, error.Errors.Count);
    }

    [Fact]
    public void A_missing_file_is_one_line()
    {
        var error = Assert.Throws<SettingsException>(() => SettingsLoader.Load(_folder.File("none.json"), _flags,
            _environment));
        Assert.Equal($"{_folder.File("none.json")}: there is no such file", Assert.Single(error.Errors));
    }

    [Fact]
    public void Errors_of_flags_and_environment_name_them()
    {
        _environment["SYMBIO_ENCRYPTION"] = "sometimes";
        Assert.StartsWith("SYMBIO_ENCRYPTION: 'sometimes'", Assert.Throws<SettingsException>(() => Load()).Errors[0]);
        _flags.Set("encryption", "--encryption", ["never"]);
        Assert.StartsWith("--encryption: 'never'", Assert.Throws<SettingsException>(() => Load()).Errors[0]);
    }

    [Theory]
    [InlineData("SYMBIO_1")]
    [InlineData("SYMBIO_")]
    [InlineData("SYMBIO___")]
    [InlineData("SYMBIO_1__2")]
    public void A_variable_without_a_word_is_only_a_warning(string name)
    {
        _environment[name] = "x";
        Assert.Contains($"{name}: unknown setting", Assert.Single(Load().Warnings));
    }

    [Fact]
    public void A_setting_that_is_a_number_is_one_line() => Assert.Contains("unknown setting", Error("""{ "5": 1 }"""));

    [Fact]
    public void An_unknown_variable_is_only_a_warning()
    {
        _environment["SYMBIO_SHARED"] = "/somewhere";
        Assert.Contains("SYMBIO_SHARED: unknown setting", Assert.Single(Load().Warnings));
    }

    [Fact]
    public void Passwords_in_a_file_that_others_can_read_are_refused()
    {
        const string json = """{ "users": ["demo:secret"] }""";
        Assert.Single(Load(json).Settings.Users);
        string file = _folder.Write("open.json", json, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var error = Assert.Throws<SettingsException>(() => SettingsLoader.Load(file, _flags, _environment));
        Assert.Contains("chmod 600", Assert.Single(error.Errors));
    }

    [Theory]
    [InlineData("files", "want NAME=PATH")]
    [InlineData("=x", "want NAME=PATH")]
    [InlineData("files=", "path is missing")]
    [InlineData("files=/x,what", "unknown option 'what'")]
    [InlineData("files=/x,comment", "wants a value")]
    [InlineData("a:b=/x", "share's name")]
    public void A_share_flag_that_is_wrong_is_one_line(string text, string expected)
    {
        var error = Assert.Throws<SettingsException>(() => ShareFlag.Add(_flags, text));
        Assert.Contains(expected, Assert.Single(error.Errors));
    }

    [Fact]
    public void A_comma_in_a_path_is_written_twice()
    {
        ShareFlag.Add(_flags, "files=/srv/a,,b,ro,comment=x=y");
        var share = Load().Settings.Shares["files"];
        Assert.Equal("/srv/a,b", share.Path);
        Assert.True(share.ReadOnly);
        Assert.Equal("x=y", share.Comment);
    }

    [Fact]
    public void What_is_shown_is_without_passwords_and_can_be_read_again()
    {
        _flags.Set("users", "--user", ["demo:secret", "more"]);
        ShareFlag.Add(_flags, "files=/tmp,ro,max-uses=7");
        ShareFlag.Add(_flags, "mem=memory:,capacity=64KiB");
        var settings = Load().Settings;
        string shown = Commands.ConfigCommand.ToText(SettingsView.Create(settings));
        Assert.DoesNotContain("secret", shown);
        var again = SettingsLoader.Load(_folder.Write("shown.json", shown), new FlagProvider(), []).Settings;
        Assert.Equal(shown, Commands.ConfigCommand.ToText(SettingsView.Create(again)));
    }

    [Theory]
    [InlineData("1KiB", 1024UL)]
    [InlineData("8 MiB", 8UL << 20)]
    [InlineData("3G", 3UL << 30)]
    [InlineData("123", 123UL)]
    [InlineData("0", 0UL)]
    public void Sizes_are_what_people_write(string text, ulong expected)
    {
        Assert.True(Units.TryParseSize(text, out ulong bytes));
        Assert.Equal(expected, bytes);
        Assert.True(Units.TryParseSize(Units.Size(bytes), out ulong again) && again == bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1")]
    [InlineData("1.5MiB")]
    [InlineData("99999999999999TiB")]
    public void Other_sizes_are_refused(string text) => Assert.False(Units.TryParseSize(text, out _));

    [Theory]
    [InlineData("45", 45_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("250ms", 250)]
    [InlineData("2h", 7_200_000)]
    public void Times_are_what_people_write(string text, double milliseconds)
    {
        Assert.True(Units.TryParseDuration(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.True(Units.TryParseDuration(Units.Duration(duration), out var again) && again == duration);
    }
}
