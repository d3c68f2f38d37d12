using System.Diagnostics;
using System.Text.RegularExpressions;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Lifecycle;

/// <summary>The programs in samples/, built with the solution.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task Embedded_server_serves_and_stops()
    {
        string bin = Path.Combine(Repository.Root, "samples/EmbeddedServer/bin");
        string program = (Directory.Exists(bin) ? Directory.EnumerateFiles(bin, "EmbeddedServer", SearchOption.AllDirectories) : [])
            .MaxBy(File.GetLastWriteTimeUtc) ?? throw new InvalidOperationException($"it is not built: nothing in {bin}");
        string smbclient = Peers.Require("smbclient");
        string folder = Directory.CreateTempSubdirectory("symbio-sample-").FullName;
        string hash = TestFile.Create(Path.Combine(folder, "file"), 10_000_000);
        using Process sample = new Command(program).Start();
        try
        {
            Task<string> error = sample.StandardError.ReadToEndAsync();
            string line = await sample.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? await error;
            Match match = Regex.Match(line, @"^smbclient (\S+) -p (\d+) -U (\S+)$");
            Assert.True(match.Success, line);

            (await new Command(smbclient, match.Groups[1].Value, "-p", match.Groups[2].Value, "-U", match.Groups[3].Value,
                "-s", "/dev/null", "-c", "mkdir d; put file d/file; ls d/*; get d/file back") { Folder = folder }.RunAsync())
                .Succeeded().DoesNotSay("NT_STATUS_").Matches(@"^  file +A +10000000 ");
            Assert.Equal(hash, TestFile.Hash(Path.Combine(folder, "back")));

            await sample.StandardInput.WriteLineAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await sample.WaitForExitAsync(limit.Token);
            Assert.Equal((0, ""), (sample.ExitCode, await error));
        }
        finally
        {
            if (!sample.HasExited)
                sample.Kill();
            Directory.Delete(folder, recursive: true);
        }
    }
}
