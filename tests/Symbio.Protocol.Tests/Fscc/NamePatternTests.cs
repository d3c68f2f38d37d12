using Symbio.Protocol.Fscc;

namespace Symbio.Protocol.Tests.Fscc;

public sealed class NamePatternTests
{
    [Theory] // [MS-FSA] 2.1.4.4
    [InlineData("*", "anything", true)]
    [InlineData("", "anything", true)]
    [InlineData("**", "x", true)]
    [InlineData("abc", "ABC", true)]
    [InlineData("abc", "abcd", false)]
    [InlineData("straße", "STRAßE", true)]
    [InlineData("ÄÖü", "äöÜ", true)]
    [InlineData("*.txt", "a.TXT", true)]
    [InlineData("*.txt", ".txt", true)]
    [InlineData("*.txt", "txt", false)]
    [InlineData("a*a", "a", false)]
    [InlineData("a*a", "aa", true)]
    [InlineData("a*b*c", "aXXbYYc", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("?", "a", true)]
    [InlineData("?", "ab", false)]
    [InlineData("??", "a", false)]
    [InlineData("a?c", "a.c", true)]
    [InlineData(">", "a", true)]
    [InlineData(">>>", "a", true)] // DOS_QM is nothing at the end,
    [InlineData(">>>.txt", "a.txt", true)] // and before a dot,
    [InlineData(">a", "a", false)] // but a character elsewhere.
    [InlineData(">>>", "abcd", false)]
    [InlineData("<", "a.b", false)] // DOS_STAR stops at the last dot,
    [InlineData("<.b", "a.a.b", true)] // takes the dots before,
    [InlineData("<", "noextension", true)]
    [InlineData("<.", "a.", true)]
    [InlineData("a.<", "a.b", true)] // and goes on after it.
    [InlineData("<.txt", "a.txt", true)]
    [InlineData("<\"*", "a", true)] // What Windows makes of "*.*".
    [InlineData("<\"*", "a.b.c", true)]
    [InlineData("a\"", "a", true)] // DOS_DOT
    [InlineData("a\"", "a.", true)]
    [InlineData("a\"b", "a.b", true)]
    [InlineData("a\"b", "ab", false)]
    [InlineData("a\"\"", "a", true)]
    [InlineData("f>>>>>>>\">>>", "foo", true)]
    public void Table(string pattern, string name, bool matches) =>
        Assert.Equal(matches, new NamePattern(pattern).Matches(name));

    [Fact]
    public void Properties()
    {
        Assert.True(new NamePattern("").IsAll);
        Assert.True(NamePattern.All.IsAll);
        Assert.False(NamePattern.All.IsLiteral);
        Assert.Equal("Name", new NamePattern("Name").Literal);
        Assert.Null(new NamePattern("Na?e").Literal);
        Assert.True(NamePattern.HasWildcard("a<b"));
        Assert.False(NamePattern.HasWildcard("a.b"));
    }

    [Fact]
    public void Agrees_with_a_naive_matcher()
    {
        const string Alphabet = "ab.*?<>\"";
        var random = new Random(42);
        for (int round = 0; round < 100_000; round++)
        {
            string pattern = Random(random, Alphabet, random.Next(1, 7));
            string name = Random(random, "aB.", random.Next(1, 7));
            Assert.True(Naive(pattern, name, 0, 0) == new NamePattern(pattern).Matches(name), $"'{pattern}' '{name}'");
        }
    }

    [Fact]
    public void Long_patterns_cross_words_of_the_set()
    {
        string stars = string.Concat(Enumerable.Repeat("a*", 300));
        Assert.True(new NamePattern(stars).Matches(new string('a', 300)));
        Assert.False(new NamePattern(stars).Matches(new string('a', 299)));
        string questions = new('>', 1000);
        Assert.True(new NamePattern(questions).Matches("a"));
        Assert.True(new NamePattern(questions).Matches(new string('a', 1000)));
        Assert.False(new NamePattern(questions).Matches(new string('a', 1001)));
    }

    [Fact]
    public void Hostile_patterns_end_soon()
    {
        var pattern = new NamePattern(string.Concat(Enumerable.Repeat("*a", 500)) + "b");
        string name = new('a', 10_000);
        long start = Environment.TickCount64;

        Assert.False(pattern.Matches(name));

        Assert.InRange(Environment.TickCount64 - start, 0, 5_000);
    }

    [Theory]
    [InlineData("***a", "ba", true)]
    [InlineData("<<.b", "a.a.b", true)]
    [InlineData("<<", "a.b", false)]
    [InlineData("<*<", "a.b", true)]
    [InlineData("a**", "ab", true)]
    public void Of_a_run_of_stars_one_is_enough(string pattern, string name, bool matches)
    {
        Assert.Equal(matches, new NamePattern(pattern).Matches(name));
        Assert.Equal(pattern, new NamePattern(pattern).Text);
    }

    private static bool Naive(string pattern, string name, int p, int n)
    {
        if (p == pattern.Length)
            return n == name.Length;
        bool end = n == name.Length;
        return pattern[p] switch
        {
            '*' => Naive(pattern, name, p + 1, n) || (!end && Naive(pattern, name, p, n + 1)),
            '<' => Naive(pattern, name, p + 1, n) ||
                (!end && n != name.LastIndexOf('.') && Naive(pattern, name, p, n + 1)),
            '>' => end || name[n] == '.' ? Naive(pattern, name, p + 1, n) : Naive(pattern, name, p + 1, n + 1),
            '"' => end ? Naive(pattern, name, p + 1, n) : name[n] == '.' && Naive(pattern, name, p + 1, n + 1),
            '?' => !end && Naive(pattern, name, p + 1, n + 1),
            var c => !end && char.ToUpperInvariant(c) == char.ToUpperInvariant(name[n]) &&
                Naive(pattern, name, p + 1, n + 1),
        };
    }

    private static string Random(Random random, string alphabet, int length) =>
        string.Create(length, random, (span, source) =>
        {
            foreach (ref char c in span)
                c = alphabet[source.Next(alphabet.Length)];
        });
}
