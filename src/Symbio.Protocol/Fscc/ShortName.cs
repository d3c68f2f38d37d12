using System.Buffers;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// 8.3 names, [MS-FSCC] 2.1.5.2.1, and the ones that are generated for names which are none. A generated name follows from
/// the long one alone, so that nothing has to be kept: the first character that may stand in an 8.3 name, five digits of
/// a hash, '~' and one more digit, and what may stand of the first three characters of the extension.
/// </summary>
public static class ShortName
{
    /// <summary>Characters of the longest 8.3 name.</summary>
    public const int MaxLength = MaxStem + 1 + MaxExtension;

    private const int MaxStem = 8;
    private const int MaxExtension = 3;
    private const int TildeIndex = 6;
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const uint Hashes = 36u * 36 * 36 * 36 * 36 * 36; // As many as six digits tell apart.

    // FNV-1a, 64 bits.
    private const ulong HashStart = 0xCBF29CE484222325;
    private const ulong HashFactor = 0x100000001B3;

    private static readonly SearchValues<char> s_legal = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'()-@^_`{}~");

    private static readonly SearchValues<char> s_digits = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>The name is an 8.3 name itself.</summary>
    public static bool IsLegal(ReadOnlySpan<char> name)
    {
        Split(name, name.IndexOf('.'), out var stem, out var extension);
        return stem.Length is > 0 and <= MaxStem
            && (stem.Length == name.Length || extension.Length is > 0 and <= MaxExtension)
            && !stem.ContainsAnyExcept(s_legal)
            && !extension.ContainsAnyExcept(s_legal);
    }

    /// <summary>
    /// The name has the form of a generated one. Only then can it stand for another, so that all others need no search.
    /// </summary>
    public static bool LooksGenerated(ReadOnlySpan<char> name)
    {
        if (name.Length < MaxStem || name[TildeIndex] != '~' || !IsLegal(name))
            return false;
        return (name.Length == MaxStem || name[MaxStem] == '.')
            && !name[1..TildeIndex].ContainsAnyExcept(s_digits)
            && s_digits.Contains(name[TildeIndex + 1]);
    }

    /// <summary>Writes the 8.3 name that is generated for a name; 0 when the name is an 8.3 name, "." or "..".</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> characters.</param>
    /// <returns>Characters written.</returns>
    public static int Generate(ReadOnlySpan<char> name, Span<char> destination)
    {
        if (IsLegal(name) || name is "" or "." or "..")
            return 0;

        // A dot that only dots and spaces come before begins no extension.
        Split(name, name.LastIndexOf('.'), out var stem, out var extension);
        if (!stem.ContainsAnyExcept('.', ' '))
        {
            stem = name;
            extension = default;
        }

        int first = stem.IndexOfAny(s_legal);
        destination[0] = first < 0 ? '_' : UpcaseTable.ToUpper(stem[first]);
        uint hash = Hash(name);
        for (int i = TildeIndex + 1; i > 0; i--)
        {
            if (i == TildeIndex)
                continue;
            destination[i] = Digits[(int)(hash % 36)];
            hash /= 36;
        }

        destination[TildeIndex] = '~';
        int length = MaxStem;
        foreach (char c in extension)
        {
            if (length == MaxLength)
                break;
            if (!s_legal.Contains(c))
                continue;
            if (length == MaxStem)
                destination[length++] = '.';
            destination[length++] = UpcaseTable.ToUpper(c);
        }

        return length;
    }

    /// <summary>The 8.3 name that is generated for <paramref name="name"/> is <paramref name="shortName"/>.</summary>
    public static bool IsGeneratedFor(ReadOnlySpan<char> shortName, ReadOnlySpan<char> name)
    {
        Span<char> generated = stackalloc char[MaxLength];
        int length = Generate(name, generated);
        return length > 0 && NameComparer.Equals(shortName, generated[..length]);
    }

    private static void Split(
        ReadOnlySpan<char> name, int dot, out ReadOnlySpan<char> stem, out ReadOnlySpan<char> extension)
    {
        stem = dot < 0 ? name : name[..dot];
        extension = dot < 0 ? default : name[(dot + 1)..];
    }

    // Names that differ by case only are one name.
    private static uint Hash(ReadOnlySpan<char> name)
    {
        ulong hash = HashStart;
        foreach (char c in name)
        {
            char upper = UpcaseTable.ToUpper(c);
            hash = (hash ^ (byte)upper) * HashFactor;
            hash = (hash ^ (byte)(upper >> 8)) * HashFactor;
        }

        return (uint)((hash ^ (hash >> 29)) % Hashes);
    }
}
