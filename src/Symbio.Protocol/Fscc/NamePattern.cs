using System.Buffers;
using System.Numerics;
using System.Text;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// A search pattern with NT's wildcards, [MS-FSA] 2.1.4.4 (FsRtlIsNameInExpression): <c>*</c> any characters,
/// <c>?</c> one character, <c>&lt;</c> (DOS_STAR) any characters but not the last dot, <c>&gt;</c> (DOS_QM) one
/// character, or none before a dot and at the end, <c>"</c> (DOS_DOT) a dot, or nothing at the end. Case is ignored.
/// </summary>
/// <remarks>Work is bounded by pattern length times name length, for every pattern: nothing backtracks.</remarks>
public sealed class NamePattern
{
    private static readonly SearchValues<char> s_wildcards = SearchValues.Create("*?<>\"");

    private readonly string _pattern; // Upper case.
    private readonly int _onlyStar = -1; // Where the only wildcard, a '*', stands.
    private readonly bool _shortNames;

    /// <param name="shortNames">
    /// A generated 8.3 name (<see cref="ShortName"/>) that matches will do as well, [MS-FSA] 2.1.5.6.3.
    /// </param>
    public NamePattern(string pattern, bool shortNames = false)
    {
        Text = pattern;
        _pattern = UpcaseTable.ToUpper(WithoutRuns(pattern));
        IsAll = pattern.Length == 0 || !pattern.AsSpan().ContainsAnyExcept('*');
        int first = _pattern.AsSpan().IndexOfAny(s_wildcards);

        // Deviation: a pattern without '~' is not tried on generated names. Digits of a hash match by chance: "*5*" would
        // find, and a client then perhaps delete, files that nobody meant.
        _shortNames = shortNames && pattern.Contains('~') && (first >= 0 || ShortName.LooksGenerated(pattern));
        IsLiteral = first < 0 && !IsAll && !_shortNames;
        if (first >= 0 && _pattern[first] == '*' && _pattern.AsSpan(first + 1).IndexOfAny(s_wildcards) < 0)
            _onlyStar = first;
    }

    /// <summary>What a name component may have, [MS-FSCC] 2.1.5.2; the work that a longer pattern makes would be for nothing.</summary>
    public const int MaxLength = 255;

    /// <summary>The pattern of everything.</summary>
    public static NamePattern All { get; } = new("*");

    /// <summary>As given.</summary>
    public string Text { get; }

    /// <summary>It matches every name.</summary>
    public bool IsAll { get; }

    /// <summary>It has no wildcard: one name at most matches, and a lookup finds it.</summary>
    public bool IsLiteral { get; }

    /// <summary>The one name of a literal pattern; null otherwise.</summary>
    public string? Literal => IsLiteral ? Text : null;

    /// <summary>True when <paramref name="text"/> has a wildcard character, which no file name may have.</summary>
    public static bool HasWildcard(ReadOnlySpan<char> text) => text.ContainsAny(s_wildcards);

    public bool Matches(ReadOnlySpan<char> name)
    {
        if (IsAll || MatchesName(name))
            return true;
        if (!_shortNames)
            return false;
        Span<char> generated = stackalloc char[ShortName.MaxLength];
        int length = ShortName.Generate(name, generated);
        return length > 0 && MatchesName(generated[..length]);
    }

    public override string ToString() => Text;

    private bool MatchesName(ReadOnlySpan<char> name)
    {
        if (IsLiteral)
            return NameComparer.Equals(Text, name);
        if (_onlyStar < 0)
            return MatchesAny(name);
        int tail = _pattern.Length - _onlyStar - 1;
        return name.Length >= _pattern.Length - 1 &&
            NameComparer.Equals(_pattern.AsSpan(0, _onlyStar), name[.._onlyStar]) &&
            NameComparer.Equals(_pattern.AsSpan(_onlyStar + 1), name[^tail..]);
    }

    // A set of positions in the pattern, one bit each, is carried over the name: bit p is set when everything before
    // p has matched the name so far. The bit after the last position means that the pattern is used up.
    private bool MatchesAny(ReadOnlySpan<char> name)
    {
        int words = (_pattern.Length >> 6) + 1;
        ulong[]? rented = null;
        Span<ulong> sets = words <= 8 ? stackalloc ulong[16] : (rented = ArrayPool<ulong>.Shared.Rent(2 * words));
        sets = sets[..(2 * words)];
        sets.Clear();
        var current = sets[..words];
        var next = sets[words..];
        current[0] = 1;
        int lastDot = name.LastIndexOf('.');
        for (int i = 0; i < name.Length; i++)
        {
            Advance(current, next, UpcaseTable.ToUpper(name[i]), i == lastDot);
            var used = current;
            current = next;
            next = used;
            next.Clear();
        }

        bool matched = FinishesFrom(current);
        if (rented is not null)
            ArrayPool<ulong>.Shared.Return(rented);
        return matched;
    }

    private void Advance(Span<ulong> current, Span<ulong> next, char c, bool isLastDot)
    {
        for (int word = 0; word < current.Length; word++)
        {
            for (ulong left = current[word]; left != 0; left &= left - 1)
            {
                int position = (word << 6) + BitOperations.TrailingZeroCount(left);
                if (position == _pattern.Length)
                    continue;
                bool stays = false; // The position also takes the next character.
                bool skips = false; // It may take no character at all.
                bool takes = false;
                switch (_pattern[position])
                {
                    case '*':
                        stays = skips = true;
                        break;
                    case '<':
                        skips = true;
                        stays = !isLastDot;
                        break;
                    case '>':
                        skips = c == '.';
                        takes = !skips;
                        break;
                    case '"':
                        takes = c == '.';
                        break;
                    case '?':
                        takes = true;
                        break;
                    case var literal:
                        takes = literal == c;
                        break;
                }

                if (stays)
                    Set(next, position);
                if (takes)
                    Set(next, position + 1);
                if (!skips)
                    continue;
                Set(current, position + 1);
                if ((position + 1) >> 6 == word)
                    left |= 1UL << (position + 1); // Not seen yet: bits are visited upwards.
            }
        }
    }

    // At the end of the name, only wildcards that can stand for nothing may be left.
    private bool FinishesFrom(Span<ulong> set)
    {
        for (int position = _pattern.Length; ; position--)
        {
            if ((set[position >> 6] & (1UL << position)) != 0)
                return true;
            if (position == 0 || _pattern[position - 1] is not ('*' or '<' or '>' or '"'))
                return false;
        }
    }

    // Of a run of '*' and '<' one is enough: the '*', if there is any.
    private static string WithoutRuns(string pattern)
    {
        var folded = new StringBuilder(pattern.Length);
        foreach (char c in pattern)
        {
            if (c is '*' or '<' && folded.Length > 0 && folded[^1] is '*' or '<')
            {
                if (c == '*')
                    folded[^1] = c;
                continue;
            }

            folded.Append(c);
        }

        return folded.Length == pattern.Length ? pattern : folded.ToString();
    }

    private static void Set(Span<ulong> set, int position) => set[position >> 6] |= 1UL << position;
}
