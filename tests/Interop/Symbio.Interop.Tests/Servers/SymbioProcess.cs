using System.Globalization;
using System.Text.RegularExpressions;
using Symbio.Interop.Tests.Clients;

namespace Symbio.Interop.Tests.Servers;

/// <summary>The built `symbio serve`.</summary>
public sealed partial class SymbioProcess(ServerSetup setup) : ServerProcess(setup)
{
    private static readonly Lazy<string> Program = new(FindProgram);

    /// <summary>The program that is tested.</summary>
    public static string ProgramPath => Program.Value;

    private IReadOnlyList<string>? _replaced;

    public override bool IsSymbio => true;

    public string UsersFile => Path.Combine(Folder, "users.json");

    public string ControlSocket => Path.Combine(Folder, "control.sock");

    public override IEnumerable<string> ErrorLines =>
        Log.Split('\n').Where(l => ErrorLine().IsMatch(l) && !Setup.AcceptedErrors.Any(l.Contains));

    /// <summary>The arguments of `symbio serve`.</summary>
    public IReadOnlyList<string> Arguments => _replaced ?? FromSetup;

    private static string OptionsOf(ShareSetup share) =>
        (share.ReadOnly ? ",ro" : "") + (share.Encrypt ? ",encrypt" : "")
        + (share.ContinuouslyAvailable ? ",continuously-available" : "") + (share.Users.Length > 0 ? ",users=" + share.Users : "")
        + (share.Options.Length > 0 ? "," + share.Options : "");

    private IReadOnlyList<string> FromSetup =>
    [
        "serve", "--listen", string.Create(CultureInfo.InvariantCulture, $"{Address}:{Setup.Port}"),
        .. Setup.Shares.SelectMany(s => new[] { "--share", $"{s.Name}={PathOf(s.Name)}{OptionsOf(s)}" }),
        .. Setup.Administrator ? [] : new[] { "--user", $"{Accounts.User}:{Accounts.Password}" },
        "--users-file", UsersFile, "--user", $"{Accounts.SecondUser}:{Accounts.SecondPassword}",
        "--control", ControlSocket,
        .. Setup.RequireSigning ? [] : new[] { "--require-signing", "false" },
        .. Setup.Arguments.Select(a => a.Replace("{folder}", Folder)),
    ];

    /// <summary>Starts it in another way than the setup says.</summary>
    public void ReplaceArguments(IReadOnlyList<string> arguments) => _replaced = arguments;

    /// <summary>A command of the same program.</summary>
    public Command NewCommand(params IReadOnlyList<string> arguments) =>
        new(Program.Value, arguments) { Context = () => LogTail, Folder = Folder, Environment = Variables };

    /// <summary>`symbio status --json` of this server.</summary>
    public async Task<System.Text.Json.JsonElement> StatusAsync()
    {
        CommandResult result = (await NewCommand("status", "--json", "--control", ControlSocket).RunAsync()).Succeeded();
        return System.Text.Json.JsonDocument.Parse(result.Output).RootElement;
    }

    /// <summary>What smbclient's "!" runs to write <see cref="StatusAsync"/>'s text into a file while it is connected.</summary>
    public string StatusCommand(string file) => $"{Program.Value} status --json --control {ControlSocket} >{file}";

    protected override async ValueTask<Command> NewCommandAsync()
    {
        if (Setup.Administrator && !File.Exists(UsersFile))
        {
            Command add = NewCommand("user", "add", Accounts.User, "--admin", "--users-file", UsersFile);
            (await (add with { Input = Accounts.Password + "\n" }).RunAsync()).Succeeded();
        }

        Command command = NewCommand(Arguments);
        if (Setup.Account is { } account)
            command = command with { Program = "/usr/bin/setpriv", Arguments = ["--reuid", account, "--regid", GroupOf(account), "--clear-groups", "--no-new-privs", Program.Value, .. Arguments] };
        if (Setup.Through.Count > 0)
            command = command with { Program = Setup.Through[0], Arguments = [.. Setup.Through.Skip(1).Select(a => a.Replace("{folder}", Folder)), command.Program, .. command.Arguments] };
        return command with { Environment = command.Environment.Concat(Setup.Variables).ToDictionary() };
    }

    protected override Task ListensAsync(Task said) => said;

    protected override bool Read(string line)
    {
        Match match = ListeningLine().Match(line);
        if (!match.Success)
            return false;
        Port = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return true;
    }

    private Dictionary<string, string> Variables => new()
    {
        // Users and keys stay inside the folder.
        ["HOME"] = Folder, ["XDG_STATE_HOME"] = Folder, ["XDG_CONFIG_HOME"] = Folder, ["XDG_RUNTIME_DIR"] = Folder, ["STATE_DIRECTORY"] = Folder,
    };

    private static string GroupOf(string account) =>
        File.ReadLines("/etc/passwd").Select(l => l.Split(':')).First(f => f[0] == account)[3];

    /// <summary>$SYMBIO, else the newest of the builds in this repository.</summary>
    private static string FindProgram()
    {
        if (Environment.GetEnvironmentVariable("SYMBIO") is { Length: > 0 } given)
            return given;
        string bin = Path.Combine(Repository.Root, "src/Symbio.Cli/bin");
        return (Directory.Exists(bin) ? Directory.EnumerateFiles(bin, "symbio", SearchOption.AllDirectories) : [])
            .MaxBy(File.GetLastWriteTimeUtc)
            ?? throw new InvalidOperationException($"there is no built symbio in {bin}: dotnet build -c Release Symbio.slnx");
    }

    [GeneratedRegex(@"listening on \S+:(\d+)$")]
    private static partial Regex ListeningLine();

    // The level of a log line, and what the runtime says of an exception that nobody caught.
    [GeneratedRegex(@"^(<\d>)?\S+Z (error|crit ) |exception=""|Unhandled exception|^\s+at Symbio\.")]
    private static partial Regex ErrorLine();
}
