using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Symbio.Storage.Tests.Posix;

/// <summary>
/// A real smbd on the loopback over a folder, with Samba's xattr modules, and smbclient to talk to it.
/// </summary>
internal sealed class SambaServer : IDisposable
{
    private readonly TemporaryFolder _state = new();
    private readonly string _configuration;
    private readonly int _port;
    private readonly Process _server;

    private SambaServer(string folder, string modules)
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        foreach (string name in new[] { "private", "lock", "state", "cache", "pid", "ncalrpc" })
            Directory.CreateDirectory(_state.Combine(name));
        _configuration = _state.Combine("smb.conf");
        File.WriteAllText(_configuration, $"""
            [global]
              server role = standalone server
              interfaces = 127.0.0.1
              bind interfaces only = yes
              smb ports = {_port}
              private dir = {_state.Combine("private")}
              lock directory = {_state.Combine("lock")}
              state directory = {_state.Combine("state")}
              cache directory = {_state.Combine("cache")}
              pid directory = {_state.Combine("pid")}
              ncalrpc dir = {_state.Combine("ncalrpc")}
              log file = {_state.Combine("log")}
              passdb backend = tdbsam:{_state.Combine("private")}/passdb.tdb
              disable spoolss = yes
              load printers = no
            [share]
              path = {folder}
              read only = no
              {modules}
              store dos attributes = yes
              ea support = yes
            """);
        Run("smbpasswd", ["-c", _configuration, "-s", "-a", "root"], "secret\nsecret\n");
        _server = Process.Start(
            new ProcessStartInfo("smbd", ["-s", _configuration, "--foreground", "--no-process-group", "--debug-stdout"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _server.OutputDataReceived += (_, _) => { };
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        for (int attempt = 0; attempt < 100 && !Answers(); attempt++)
            Thread.Sleep(100);
    }

    /// <summary>Null, and the test is skipped, where there is no Samba or no right to run it.</summary>
    /// <param name="modules">What the share's section says of its VFS modules.</param>
    public static SambaServer? Start(string folder, string modules = "vfs objects = acl_xattr streams_xattr")
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "smbd with users of its own needs root.");
        foreach (string program in new[] { "smbd", "smbpasswd", "smbclient" })
        {
            bool found = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':').Any(path =>
                File.Exists(Path.Combine(path, program)));
            Assert.SkipUnless(found, $"{program} is not installed (Debian: samba, smbclient).");
        }

        return new SambaServer(folder, modules);
    }

    /// <summary>Runs smbclient's commands on the share; returns what it prints.</summary>
    public string Client(string commands) => Run("smbclient",
        ["-s", _configuration, "-p", $"{_port}", "-U", "root%secret", "//127.0.0.1/share", "-c", commands], "");

    public void Dispose()
    {
        _server.Kill(entireProcessTree: true);
        _server.WaitForExit();
        _server.Dispose();
        _state.Dispose();
    }

    private static string Run(string program, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output + errors.GetAwaiter().GetResult();
    }

    private bool Answers()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
