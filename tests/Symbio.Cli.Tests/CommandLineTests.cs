using System.Diagnostics;

namespace Symbio.Cli.Tests;

/// <summary>The built program, as a user runs it: what it prints and how it ends.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Task<Finished> RunAsync(params string[] arguments) => SymbioProcess.RunAsync(_folder, "", arguments);

    [Fact]
    public async Task Version_is_one_line() =>
        Assert.StartsWith("symbio ", (await RunAsync("version")).Good());

    [Theory]
    [InlineData("serve", "--encrypton", "off")]
    [InlineData("serv", "", "")]
    [InlineData("user", "add", "")]
    public async Task A_wrong_command_line_says_where_help_is(string a, string b, string c)
    {
        var result = await RunAsync([.. new[] { a, b, c }.Where(s => s.Length > 0)]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--help", result.Error);
        Assert.DoesNotContain("   at ", result.Error);
    }

    [Fact]
    public async Task A_missing_folder_is_one_line()
    {
        string line = (await RunAsync("serve", "--share", $"files={_folder.File("none")}", "--user", "demo:x",
            "--listen", "127.0.0.1:0")).OneError(2);
        Assert.Contains($"there is no folder {_folder.File("none")}", line);
    }

    [Fact]
    public async Task An_unknown_key_is_one_line_with_file_and_line()
    {
        string file = _folder.Write("symbio.json", "{\n  \"encrypton\": \"off\"\n}\n");
        string line = (await RunAsync("serve", "--config", file)).OneError(2);
        Assert.Equal($"symbio: {file}:2: $.encrypton: unknown setting; did you mean 'encryption'?", line);
        Assert.Equal(line, (await RunAsync("config", "check", file)).OneError(2));
    }

    [Fact]
    public async Task Config_check_show_and_schema()
    {
        string file = _folder.Write("symbio.json",
            $$"""{ "shares": { "files": { "path": "{{_folder.Path}}" } }, "workgroup": "NAS" }""");
        Assert.Contains("good (1 shares)", (await RunAsync("config", "check", file)).Good());
        string shown = (await RunAsync("config", "show", "--config", file, "--workgroup", "FLAG")).Good();
        Assert.Contains("\"workgroup\": \"FLAG\"", shown);
        Assert.Contains("additionalProperties", (await RunAsync("config", "schema")).Good());
    }

    [Fact]
    public async Task Users_are_added_listed_changed_and_removed()
    {
        Assert.Equal("added demo", (await SymbioProcess.RunAsync(
            _folder, "secret\n", "user", "add", "demo", "--full-name", "De Mo", "--admin", "--group", "staff")).Good());
        Assert.Contains("there is a user", (await SymbioProcess.RunAsync(_folder, "secret\n", "user", "add", "DEMO"))
            .OneError(1));
        string list = (await RunAsync("user", "list")).Good();
        Assert.Contains("De Mo", list);
        Assert.Contains("staff", list);
        Assert.Contains("administrator", list);
        Assert.Equal("disabled demo", (await RunAsync("user", "disable", "demo")).Good());
        Assert.Contains("disabled", (await RunAsync("user", "list")).Good());
        Assert.Equal("enabled demo", (await RunAsync("user", "enable", "demo")).Good());
        Assert.Equal("changed the password of demo",
            (await SymbioProcess.RunAsync(_folder, "other\n", "user", "passwd", "demo")).Good());
        Assert.Contains("empty password", (await SymbioProcess.RunAsync(_folder, "\n", "user", "passwd", "demo"))
            .OneError(1));
        Assert.Equal("removed demo", (await RunAsync("user", "remove", "demo")).Good());
        Assert.Contains("there is no user", (await RunAsync("user", "remove", "demo")).OneError(1));
    }

    [Fact]
    public async Task Users_of_Samba_are_imported()
    {
        string file = _folder.Write("smbpasswd",
            "alice:1000:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:8846F7EAEE8FB117AD06BDD830B7586C:[U          ]:LCT-5F3C2A11:\n");
        Assert.Equal("added alice", (await RunAsync("user", "import", file)).Good());
        Assert.Contains("alice", (await RunAsync("user", "list")).Good());
    }

    [Fact]
    public async Task A_users_file_that_others_can_read_is_refused()
    {
        await SymbioProcess.RunAsync(_folder, "secret\n", "user", "add", "demo", "--users-file",
            _folder.File("u.json"));
        File.SetUnixFileMode(_folder.File("u.json"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", (await RunAsync("user", "list", "--users-file", _folder.File("u.json")))
            .OneError(1));
        Assert.Contains("chmod 600", (await RunAsync(
            "serve", "--share", "m=memory:", "--users-file", _folder.File("u.json"), "--listen", "127.0.0.1:0"))
                .OneError(1));
    }

    [Fact]
    public async Task Status_without_a_server_is_one_line() =>
        Assert.Contains("no server answers", (await RunAsync("status", "--control", _folder.File("none"))).OneError(1));

    [Fact]
    public async Task The_systemd_unit_is_well_formed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed");
        string unit = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "eng/systemd/symbio.service"));
        // It checks that the program is there, so it gets the one that was built.
        _folder.Write("symbio.service", unit.Replace("/usr/local/lib/symbio/symbio", SymbioProcess.Program));
        using var verify = Process.Start(new ProcessStartInfo("systemd-analyze",
            ["verify", _folder.File("symbio.service")])
        {
            RedirectStandardError = true,
        })!;
        string said = await verify.StandardError.ReadToEndAsync();
        await verify.WaitForExitAsync();
        Assert.Equal("", said.Trim());
        Assert.Equal(0, verify.ExitCode);
    }
}
