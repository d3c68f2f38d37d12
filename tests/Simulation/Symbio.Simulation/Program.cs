using System.Diagnostics;
using System.Globalization;

namespace Symbio.Simulation;

internal static class Program
{
    private const string Usage = """
        usage: simulation [--seeds N] [--from SEED] [--steps N]
               simulation --replay SEED [--steps N]

          --seeds N      how many seeds (10,000)
          --from SEED    the first one (1)
          --steps N      what happens in each before everything ends (150)
          --replay SEED  runs one seed and prints all that happens; the same steps as when it failed
        """;

    private static int Main(string[] args)
    {
        ulong from = 1;
        int seeds = 10_000, steps = Defaults.Steps;
        ulong? replay = null;
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            bool understood = args[i] switch
            {
                "--from" => ulong.TryParse(value, CultureInfo.InvariantCulture, out from),
                "--seeds" => int.TryParse(value, CultureInfo.InvariantCulture, out seeds),
                "--steps" => int.TryParse(value, CultureInfo.InvariantCulture, out steps),
                "--replay" => TryParse(value, out replay),
                _ => false,
            };
            if (!understood)
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }
        }

        return replay is { } seed ? Replay(seed, steps) : Run(from, seeds, steps);
    }

    private static bool TryParse(string value, out ulong? seed)
    {
        bool parsed = ulong.TryParse(value, CultureInfo.InvariantCulture, out ulong number);
        seed = number;
        return parsed;
    }

    private static int Run(ulong from, int seeds, int steps)
    {
        var campaign = new Campaign(from, seeds, steps);
        var watch = Stopwatch.StartNew();
        campaign.Run();
        foreach (SeedResult failed in campaign.Failures.Take(20))
            Console.WriteLine($"seed {failed.Seed}: {failed.Failure}");
        foreach (IGrouping<string?, SeedResult> rule in campaign.Failures.GroupBy(f => f.Rule).OrderByDescending(g => g.Count()))
            Console.WriteLine($"{rule.Count()} seeds break the rule of {rule.Key}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{campaign.Steps:N0} steps over {seeds:N0} seeds from {from} in {watch.Elapsed.TotalSeconds:0.0} s"));
        Console.WriteLine($"{seeds - campaign.Failures.Count} passed, {campaign.Failures.Count} failed, 0 skipped");
        return campaign.Failures.Count == 0 ? 0 : 1;
    }

    private static int Replay(ulong seed, int steps)
    {
        SeedResult result = Campaign.RunSeed(seed, steps, keepTrace: true);
        foreach (string line in result.Lines)
            Console.WriteLine(line);
        Console.WriteLine($"seed {seed}: {result.Failure ?? "clean"}; {result.Steps} steps, trace {result.Trace:x16}");
        return result.Failure is null ? 0 : 1;
    }
}

internal static class Defaults
{
    /// <summary>What happens in a seed before everything ends.</summary>
    public const int Steps = 150;
}
