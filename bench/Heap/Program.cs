using System.Globalization;

namespace Symbio.Bench.Heap;

/// <summary>What a .NET process's memory is made of: its live objects by type, and its mappings by kind.</summary>
internal static class Program
{
    private const string Usage = """
        heap PID [--held-by TYPE] [--top N] [--per N] [--no-heap]

        What the memory of a running .NET process is made of. The process stands still meanwhile (a second or so).

          --held-by TYPE  only objects that would be free without the objects of this type (the end of its name is enough;
                          several with commas: what only all of them together hold)
          --top N         so many types [40]
          --per N         tells bytes and objects per one of N too: of 2,000 sessions, for instance
          --no-heap       only the mappings, by /proc/PID/smaps; nothing is stopped
        """;

    public static int Main(string[] args)
    {
        int process = 0, top = 40, per = 0;
        string[] holders = [];
        bool heap = true;
        try
        {
            for (int i = 0; i < args.Length; i++)
            {
                switch (args[i])
                {
                    case "--held-by":
                        holders = args[++i].Split(',');
                        break;
                    case "--top":
                        top = Number(args[++i]);
                        break;
                    case "--per":
                        per = Number(args[++i]);
                        break;
                    case "--no-heap":
                        heap = false;
                        break;
                    case "--help" or "-h":
                        Console.WriteLine(Usage);
                        return 0;
                    default:
                        process = Number(args[i]);
                        break;
                }
            }
        }
        catch (Exception e) when (e is FormatException or IndexOutOfRangeException or OverflowException)
        {
            process = 0;
        }

        if (process <= 0 || !Directory.Exists($"/proc/{process}"))
        {
            Console.Error.WriteLine(process > 0 ? $"heap: there is no process {process}" : Usage);
            return 2;
        }

        Mappings.Print(process, per);
        if (heap)
            LiveObjects.Print(process, holders, top, per);
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
