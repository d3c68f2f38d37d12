using Microsoft.Extensions.Logging;
using Symbio.Cli.Configuration;
using Symbio.Cli.Logging;
using Symbio.Cli.Serving;
using Symbio.Client;
using Symbio.Protocol;

namespace Symbio.Cli.Tests;

/// <summary>What becomes of users and shares when the configuration is read again.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_edit_adds_a_user_and_lets_her_in_and_one_that_is_refused_changes_nothing()
    {
        Write("\"demo:secret\"", "\"demo\"");
        await using var lines = NewLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(lines));
        await using var host = await StartAsync(Load, loggers);

        Write("\"demo:secret\", \"carol:geheim\"", "\"demo\", \"carol\"");
        await host.ReloadAsync();
        await ConnectAsync(host, "carol", "geheim");

        Write("\"demo:other\", \"dave:xyz\"", "\"demo\", \"dave\"", path: "/nowhere/at/all");
        await host.ReloadAsync();
        await ConnectAsync(host, "carol", "geheim");
        await ConnectAsync(host, "demo", "secret");
        var refusal = await Assert.ThrowsAsync<SmbException>(() => ConnectAsync(host, "dave", "xyz"));
        Assert.Equal(NtStatus.LogonFailure, refusal.Status);
    }

    [Fact]
    public async Task A_bug_met_while_reading_again_is_logged_and_the_server_goes_on()
    {
        Write("\"demo:secret\"", "\"demo\"");
        await using (var lines = NewLog())
        {
            using var loggers = LoggerFactory.Create(builder => builder.AddProvider(lines));
            await using var host = await StartAsync(() => throw new InvalidOperationException("No such luck."), loggers);

            await host.ReloadAsync();

            await ConnectAsync(host, "demo", "secret");
        }

        Assert.Contains("reading the configuration again failed", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("No such luck.", _output.ToString(), StringComparison.Ordinal);
    }

    private LineLoggerProvider NewLog() => new(_output, LogFormat.Text, TimeProvider.System, journal: false);

    private void Write(string users, string shareUsers, string path = "memory:") => _folder.Write("symbio.json", $$"""
        {
            "listen": "127.0.0.1:0", "usersFile": "{{_folder.File("users.json")}}",
            "control": { "path": "{{_folder.File("control.sock")}}" },
            "users": [{{users}}],
            "shares": { "files": { "path": "{{path}}", "users": [{{shareUsers}}] } }
        }
        """);

    private LoadedSettings Load() => SettingsLoader.Load(_folder.File("symbio.json"), new FlagProvider(), []);

    private Task<ServerHost> StartAsync(Func<LoadedSettings> load, ILoggerFactory loggers) =>
        ServerHost.StartAsync(load, loggers, new LogSwitch(LogLevel.Information, trace: false), Load());

    private static async Task ConnectAsync(ServerHost host, string user, string password)
    {
        using var credential = SmbCredential.FromPassword(user, password);
        await using var connection = await SmbConnection.ConnectAsync("127.0.0.1", host.Listening[0].Port);
        await using var session = await connection.LogOnAsync(credential);
        await using var tree = await session.ConnectTreeAsync("files");
    }
}
