using Symbio.Protocol.Fscc;

namespace Symbio.Protocol.Tests.Fscc;

public sealed class NameComparerTests
{
    [Fact]
    public void Dictionaries_by_name_and_span()
    {
        var names = new Dictionary<string, int>(NameComparer.Instance) { ["Datei.TXT"] = 1 };
        var lookup = names.GetAlternateLookup<ReadOnlySpan<char>>();

        Assert.True(names.ContainsKey("dATEI.txt"));
        Assert.True(lookup.ContainsKey("xDATEI.txtx".AsSpan(1, 9)));
        Assert.False(names.ContainsKey("datei"));
    }

    [Fact]
    public void Surrogate_pairs_are_compared_as_they_are()
    {
        const string Upper = "\U00010400"; // Deseret capital and small letter long I.
        const string Lower = "\U00010428";

        Assert.False(NameComparer.Equals(Upper, Lower));
        Assert.True(NameComparer.Equals("\uD801x", "\uD801X"));
        Assert.Equal(NameComparer.GetHashCode("äx"), NameComparer.GetHashCode("ÄX"));
        string longName = new('a', 5000);
        Assert.Equal(NameComparer.GetHashCode(longName), NameComparer.GetHashCode(longName.ToUpperInvariant()));
        Assert.True(NameComparer.Compare("a", "B") < 0);
        Assert.True(NameComparer.Compare("ab", "A") > 0);
    }
}
