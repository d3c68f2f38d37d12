using System.Globalization;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Clients;

/// <summary>The Linux kernel's client in a guest of its own (tools/linux-client). A boot takes half a minute of a processor.</summary>
internal sealed record LinuxClientPeer(ServerProcess Server, string Share = ShareNames.Files)
{
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    public string Version { get; init; } = "3.1.1";

    /// <summary>Mount options beside the version, such as "seal".</summary>
    public string Options { get; init; } = "";

    /// <summary>Further options of the tool, such as --nics.</summary>
    public IReadOnlyList<string> ToolOptions { get; init; } = [];

    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The path of one of the tool's example scripts.</summary>
    public static string ExampleOf(string name) =>
        Path.Combine(Path.GetDirectoryName(Peers.RequireLinuxClient())!, "examples", name + ".sh");

    /// <summary>The path of a script of ours.</summary>
    public static string ScriptOf(string name) => Path.Combine(AppContext.BaseDirectory, "Scripts", name + ".sh");

    /// <summary>Runs scripts: names of examples of the tool, or paths.</summary>
    public async Task<CommandResult> RunAsync(params IReadOnlyList<string> scripts)
    {
        return await RunToolAsync(
            [
                "--port", Server.Port.ToString(CultureInfo.InvariantCulture), "--share", Share, "--user", Accounts.User,
                "--password", Accounts.Password, "--vers", Version, .. Options.Length > 0 ? ["--options", Options] : Array.Empty<string>(),
                .. ToolOptions,
                .. scripts.SelectMany(s => new[] { "--script", s.Contains('/') ? s : ExampleOf(s) }),
            ],
            Limit, () => Server.LogTail);
    }

    /// <summary>Runs a script that needs no server outside of the guest.</summary>
    public static Task<CommandResult> RunAloneAsync(string script, TimeSpan limit, IEnumerable<string> toolOptions) =>
        RunToolAsync(["--no-mount", "--share", "none", .. toolOptions, "--script", script], limit, () => "");

    private static async Task<CommandResult> RunToolAsync(IEnumerable<string> arguments, TimeSpan limit, Func<string> context)
    {
        var command = new Command(
            Peers.RequireLinuxClient(), ["--timeout", limit.TotalSeconds.ToString("0", CultureInfo.InvariantCulture), .. arguments])
        {
            // The tool has its own limit and says what the guest hung in.
            Limit = limit + TimeSpan.FromSeconds(60),
            Context = context,
        };
        await OneAtATime.WaitAsync();
        try
        {
            return (await command.RunAsync()).Succeeded();
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    /// <summary>Cuts connections under open files and locks.</summary>
    public Task<CommandResult> RunReconnectAsync() =>
        (this with
        {
            ToolOptions = [.. ToolOptions, "--add", ExampleOf("reconnect") + ":/opt/example.sh"], Limit = TimeSpan.FromMinutes(10),
        }).RunAsync(ScriptOf("reconnect"));
}
