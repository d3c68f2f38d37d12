using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Interop.Tests.Lifecycle;

/// <summary>What an administrator does to a running server.</summary>
public sealed class SignalTests : IAsyncLifetime
{
    private readonly SymbioProcess _server = new(new ServerSetup { AcceptedErrors = ["the configuration was not taken over"] });

    public ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("SYMBIO_INTEROP_SERVER") == "samba")
            Assert.Skip("of Symbio alone");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        string[] errors = [.. _server.ErrorLines];
        await _server.DisposeAsync();
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Terminate_ends_an_idle_server_with_clients()
    {
        await _server.StartAsync();
        await using ScriptedPeer peer = await TcpPeer.ConnectAsync(_server);
        FileId file = await peer.OpenAsync("open");
        TcpPeer.Require(await peer.WriteAsync(file, 0, "written"u8.ToArray()));
        var watch = Stopwatch.StartNew();

        int code = await _server.StopAsync();

        Assert.Equal(0, code);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"it took {watch.Elapsed}");
        Assert.True(await peer.IsClosedAsync());
        Assert.Equal("written", File.ReadAllText(_server.PathOf(ShareNames.Files, "open")));
    }

    [Fact]
    public async Task Terminate_lets_requests_finish()
    {
        await _server.StartAsync();
        await using ScriptedPeer peer = await TcpPeer.ConnectAsync(_server);
        FileId file = await peer.OpenAsync("drained");
        byte[] data = new byte[1 << 20];
        new Random(3).NextBytes(data);
        int acknowledged = 0;
        Task writer = Task.Run(async () =>
        {
            try
            {
                for (int i = 0; i < 10_000; i++)
                {
                    Reply reply = await peer.WriteAsync(file, (ulong)i << 20, data);
                    Assert.Equal(NtStatus.Success, reply.Status);
                    acknowledged = i + 1;
                }
            }
            catch (IOException)
            {
                // The server is gone.
            }
        });
        await Task.Delay(500);

        int code = await _server.StopAsync();
        await writer;

        Assert.Equal(0, code);
        Assert.NotEqual(0, acknowledged);
        using var written = File.OpenRead(_server.PathOf(ShareNames.Files, "drained"));
        Assert.True(written.Length >= (long)acknowledged << 20);
        byte[] actual = new byte[1 << 20];
        for (int i = 0; i < acknowledged; i++)
        {
            written.ReadExactly(actual);
            Assert.True(data.AsSpan().SequenceEqual(actual), $"MiB {i} of {acknowledged}");
        }
    }

    [Fact]
    public async Task Terminate_deletes_what_was_to_be_deleted_on_close()
    {
        await _server.StartAsync();
        await using ScriptedPeer peer = await TcpPeer.ConnectAsync(_server);
        await peer.OpenAsync("temporary", options: CreateOptions.DeleteOnClose);

        await _server.StopAsync();

        Assert.False(File.Exists(_server.PathOf(ShareNames.Files, "temporary")));
    }

    [Fact]
    public async Task Hang_up_reads_the_configuration_again()
    {
        _server.NewFolder("later");
        string file = Path.Combine(_server.Folder, "symbio.json");
        WriteConfiguration(file, ShareNames.Files);
        _server.ReplaceArguments(
            ["serve", "--config", file, "--listen", "127.0.0.1:0", "--control", _server.ControlSocket, "--users-file", _server.UsersFile,
            "--user", $"{Accounts.User}:{Accounts.Password}"]);
        await _server.StartAsync();
        await using ScriptedPeer peer = await TcpPeer.ConnectAsync(_server);
        FileId open = await peer.OpenAsync("stays open");
        var later = new SmbclientPeer(_server, "later");
        (await later.TryAsync("ls")).FailedWith("NT_STATUS_BAD_NETWORK_NAME");

        WriteConfiguration(file, ShareNames.Files, "later");
        _server.Signal(Native.SigHup);

        await WaitAsync(async () => (await later.TryAsync("ls")).ExitCode == 0);
        TcpPeer.Require(await peer.WriteAsync(open, 0, "still there"u8.ToArray()));

        // One with an error changes nothing.
        File.WriteAllText(file, """{ "shares": { "files": { "paht": "/" } } }""");
        _server.Signal(Native.SigHup);
        await WaitAsync(() => Task.FromResult(_server.Log.Contains("the configuration was not taken over")));
        await later.RunAsync("ls");
        TcpPeer.Require(await peer.WriteAsync(open, 0, "still there"u8.ToArray()));

        // A share that goes takes its clients' files with it, and nobody else's.
        WriteConfiguration(file, ShareNames.Files);
        _server.Signal(Native.SigHup);
        await WaitAsync(async () => (await later.TryAsync("ls")).ExitCode != 0);
        TcpPeer.Require(await peer.CloseAsync(open));
    }

    [Fact]
    public async Task Port_in_use_is_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string endpoint = taken.LocalEndpoint.ToString()!;

        CommandResult result = await RunServeAsync("--listen", endpoint, "--share", $"files={_server.PathOf(ShareNames.Files)}");

        AssertOneLine(result, "in use");
        result.Says(endpoint);
    }

    [Fact]
    public async Task Missing_folder_is_one_line() =>
        AssertOneLine(await RunServeAsync("--share", $"files={_server.Folder}/no-such-folder"), "no-such-folder");

    [Fact]
    public async Task Wrong_flag_is_told() =>
        (await RunServeAsync("--no-such-flag")).FailedWith("--no-such-flag");

    [Fact]
    public async Task Wrong_key_is_one_line()
    {
        string file = Path.Combine(_server.Folder, "wrong.json");
        File.WriteAllText(file, """{ "requireSinging": true }""");

        AssertOneLine(await RunServeAsync("--config", file), "requireSinging");
    }

    [Fact]
    public async Task Status_shows_what_goes_on()
    {
        await _server.StartAsync();
        await using ScriptedPeer peer = await TcpPeer.ConnectAsync(_server);
        FileId file = await peer.OpenAsync("watched.txt");
        TcpPeer.Require(await peer.WriteAsync(file, 0, new byte[5000]));
        TcpPeer.Require(await peer.SendAsync(new LockRequest(
            0, 0, file, new LockElement(10, 20, LockFlags.ExclusiveLock | LockFlags.FailImmediately))));

        CommandResult text = (await _server.NewCommand("status", "--control", _server.ControlSocket).RunAsync()).Succeeded();
        JsonElement status = (await _server.StatusAsync()).GetProperty("status");

        text.Says(Accounts.User).Says("watched.txt").Says("3.1.1").Matches("(?i)exclusive");
        JsonElement session = Assert.Single(status.GetProperty("sessions").EnumerateArray());
        Assert.Equal(Accounts.User, session.GetProperty("userName").GetString());
        Assert.Single(status.GetProperty("trees").EnumerateArray());
        Assert.Single(status.GetProperty("opens").EnumerateArray());
        Assert.Single(status.GetProperty("locks").EnumerateArray());
        Assert.True(status.GetProperty("bytesReceived").GetInt64() > 5000);
    }

    [Fact]
    public async Task Status_without_a_server_is_one_line() =>
        AssertOneLine(await _server.NewCommand("status", "--control", Path.Combine(_server.Folder, "nothing.sock")).RunAsync(), "");

    private static void WriteConfiguration(string file, params string[] shares)
    {
        var all = shares.ToDictionary(s => s, s => new { path = Path.Combine(Path.GetDirectoryName(file)!, "share-" + s) });
        File.WriteAllText(file, JsonSerializer.Serialize(new { shares = all }));
    }

    private Task<CommandResult> RunServeAsync(params string[] arguments)
    {
        string[] all = ["serve", .. arguments.Contains("--listen") ? [] : new[] { "--listen", "127.0.0.1:0" }, "--control", _server.ControlSocket, "--user", "me:secret", .. arguments];
        return (_server.NewCommand(all) with { Limit = TimeSpan.FromSeconds(20) }).RunAsync();
    }

    private static void AssertOneLine(CommandResult result, string says)
    {
        result.FailedWith(says);
        if (result.Text.Trim().Contains('\n'))
            Assert.Fail($"more than one line\n{result}");
    }

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        for (int i = 0; i < 100; i++)
        {
            if (await condition())
                return;
            await Task.Delay(100);
        }

        Assert.Fail("it did not happen within ten seconds");
    }
}
