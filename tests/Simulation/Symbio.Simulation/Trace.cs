using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Symbio.Simulation;

/// <summary>What has happened, as a number that every byte on every line goes into, and as text if somebody wants to read it.</summary>
internal sealed partial class Trace(bool keep)
{
    private readonly List<string> _lines = [];

    /// <summary>Two runs of a seed have the same one, or something of the server does not follow from its host.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public IReadOnlyList<string> Lines => _lines;

    public bool IsKept => keep;

    public void Add(ulong value) => Hash = (Hash ^ value) * 0x100000001B3 ^ (Hash >> 29);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            Add(word);
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
            Add(rest);
    }

    /// <summary>A message without what nobody wants to read.</summary>
    public static string Short(string message)
    {
        message = Identifier().Replace(message, m => "#" + ulong.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture).ToString("x", CultureInfo.InvariantCulture));
        return Noise().Replace(message, "");
    }

    [GeneratedRegex(@"FileId \{ Persistent = (\d+), Volatile = \d+ \}")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"(, )?\w+ = (0|None|System\.[^,}]*\]|\w+List \{[^}]*\}|Impersonation|True|False)(?=[ ,])|Request(?= )")]
    private static partial Regex Noise();

    public void Say(string line)
    {
        if (keep)
            _lines.Add(line);
    }
}
