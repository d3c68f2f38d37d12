using System.Globalization;

namespace Symbio.Storage;

/// <summary>The name of a snapshot in paths, [MS-SMB2] 2.2.32.2: @GMT-YYYY.MM.DD-HH.MM.SS.</summary>
public static class SnapshotToken
{
    private const string Format = "'@GMT-'yyyy'.'MM'.'dd'-'HH'.'mm'.'ss";
    private const int Length = 24;

    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    public static bool TryParse(ReadOnlySpan<char> component, out DateTimeOffset time)
    {
        time = default;
        return component.Length == Length && component[0] == '@' && DateTimeOffset.TryParseExact(
            component, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    /// <summary>Takes the snapshot off the beginning of a path; the rest is the path within it. False: there is none.</summary>
    public static bool TrySplit(string path, out DateTimeOffset time, out string rest)
    {
        int end = path.IndexOf('\\');
        rest = end < 0 ? "" : path[(end + 1)..];
        return TryParse(end < 0 ? path : path.AsSpan(0, end), out time);
    }
}
