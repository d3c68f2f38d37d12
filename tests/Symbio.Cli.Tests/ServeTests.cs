using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Symbio.Client;

namespace Symbio.Cli.Tests;

/// <summary>A real server process, from start to stop.</summary>
public sealed class ServeTests : IDisposable
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly TempFolder _folder = new();

    private string Control => _folder.File("control.sock");

    public void Dispose() => _folder.Dispose();

    private SymbioProcess Serve(params string[] arguments) => SymbioProcess.Start(
        _folder, NoVariables, ["serve", "--listen", "127.0.0.1:0", "--control", Control, .. arguments]);

    private async Task<string> StatusAsync(params string[] arguments) =>
        (await SymbioProcess.RunAsync(_folder, "", ["status", "--control", Control, .. arguments])).Good();

    /// <summary>The port in "listening on 127.0.0.1:PORT".</summary>
    private static async Task<int> PortAsync(SymbioProcess server) =>
        IPEndPoint.Parse((await server.LineAsync("listening on ")).Split(' ')[^1]).Port;

    [Fact]
    public async Task A_server_says_where_it_listens_answers_status_and_ends_well_on_SIGTERM()
    {
        using var server = Serve("--share", "scratch=memory:", "--user", "demo:secret");
        int port = await PortAsync(server);
        Assert.Contains($"smbclient '//127.0.0.1/scratch' -U demo -p {port}", await server.LineAsync("smbclient"));

        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            Assert.Contains("0 sessions", await StatusAsync());
            var json = JsonDocument.Parse(await StatusAsync("--json")).RootElement;
            Assert.Equal(server.Id, json.GetProperty("processId").GetInt32());
            Assert.Equal(0, json.GetProperty("status").GetProperty("opens").GetArrayLength());
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Control));

        server.Signal("TERM");
        var end = await server.FinishAsync();
        Assert.True(end.ExitCode == 0, end.Error);
        Assert.False(File.Exists(Control));
    }

    [Fact]
    public async Task SIGINT_ends_it_as_well()
    {
        using var server = Serve("--share", "scratch=memory:", "--user", "demo:secret");
        await PortAsync(server);
        server.Signal("INT");
        Assert.Equal(0, (await server.FinishAsync()).ExitCode);
    }

    [Fact]
    public async Task A_user_without_password_gets_one_that_is_printed()
    {
        using var server = Serve("--share", "scratch=memory:", "--user", "demo");
        Assert.Matches("^password of demo: ([a-z2-8]{4}-){3}[a-z2-8]{4}$", await server.LineAsync("password of demo"));
    }

    [Fact]
    public async Task A_key_table_that_cannot_be_read_is_one_line()
    {
        var result = await SymbioProcess.RunAsync(
            _folder, "", "serve", "--share", "m=memory:", "--listen", "127.0.0.1:0", "--kerberos-keytab", "/nowhere/krb5.keytab");
        Assert.Contains("Kerberos cannot be offered: the key table /nowhere/krb5.keytab cannot be read", result.OneError(1));
    }

    [Fact]
    public async Task A_port_in_use_is_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var result = await SymbioProcess.RunAsync(
            _folder, "", "serve", "--share", "m=memory:", "--user", "demo:x",
            "--listen", taken.LocalEndpoint.ToString()!);
        Assert.Contains("the port is in use", result.OneError(1));
    }

    [Fact]
    public async Task SIGHUP_takes_over_what_can_change_and_refuses_what_is_wrong()
    {
        string file = _folder.Write("symbio.json", """{ "shares": { "one": { "path": "memory:" } } }""");
        using var server = Serve("--config", file, "--user", "demo:secret");
        int port = await PortAsync(server);

        _folder.Write("symbio.json", """{ "shares": { "one": { "path": "memory:" }, "two": { "path": "memory:" } }, "workgroup": "NEW" }""");
        server.Signal("HUP");
        Assert.Contains("workgroup has changed; that needs a restart", await ErrorLineAsync(server, "restart"));
        Assert.Contains("2 shares", await ErrorLineAsync(server, "read again"));

        _folder.Write("symbio.json", """{ "shares": { "one": {} } }""");
        server.Signal("HUP");
        Assert.Contains("share 'one' has no path", await ErrorLineAsync(server, "not taken over"));

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port); // It is there still.
        server.Signal("TERM");
        Assert.Equal(0, (await server.FinishAsync()).ExitCode);
    }

    [Fact]
    public async Task The_log_level_changes_over_the_control_socket()
    {
        using var server = Serve("--share", "scratch=memory:", "--user", "demo:secret", "--log-format", "json");
        await PortAsync(server);
        var result = await SymbioProcess.RunAsync(_folder, "", "log-level", "debug", "--control", Control);
        Assert.Contains("debug", result.Good());
        Assert.Contains("\"level\":\"info\"", await ErrorLineAsync(server, "log level is now"));
        Assert.Contains("is not one of", (await SymbioProcess.RunAsync(_folder, "", "log-level", "loud", "--control",
            Control)).OneError(1));
    }

    [Fact]
    public async Task Systemd_is_told_when_it_is_ready_reloads_and_stops()
    {
        string path = _folder.File("notify");
        using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        notify.Bind(new UnixDomainSocketEndPoint(path));
        using var server = SymbioProcess.Start(
            _folder, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path },
            "serve", "--listen", "127.0.0.1:0", "--control", Control, "--share", "scratch=memory:", "--user", "demo:x");

        Assert.StartsWith("READY=1\nSTATUS=Serving 1 shares on 127.0.0.1:", await ReceiveAsync(notify));
        server.Signal("HUP");
        Assert.StartsWith("RELOADING=1\nMONOTONIC_USEC=", await ReceiveAsync(notify));
        Assert.StartsWith("READY=1\n", await ReceiveAsync(notify));
        server.Signal("TERM");
        Assert.StartsWith("STOPPING=1\n", await ReceiveAsync(notify));
        Assert.Equal(0, (await server.FinishAsync()).ExitCode);
    }

    [Fact] // fcntl(2) F_SETLEASE: EACCES on files of others.
    public async Task A_server_that_may_have_no_leases_on_users_files_says_so_where_they_are_wanted()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "It takes root and setpriv.");
        Directory.CreateDirectory(_folder.File("files"));
        using var server = SymbioProcess.StartBy(
            [
                "/usr/bin/setpriv", "--bounding-set=-lease", "--inh-caps=-lease", SymbioProcess.Program, "serve", "--listen",
                "127.0.0.1:0", "--control", Control, "--share", $"files={_folder.File("files")},kernel-oplocks", "--user",
                "demo:secret",
            ],
            _folder, NoVariables);

        await server.LineAsync("listening on ");
        server.Signal("TERM");
        Assert.Matches("share 'files'.*CAP_LEASE", await server.Error.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact] // Who may write to a program must not become its owner by that; chmod(2) needs no power to be undone by write(2).
    public async Task A_write_takes_set_uid_and_set_gid_away()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root could keep them.");
        Directory.CreateDirectory(_folder.File("files"));
        string program = _folder.File("files/program");
        await File.WriteAllTextAsync(program, "before");
        File.SetUnixFileMode(program, (UnixFileMode)0xDED); // 06755
        using var server = Serve("--share", $"files={_folder.File("files")}", "--user", "demo:secret");
        int port = await PortAsync(server);

        await using (var connection = await SmbConnection.ConnectAsync("127.0.0.1", port))
        {
            using var credential = SmbCredential.FromPassword("demo", "secret");
            await using var session = await connection.LogOnAsync(credential);
            await using var tree = await session.ConnectTreeAsync("files");
            await using var file = await tree.OpenAsync("program", SmbOpenOptions.ReadWrite);
            await file.WriteAsync(0, "after!"u8.ToArray());
        }

        Assert.Equal("after!", await File.ReadAllTextAsync(program));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(program));
        string status = await File.ReadAllTextAsync($"/proc/{server.Id}/status"); // CAP_FSETID, CAP_SYS_RESOURCE
        string held = status.Split('\n').Single(line => line.StartsWith("CapPrm:", StringComparison.Ordinal)).Split('\t')[1];
        Assert.Equal(0UL, Convert.ToUInt64(held, 16) & ((1UL << 4) | (1UL << 24)));
    }

    [Fact]
    public async Task smbclient_logs_on_with_the_right_password_only_and_uses_the_folder()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/smbclient"), "smbclient is not installed");
        Directory.CreateDirectory(_folder.File("files"));
        await File.WriteAllTextAsync(_folder.File("files/hello.txt"), "hello");
        using var server = Serve(
            "--share", $"files={_folder.File("files")}", "--share", "scratch=memory:", "--user", "demo:secret");
        int port = await PortAsync(server);

        string list = await SmbClientAsync(port, "files", "demo%secret",
            "ls; get hello.txt /dev/stdout; put symbio.txt copy.txt", 0);
        Assert.Contains("hello.txt", list);
        Assert.Equal("here", await File.ReadAllTextAsync(_folder.File("files/copy.txt")));
        Assert.Contains("NT_STATUS_LOGON_FAILURE", await SmbClientAsync(port, "files", "demo%wrong", "ls", 1));
        Assert.Contains("NT_STATUS_LOGON_FAILURE", await SmbClientAsync(port, "files", "nobody%secret", "ls", 1));
        await SmbClientAsync(port, "scratch", "demo%secret", "put symbio.txt a.txt; ls a.txt", 0);
    }

    private async Task<string> SmbClientAsync(int port, string share, string user, string commands, int exitCode)
    {
        _folder.Write("symbio.txt", "here");
        _folder.Write("smb.conf", "[global]\n");
        using var client = Process.Start(new ProcessStartInfo(
            "smbclient", ["-s", _folder.File("smb.conf"), $"//127.0.0.1/{share}", "-p", port.ToString(), "-U", user,
                "-c", commands])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path,
        })!;
        string output = await client.StandardOutput.ReadToEndAsync() + await client.StandardError.ReadToEndAsync();
        await client.WaitForExitAsync();
        Assert.True(client.ExitCode == exitCode, $"smbclient ended with {client.ExitCode}: {output}");
        return output;
    }

    private static async Task<string> ErrorLineAsync(SymbioProcess server, string text)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await server.Error.ReadLineAsync(timeout.Token) is { } line)
            if (line.Contains(text, StringComparison.Ordinal))
                return line;
        Assert.Fail($"the log never said '{text}'");
        return "";
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, timeout.Token));
    }
}
