using System.Diagnostics;
using System.Globalization;
using Symbio.Simulation.Faults;

namespace Symbio.Simulation.Tests;

/// <summary>A seed is a whole story: told twice it is the same to the byte, also in another process.</summary>
public sealed class ReplayTests
{
    private const int Seeds = 200;

    [Fact]
    public void A_seed_replays_to_the_same_trace()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            SeedResult first = Campaign.RunSeed(seed, Defaults.Steps);
            SeedResult again = Campaign.RunSeed(seed, Defaults.Steps, keepTrace: true);

            Assert.Equal((first.Seed, first.Steps, first.Trace), (again.Seed, again.Steps, again.Trace));
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(42)]
    [InlineData(4711)]
    public async Task A_seed_replays_in_another_process(ulong seed)
    {
        string trace = Campaign.RunSeed(seed, Defaults.Steps).Trace.ToString("x16", CultureInfo.InvariantCulture);
        string program = Path.Combine(AppContext.BaseDirectory, "Symbio.Simulation.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, "--replay", seed.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.EndsWith($"trace {trace}", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_follow_from_the_seed_is_noticed()
    {
        var rule = new DoesNotReplay();

        Assert.NotEqual(
            Campaign.RunSeed(1, Defaults.Steps, rule: rule).Trace, Campaign.RunSeed(1, Defaults.Steps, rule: rule).Trace);
    }

    [Fact]
    public void Seeds_are_different_stories() => Assert.Equal(
        Seeds, Enumerable.Range(1, Seeds).Select(seed => Campaign.RunSeed((ulong)seed, Defaults.Steps).Trace).Distinct().Count());
}
