using System.Globalization;

namespace Symbio.Cli.Bench;

/// <summary>
/// What a server on this machine has used: the process and all that descend from it, as smbd has a process for each
/// connection. Those that have ended are in their parent's account.
/// </summary>
internal sealed record ServerUsage(TimeSpan Cpu, long PssBytes, int Processes)
{
    // USER_HZ of every Linux that .NET runs on.
    private const int TicksPerSecond = 100;

    // Fields of /proc/PID/stat after the name, counted from 0: proc(5).
    private const int ParentField = 1;
    private const int UserTimeField = 11;
    private const int TimeFields = 4; // utime, stime, cutime, cstime

    /// <summary>Measures now. Reading the memory is not cheap for the server: it is left out unless asked for.</summary>
    public static ServerUsage Read(int process, bool withMemory)
    {
        var parents = new Dictionary<int, int>();
        var ticks = new Dictionary<int, long>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && TryReadStat(id, out int parent, out long used))
            {
                parents[id] = parent;
                ticks[id] = used;
            }
        }

        int[] family = [.. ticks.Keys.Where(id => Descends(id, process, parents))];
        if (family.Length == 0)
            throw new CommandException($"there is no process {process}");
        long sum = family.Sum(id => ticks[id]);
        return new ServerUsage(
            TimeSpan.FromSeconds(sum / (double)TicksPerSecond), withMemory ? family.Sum(ReadPss) : 0, family.Length);
    }

    private static bool Descends(int process, int from, Dictionary<int, int> parents)
    {
        for (int i = 0; i < 64 && process > 1; i++)
        {
            if (process == from)
                return true;
            if (!parents.TryGetValue(process, out process))
                return false;
        }

        return false;
    }

    private static bool TryReadStat(int process, out int parent, out long ticks)
    {
        parent = 0;
        ticks = 0;
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{process}/stat");
        }
        catch (IOException)
        {
            return false; // It has ended meanwhile.
        }

        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        parent = int.Parse(fields[ParentField], CultureInfo.InvariantCulture);
        for (int i = 0; i < TimeFields; i++)
            ticks += long.Parse(fields[UserTimeField + i], CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>Memory that is shared with others counts for its part.</summary>
    private static long ReadPss(int process)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{process}/smaps_rollup"))
            {
                if (line.StartsWith("Pss:", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(4).Trim().TrimEnd("kB"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ended, or not ours to look at.
        }

        return 0;
    }
}
