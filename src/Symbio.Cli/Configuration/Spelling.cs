namespace Symbio.Cli.Configuration;

/// <summary>Finds what somebody meant to type.</summary>
internal static class Spelling
{
    /// <summary>The nearest of the words, when it is near enough to be a slip.</summary>
    public static string? Nearest(string word, IEnumerable<string> words)
    {
        var (best, distance) = words.Select(w => (w, Distance(word.ToUpperInvariant(), w.ToUpperInvariant())))
            .DefaultIfEmpty(("", int.MaxValue)).MinBy(p => p.Item2);
        return distance <= (word.Length < 4 ? 1 : Math.Max(2, word.Length / 3)) ? best : null;
    }

    /// <summary>Insertions, deletions and replacements from one to the other.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
