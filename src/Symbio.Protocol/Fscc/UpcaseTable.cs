namespace Symbio.Protocol.Fscc;

/// <summary>
/// NT's upper-casing of names: one UTF-16 unit at a time, surrogates untouched, no culture, [MS-FSA] 2.1.4.4.
/// </summary>
public static class UpcaseTable
{
    private static readonly char[] s_table = Create();

    public static char ToUpper(char value) => s_table[value];

    /// <summary>Upper-cases <paramref name="source"/> into a destination that is at least as long.</summary>
    public static void ToUpper(ReadOnlySpan<char> source, Span<char> destination)
    {
        var table = s_table;
        destination = destination[..source.Length];
        for (int i = 0; i < source.Length; i++)
            destination[i] = table[source[i]];
    }

    public static string ToUpper(string value) =>
        string.Create(value.Length, value, static (span, text) => ToUpper(text, span));

    private static char[] Create()
    {
        char[] table = new char[char.MaxValue + 1];
        for (int i = 0; i < table.Length; i++)
            table[i] = char.IsSurrogate((char)i) ? (char)i : char.ToUpperInvariant((char)i);
        return table;
    }
}
