using Symbio.Protocol.Fscc;

namespace Symbio.Protocol.Tests.Fscc;

/// <summary>8.3 names, [MS-FSCC] 2.1.5.2.1.</summary>
public sealed class ShortNameTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("FILE.TXT", true)]
    [InlineData("file1234.tx", true)]
    [InlineData("A~1.B", true)]
    [InlineData("123456789", false)]
    [InlineData("a.html", false)]
    [InlineData("a.", false)]
    [InlineData(".a", false)]
    [InlineData("a.b.c", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    [InlineData("a+b", false)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    public void Which_names_are_8_3_names(string name, bool expected) => Assert.Equal(expected, ShortName.IsLegal(name));

    [Theory]
    [InlineData("Long file name.html", "L", ".HTM")]
    [InlineData("long.tar.gz", "L", ".GZ")]
    [InlineData(".bashrc", "B", "")]
    [InlineData("..  profile", "P", "")]
    [InlineData("+++.a+b", "_", ".AB")]
    [InlineData("日本語", "_", "")]
    [InlineData("日本語.日本", "_", "")]
    [InlineData("name.", "N", "")]
    [InlineData("A name of a folder", "A", "")]
    [InlineData("   ", "_", "")]
    [InlineData(".", null, "")]
    [InlineData("..", null, "")]
    [InlineData("short.txt", null, "")]
    public void A_long_name_has_a_generated_one(string name, string? start, string extension)
    {
        string generated = Generate(name);

        if (start is null)
        {
            Assert.Empty(generated);
            return;
        }

        Assert.StartsWith(start, generated, StringComparison.Ordinal);
        Assert.Equal(extension, Path.GetExtension(generated));
        Assert.True(ShortName.IsLegal(generated));
        Assert.True(ShortName.LooksGenerated(generated));
        Assert.True(ShortName.IsGeneratedFor(generated.ToLowerInvariant(), name));
    }

    [Fact] // Clients keep them, and so do backups: they must not change with a release.
    public void Generated_names_are_stable() => Assert.Equal("TWIR3C~6.HTM", Generate("The quick brown fox.html"));

    [Fact]
    public void Case_makes_no_difference() => Assert.Equal(Generate("long file name.txt"), Generate("LONG File Name.TXT"));

    [Fact] // 31 bits: two of 20,000 names that are alike are one chance in ten.
    public void Names_that_are_alike_have_generated_names_that_are_not()
    {
        var generated = Enumerable.Range(0, 20_000).Select(i => Generate($"a long name {i}.txt")).ToHashSet();

        Assert.InRange(generated.Count, 19_998, 20_000);
    }

    [Theory]
    [InlineData("L12345~6.TXT", true)]
    [InlineData("l12345~z", true)]
    [InlineData("L12345~6.", false)]
    [InlineData("LONGNA~1", true)]
    [InlineData("LONG~1", false)]
    [InlineData("backup.txt~", false)]
    [InlineData("L12#45~6.TXT", false)]
    [InlineData("L12345~67.TXT", false)]
    [InlineData("L12345~6.HTML", false)]
    public void Which_names_may_be_generated_ones(string name, bool expected) =>
        Assert.Equal(expected, ShortName.LooksGenerated(name));

    [Fact] // [MS-FSA] 2.1.5.6.3
    public void A_pattern_with_a_tilde_matches_generated_names()
    {
        const string Long = "A long name.html";
        string generated = Generate(Long);

        Assert.True(new NamePattern(generated, shortNames: true).Matches(Long));
        Assert.False(new NamePattern(generated, shortNames: true).IsLiteral);
        Assert.False(new NamePattern(generated).Matches(Long));
        Assert.True(new NamePattern("A?????~?.HTM", shortNames: true).Matches(Long));
        Assert.False(new NamePattern("*.htm", shortNames: true).Matches(Long));
        Assert.True(new NamePattern("a~b", shortNames: true).IsLiteral);
        Assert.True(new NamePattern(generated, shortNames: true).Matches(generated));
    }

    private static string Generate(string name)
    {
        Span<char> generated = stackalloc char[ShortName.MaxLength];
        return generated[..ShortName.Generate(name, generated)].ToString();
    }
}
