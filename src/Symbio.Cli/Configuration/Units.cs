using System.Globalization;

namespace Symbio.Cli.Configuration;

/// <summary>Sizes and times as people write them.</summary>
internal static class Units
{
    private static readonly System.Buffers.SearchValues<char> NumberCharacters =
        System.Buffers.SearchValues.Create("0123456789.");

    private static readonly (string Name, ulong Factor)[] SizeUnits =
        [("TiB", 1UL << 40), ("GiB", 1UL << 30), ("MiB", 1UL << 20), ("KiB", 1UL << 10), ("B", 1)];

    private static readonly (string Name, ulong Factor)[] BitRateUnits =
        [("G", 1_000_000_000), ("M", 1_000_000), ("K", 1000)];

    public static bool TryParseSize(string text, out ulong bytes)
    {
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        string unit = digits < 0 ? "" : text[digits..].Trim();
        string number = digits < 0 ? text : text[..digits];
        ulong factor = unit.ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "K" or "KB" or "KIB" => 1UL << 10,
            "M" or "MB" or "MIB" => 1UL << 20,
            "G" or "GB" or "GIB" => 1UL << 30,
            "T" or "TB" or "TIB" => 1UL << 40,
            _ => 0,
        };
        bool ok = ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) &&
            factor != 0 && value <= ulong.MaxValue / factor;
        bytes = ok ? value * factor : 0;
        return ok;
    }

    /// <summary>Exact: in the largest unit that divides it.</summary>
    public static string Size(ulong bytes)
    {
        foreach (var (name, factor) in SizeUnits)
            if (bytes >= factor && bytes % factor == 0)
                return $"{bytes / factor}{name}";
        return "0B";
    }

    /// <summary>For people: at most one decimal.</summary>
    public static string About(long bytes)
    {
        foreach (var (name, factor) in SizeUnits)
            if ((ulong)bytes >= factor)
                return name == "B" ? $"{bytes} B"
                    : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)factor:0.#} {name}");
        return "0 B";
    }

    /// <summary>Bits per second, in decimal units: 100M, 1G, 2.5G, 1000000000.</summary>
    public static bool TryParseBitRate(string text, out ulong bitsPerSecond)
    {
        bitsPerSecond = 0;
        int digits = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        string unit = digits < 0 ? "" : text[digits..].Trim();
        decimal factor = unit.ToUpperInvariant() switch
        {
            "" => 1m, "K" => 1e3m, "M" => 1e6m, "G" => 1e9m, "T" => 1e12m, _ => 0m,
        };
        if (!decimal.TryParse(digits < 0 ? text : text[..digits], NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out decimal value) || value > 1e6m * 1e9m)
            return false;
        decimal bits = value * factor;
        bitsPerSecond = bits is >= 1 and <= 1e16m ? (ulong)bits : 0;
        return bitsPerSecond > 0;
    }

    /// <summary>Exact: in the largest decimal unit that divides it.</summary>
    public static string BitRate(ulong bitsPerSecond)
    {
        foreach (var (name, factor) in BitRateUnits)
            if (bitsPerSecond % factor == 0)
                return $"{bitsPerSecond / factor}{name}";
        return $"{bitsPerSecond}";
    }

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        int digits = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        string unit = digits < 0 ? "s" : text[digits..].Trim();
        string number = digits < 0 ? text : text[..digits];
        double milliseconds = unit switch { "ms" => 1, "s" => 1000, "m" => 60_000, "h" => 3_600_000, _ => 0 };
        if (milliseconds == 0 || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double value) ||
            value * milliseconds > TimeSpan.FromDays(3650).TotalMilliseconds)
            return false;
        duration = TimeSpan.FromMilliseconds(value * milliseconds);
        return true;
    }

    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalHours: >= 1 } when duration.Ticks % TimeSpan.TicksPerHour == 0 => $"{duration.TotalHours:0}h",
        { TotalMinutes: >= 1 } when duration.Ticks % TimeSpan.TicksPerMinute == 0 => $"{duration.TotalMinutes:0}m",
        { TotalSeconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0}ms"),
    };
}
