using System.Globalization;

namespace Symbio.Bench.Heap;

/// <summary>The process's mappings, added up by kind: /proc/PID/smaps.</summary>
internal static class Mappings
{
    private sealed class Kind
    {
        public long Size, Resident, Proportional, PrivateDirty;
        public int Count;
    }

    public static void Print(int process, int per)
    {
        var kinds = new Dictionary<string, Kind>();
        Kind current = new();
        foreach (string line in File.ReadLines($"/proc/{process}/smaps"))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space >= 0 && space < colon || colon < 0)
            {
                string name = KindOf(line);
                if (!kinds.TryGetValue(name, out current!))
                    kinds[name] = current = new Kind();
                current.Count++;
                continue;
            }

            switch (line[..colon])
            {
                case "Size":
                    current.Size += Kilobytes(line);
                    break;
                case "Rss":
                    current.Resident += Kilobytes(line);
                    break;
                case "Pss":
                    current.Proportional += Kilobytes(line);
                    break;
                case "Private_Dirty":
                    current.PrivateDirty += Kilobytes(line);
                    break;
            }
        }

        Console.WriteLine($"{"PSS kB",10} {"RSS kB",10} {"dirty kB",10} {"mapped kB",12} {"mappings",9}  kind");
        foreach (var (name, kind) in kinds.OrderByDescending(k => k.Value.Proportional))
        {
            Console.WriteLine(
                $"{kind.Proportional,10:N0} {kind.Resident,10:N0} {kind.PrivateDirty,10:N0} {kind.Size,12:N0} {kind.Count,9:N0}  {name}");
        }

        long total = kinds.Values.Sum(k => k.Proportional);
        Console.WriteLine($"{total,10:N0} {kinds.Values.Sum(k => k.Resident),10:N0} "
            + $"{kinds.Values.Sum(k => k.PrivateDirty),10:N0} {kinds.Values.Sum(k => k.Size),12:N0} {"",9}  all"
            + (per > 0 ? $" ({total * 1024 / per:N0} bytes each of {per:N0})" : ""));
    }

    // address perms offset device inode path
    private static string KindOf(string header)
    {
        string[] fields = header.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        string permissions = fields[1], path = fields.Length > 5 ? fields[5].Trim() : "";
        return path switch
        {
            "" => permissions.Contains('x', StringComparison.Ordinal) ? "anonymous, executable" : "anonymous (heaps, stacks)",
            "[heap]" or "[stack]" => path,
            _ when path.StartsWith("[anon:", StringComparison.Ordinal) => path,
            _ when path.Contains("doublemapper", StringComparison.Ordinal) =>
                permissions.Contains('x', StringComparison.Ordinal) ? "runtime's code (doublemapper, x)" : "runtime's data (doublemapper)",
            _ when path.EndsWith(".dll", StringComparison.Ordinal) => "assemblies (.dll)",
            _ when path.Contains(".so", StringComparison.Ordinal) => "libraries (.so)",
            _ => Path.GetFileName(path),
        };
    }

    private static long Kilobytes(string line) =>
        long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
