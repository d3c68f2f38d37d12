using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Kerberos;

/// <summary>
/// A Samba Active Directory domain controller and a Symbio that is a member of its domain (FILES), in a network namespace
/// of their own. The domain has alice and bob in eng, carol in staff, and mallory, who is disabled.
/// </summary>
public sealed class DomainServer : IAsyncLifetime
{
    public const string Host = "files.example.test";

    /// <summary>A name that leads to the server, and whose service is another account's.</summary>
    public const string OtherHost = "other.example.test";

    public const string EngShare = "eng";

    private readonly string _netns = $"symbio-{Environment.ProcessId}";
    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-domain-").FullName;
    private Dictionary<string, string> _variables = [];
    private SymbioProcess? _server;
    private string? _tool;
    private string? _missing;

    public SymbioProcess Server => _server ?? throw new InvalidOperationException("RequireAvailable comes first.");

    /// <summary>The key table that the server uses: its own copy.</summary>
    public string Keytab => Path.Combine(_folder, "server.keytab");

    /// <summary>S-1-5-21-…, of the domain.</summary>
    public string DomainSid => File.ReadAllText(Path.Combine(_folder, "dc/domain.sid")).Trim();

    /// <summary>The SID of the group eng.</summary>
    public string EngSid { get; private set; } = "";

    /// <summary>Skips the test when there cannot be a domain here.</summary>
    public void RequireAvailable()
    {
        if (_missing is not null)
            Assert.Skip(_missing);
    }

    public async ValueTask InitializeAsync()
    {
        (_tool, _missing) = Peers.FindDomainController();
        if (Environment.GetEnvironmentVariable("SYMBIO_INTEROP_SERVER") == "samba")
            _missing ??= "of Symbio alone";
        if (_missing is not null)
            return;
        string state = Path.Combine(_folder, "dc");
        (await new Command(_tool!, "start", "--dir", state, "--netns", _netns) { Limit = TimeSpan.FromMinutes(3) }.RunAsync()).Succeeded();
        _variables = File.ReadLines(Path.Combine(state, "env"))
            .Where(l => l.StartsWith("export ", StringComparison.Ordinal))
            .Select(l => l["export ".Length..].Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));
        File.Copy(Path.Combine(state, "files.keytab"), Keytab);
        CommandResult eng = (await ToolAsync("group", "show", "eng", "--attributes=objectSid")).Succeeded();
        EngSid = eng.Matches(@"objectSid: (\S+)").Groups[1].Value;
        // A service of the domain controller's account, whose keys the server does not have, by a name that leads to the server.
        (await ToolAsync("spn", "add", $"cifs/{OtherHost}", "DC$")).Succeeded();
        File.AppendAllText($"/etc/netns/{_netns}/hosts", $"{_variables["AD_FILES_ADDRESS"]} {OtherHost}\n");
        await StartServerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        string[] errors = [.. _server?.ErrorLines ?? []];
        if (_server is not null)
            await _server.DisposeAsync();
        if (_missing is null)
            await new Command(_tool!, "stop", "--dir", Path.Combine(_folder, "dc")).RunAsync();
        Directory.Delete(_folder, recursive: true);
        if (errors.Length > 0)
            throw new InvalidOperationException($"the server logged {errors.Length} errors:\n{string.Join('\n', errors.Take(20))}");
    }

    /// <summary>A command in the domain's network, with the tickets of a user; null: with none.</summary>
    public Command As(string? user, string program, params IReadOnlyList<string> arguments) =>
        new(Peers.Require("ip"), ["netns", "exec", _netns, program.StartsWith('/') ? program : Peers.Require(program), .. arguments])
        {
            Environment = new Dictionary<string, string>(_variables)
            {
                // Without "FILE:", which impacket takes for a part of the name.
                ["KRB5CCNAME"] = Path.Combine(_folder, user is null ? "none" : $"dc/cc/{user}"),
            },
            Folder = _folder,
            Context = () => Server.LogTail,
        };

    /// <summary>smbclient with a user's tickets.</summary>
    public Task<CommandResult> SmbclientAsync(
        string user, string commands, string share = ShareNames.Files, string host = Host, params IReadOnlyList<string> options) =>
        As(
            user, "smbclient",
            [
                $"//{host}/{share}", "-s", Server.ClientConfiguration, "--use-kerberos=required", "-N", .. options, "-c", commands,
            ]).RunAsync();

    /// <summary>samba-tool on the domain controller's database.</summary>
    public Task<CommandResult> ToolAsync(params IReadOnlyList<string> arguments) =>
        new Command(_tool!, ["tool", "--dir", Path.Combine(_folder, "dc"), .. arguments]).RunAsync();

    private async Task StartServerAsync()
    {
        _server = new SymbioProcess(new ServerSetup
        {
            Address = _variables["AD_FILES_ADDRESS"],
            Port = 445,
            Shares = [new(ShareNames.Files), new(EngShare, Users: EngSid)],
            Through = [Peers.Require("ip"), "netns", "exec", _netns],
            Variables = new Dictionary<string, string> { ["KRB5_CONFIG"] = _variables["KRB5_CONFIG"] },
            Arguments =
                ["--kerberos-keytab", Keytab, "--server-name", "FILES", "--workgroup", _variables["AD_WORKGROUP"]],
        });
        // Anybody may make something in these: what is in the way is not the folder's mode bits.
        foreach (string share in new[] { ShareNames.Files, EngShare })
            File.SetUnixFileMode(_server.PathOf(share), (UnixFileMode)0b111_111_111);
        await _server.StartAsync();
    }
}
