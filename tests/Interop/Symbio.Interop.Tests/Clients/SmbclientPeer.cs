using System.Globalization;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Clients;

/// <summary>Samba's smbclient.</summary>
internal sealed record SmbclientPeer(ServerProcess Server, string Share = ShareNames.Files)
{
    public ClientProtocol Protocol { get; init; } = ClientProtocol.Default;

    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where it looks for local files.</summary>
    public string? Folder { get; init; }

    /// <summary>-A FILE by default.</summary>
    public IReadOnlyList<string>? Credentials { get; init; }

    /// <summary>Runs commands in one session. An NT_STATUS anywhere in what it says is a failure, whatever the exit code.</summary>
    public async Task<CommandResult> RunAsync(params IReadOnlyList<string> commands)
    {
        CommandResult result = await TryAsync(commands);
        if (result.ExitCode != 0 || result.Text.Contains("NT_STATUS_", StringComparison.Ordinal))
            Assert.Fail($"exit code {result.ExitCode}\n{result}");
        return result;
    }

    /// <summary>Runs commands that may fail.</summary>
    public Task<CommandResult> TryAsync(params IReadOnlyList<string> commands) =>
        NewCommand([$"//{Server.Address}/{Share}", "-c", string.Join("; ", commands)]).RunAsync();

    /// <summary>smbclient -L</summary>
    public Task<CommandResult> ListSharesAsync() => NewCommand(["-L", Server.Address]).RunAsync();

    /// <summary>Commands read from the standard input, among which "!" runs a program while the session lasts.</summary>
    public async Task<CommandResult> RunInteractiveAsync(params IReadOnlyList<string> commands)
    {
        Command command = NewInteractive() with { Input = string.Concat(commands.Select(c => c + "\n")) };
        CommandResult result = (await command.RunAsync()).Succeeded();
        return result.DoesNotSay("NT_STATUS_");
    }

    /// <summary>smbclient in a session that stays until its input ends.</summary>
    public Command NewInteractive() => NewCommand([$"//{Server.Address}/{Share}"]);

    private Command NewCommand(IReadOnlyList<string> what) =>
        new(Peers.Require("smbclient"),
        [
            .. what, "-p", Server.Port.ToString(CultureInfo.InvariantCulture), "-s", Server.ClientConfiguration,
            .. Credentials ?? ["-A", Server.AuthenticationFile], .. Protocol.Arguments,
        ])
        {
            Limit = Limit,
            Folder = Folder ?? Server.NewClientFolder(),
            Context = () => Server.LogTail,
        };
}
