using System.Net;
using System.Text.Json;

namespace Symbio.Cli.Tests;

/// <summary>`symbio bench` against a server of our own.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly TempFolder _folder = new();
    private int _port;

    public static TheoryData<string> Workloads =>
        [.. Bench.Workloads.WorkloadTable.All.Select(w => w.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task Every_workload_runs_and_cleans_up(string workload)
    {
        string share = Directory.CreateDirectory(_folder.File("share")).FullName;
        using SymbioProcess server = await ServeAsync(share);

        string text = await BenchAsync(
            workload, "--operations", "20", "--warm-up", "0s", "--connections", "2", "--depth", "2", "--entries", "10",
            "--file-size", "2M", "--json", "--server-pid", server.Id.ToString());

        JsonElement result = JsonDocument.Parse(text).RootElement;
        Assert.Equal(20, result.GetProperty("operations").GetInt64());
        Assert.Equal(0, result.GetProperty("errors").GetInt64());
        Assert.True(result.GetProperty("latency").GetProperty("p999").GetDouble() >= result.GetProperty("latency").GetProperty("p50").GetDouble());
        Assert.True(result.GetProperty("serverPssBytes").GetInt64() > 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(share));
    }

    [Theory]
    [InlineData("signed")]
    [InlineData("encrypted")]
    public async Task What_is_protected_can_be_measured_and_drawn(string protection)
    {
        string share = Directory.CreateDirectory(_folder.File("share")).FullName;
        using SymbioProcess server = await ServeAsync(share);
        string plot = _folder.File("plot.svg");

        string text = await BenchAsync(
            "read", "--duration", "200ms", "--warm-up", "0s", "--size", "64K", "--file-size", "1M", "--channels", "2",
            "--protection", protection, "--rate", "1000", "--plot", plot);

        Assert.Contains(protection, text, StringComparison.Ordinal);
        Assert.Contains("p99.9", text, StringComparison.Ordinal);
        Assert.Contains("<polyline", await File.ReadAllTextAsync(plot), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_one_line()
    {
        Finished end = await SymbioProcess.RunAsync(_folder, "", "bench", "//127.0.0.1:1/files", "read", "--user", "demo:secret");
        Assert.Contains("127.0.0.1", end.OneError(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//127.0.0.1/files", "reed", "read")]
    [InlineData("127.0.0.1", "read", "SHARE")]
    public async Task A_wrong_command_line_says_what_is_wrong(string target, string workload, string hint)
    {
        Finished end = await SymbioProcess.RunAsync(_folder, "", "bench", target, workload, "--user", "demo:secret");
        Assert.Contains(hint, end.OneError(2), StringComparison.Ordinal);
    }

    private async Task<SymbioProcess> ServeAsync(string share)
    {
        // The user is the account that the tests run as, so that a server that is root changes over to itself.
        SymbioProcess server = SymbioProcess.Start(
            _folder, NoVariables, "serve", "--listen", "127.0.0.1:0", "--control", _folder.File("control.sock"), "--share",
            $"files={share}", "--user", $"{Environment.UserName}:secret", "--require-signing", "false");
        _port = IPEndPoint.Parse((await server.LineAsync("listening on ")).Split(' ')[^1]).Port;
        return server;
    }

    private async Task<string> BenchAsync(string workload, params string[] arguments)
    {
        string[] where = ["bench", $"//127.0.0.1:{_port}/files", workload, "--user", $"{Environment.UserName}:secret", "--quiet"];
        return (await SymbioProcess.RunAsync(_folder, "", [.. where, .. arguments])).Good();
    }
}
