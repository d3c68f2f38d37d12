using System.Diagnostics;
using System.Globalization;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Clients;

/// <summary>Packets of one server on the loopback interface, in a file. Needs root.</summary>
internal sealed class Capture : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly ServerProcess _server;
    private readonly string _file;

    private Capture(Process process, ServerProcess server, string file)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
        _server = server;
        _file = file;
    }

    public static async Task<Capture> StartAsync(ServerProcess server)
    {
        Peers.RequireRoot("cannot capture packets");
        Peers.Require("tshark");
        string file = Path.Combine(server.NewClientFolder(), "capture.pcap");
        Process process = new Command(Peers.Require("dumpcap"), "-q", "-P", "-i", "lo", "-B", "64",
            "-f", $"tcp port {server.Port}", "-w", file).Start();
        // It has begun when the file has its header.
        for (int i = 0; i < 200 && (!File.Exists(file) || new FileInfo(file).Length == 0); i++)
        {
            if (process.HasExited)
                Assert.Skip($"dumpcap: {await process.StandardError.ReadToEndAsync()}");
            await Task.Delay(50);
        }

        return new Capture(process, server, file);
    }

    /// <summary>Ends it and fails the test if Wireshark calls a message of the server malformed.</summary>
    public async Task CheckAsync()
    {
        await Task.Delay(300); // What is on its way.
        await StopAsync();
        CommandResult result = await new Command(Path.Combine(Repository.Root, "eng/check-capture"),
            "--port", _server.Port.ToString(CultureInfo.InvariantCulture), "--password", Accounts.Password, _file)
        {
            Limit = TimeSpan.FromSeconds(180),
        }.RunAsync();
        if (result.ExitCode != 0)
        {
            // To be looked at.
            string kept = Path.Combine(Path.GetTempPath(), $"symbio-malformed-{DateTime.Now:HHmmss}.pcap");
            File.Copy(_file, kept, overwrite: true);
            Assert.Fail($"kept as {kept}\n{result}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private async Task StopAsync()
    {
        if (!_process.HasExited)
            Native.Signal(_process.Id, Native.SigTerm);
        await _process.WaitForExitAsync();
        await _error;
    }
}
