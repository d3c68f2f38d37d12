using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Tests.Dtyp;

/// <summary>[MS-DTYP] 2.5.3.4 and what smbtorture's smb2.acls sees of Windows. BA is the owner, BU the group.</summary>
public sealed class InheritanceTests
{
    [Theory] // Parent's flags on a CREATOR OWNER ACE, then what a file and a directory get; "-" is "the default".
    [InlineData("", "-", "-")]
    [InlineData("OI", "(A;;DC;;;BA)", "(A;OIIO;DC;;;CO)")]
    [InlineData("CI", "-", "(A;;DC;;;BA)(A;CIIO;DC;;;CO)")]
    [InlineData("OICI", "(A;;DC;;;BA)", "(A;;DC;;;BA)(A;OICIIO;DC;;;CO)")]
    [InlineData("NP", "-", "-")]
    [InlineData("OINP", "(A;;DC;;;BA)", "-")]
    [InlineData("CINP", "-", "(A;;DC;;;BA)")]
    [InlineData("OICINP", "(A;;DC;;;BA)", "(A;;DC;;;BA)")]
    [InlineData("IO", "-", "-")]
    [InlineData("OIIO", "(A;;DC;;;BA)", "(A;OIIO;DC;;;CO)")]
    [InlineData("CIIO", "-", "(A;;DC;;;BA)(A;CIIO;DC;;;CO)")]
    [InlineData("OICIIO", "(A;;DC;;;BA)", "(A;;DC;;;BA)(A;OICIIO;DC;;;CO)")]
    [InlineData("NPIO", "-", "-")]
    [InlineData("OINPIO", "(A;;DC;;;BA)", "-")]
    [InlineData("CINPIO", "-", "(A;;DC;;;BA)")]
    [InlineData("OICINPIO", "(A;;DC;;;BA)", "(A;;DC;;;BA)")]
    public void Creator_owner(string flags, string file, string directory)
    {
        string parent = $"O:SYG:SYD:(A;{flags};DC;;;CO)(A;;FA;;;WD)";

        Assert.Equal(file, Create(parent, null, isContainer: false));
        Assert.Equal(directory, Create(parent, null, isContainer: true));
    }

    [Theory]
    // An ordinary SID and specific rights: one ACE, effective and inheritable at once.
    [InlineData("D:(A;OICI;FR;;;WD)", null, true, "(A;OICI;FR;;;WD)")]
    // Generic rights: mapped where they take effect, kept for the children.
    [InlineData("D:(A;OICI;GR;;;WD)", null, true, "(A;;FR;;;WD)(A;OICIIO;GR;;;WD)")]
    [InlineData("D:(A;OICI;GR;;;WD)", null, false, "(A;;FR;;;WD)")]
    [InlineData("D:(A;OI;GR;;;WD)", null, true, "(A;OIIO;GR;;;WD)")]
    [InlineData("D:(D;OICI;FW;;;CG)", null, false, "(D;;FW;;;BU)")]
    // A parent that inherits automatically marks what it gives.
    [InlineData("D:AI(A;OICI;FR;;;WD)", null, true, "AI(A;OICIID;FR;;;WD)")]
    [InlineData("D:AI(A;OICIID;FR;;;WD)", null, false, "AI(A;ID;FR;;;WD)")]
    [InlineData("D:(A;OICIID;FR;;;WD)", null, false, "(A;;FR;;;WD)")]
    [InlineData("D:AI(A;;FR;;;WD)", null, false, "-")]
    // The creator's DACL, when nothing is automatic: it alone, generic rights mapped.
    [InlineData("D:(A;OICI;FR;;;WD)", "D:(A;;GA;;;BU)", false, "(A;;FA;;;BU)")]
    [InlineData("D:(A;OICI;FR;;;WD)", "D:(A;;FA;;;CO)", false, "(A;;FA;;;BA)")]
    [InlineData("D:(A;OICI;FR;;;WD)", "D:(A;OICI;FA;;;CO)", true, "(A;;FA;;;BA)(A;OICIIO;FA;;;CO)")]
    [InlineData("D:(A;OICI;FR;;;WD)", "D:", false, "")]
    [InlineData("D:(A;OICI;FR;;;WD)", "D:NO_ACCESS_CONTROL", false, "NO_ACCESS_CONTROL")]
    // And with an automatic parent: completed, unless protected.
    [InlineData("D:AI(A;OICI;FR;;;WD)", "D:(A;;FA;;;BU)", false, "AI(A;;FA;;;BU)(A;ID;FR;;;WD)")]
    [InlineData("D:AI(A;OICI;FR;;;WD)", "D:AI(A;;FA;;;BU)(A;ID;FW;;;WD)", false, "AI(A;;FA;;;BU)(A;ID;FR;;;WD)")]
    [InlineData("D:AI(A;OICI;FR;;;WD)", "D:P(A;;FA;;;BU)", false, "PAI(A;;FA;;;BU)")]
    [InlineData("D:AI(A;OICI;FR;;;WD)", "D:NO_ACCESS_CONTROL", false, "NO_ACCESS_CONTROL")]
    [InlineData("", "D:(A;;FA;;;BU)", false, "(A;;FA;;;BU)")]
    [InlineData("", null, false, "-")]
    public void Dacl(string parent, string? creator, bool isContainer, string expected) =>
        Assert.Equal(expected, Create("O:SYG:SY" + parent, creator, isContainer));

    [Fact]
    public void Owner_and_group_of_the_creator_win_and_fill_creator_aces()
    {
        var parent = Sddl.Parse("D:(A;OI;FA;;;CO)(A;OI;FR;;;CG)S:(AU;OISA;FA;;;WD)");
        var creator = Sddl.Parse("O:SYG:LS");

        Assert.True(SecurityDescriptorInheritance.TryCreate(
            parent, creator, isContainer: false, Sid.BuiltinAdministrators, Sid.BuiltinUsers, out var descriptor));

        Assert.Equal("O:SYG:LSD:(A;;FA;;;SY)(A;;FR;;;LS)S:(AU;SA;FA;;;WD)", descriptor.ToString());
    }

    private static string Create(string parent, string? creator, bool isContainer)
    {
        bool hasDacl = SecurityDescriptorInheritance.TryCreate(Sddl.Parse(parent),
            creator is null ? null : Sddl.Parse(creator), isContainer, Sid.BuiltinAdministrators, Sid.BuiltinUsers,
            out var descriptor);
        Assert.Equal(hasDacl, descriptor.HasDacl);
        Assert.StartsWith("O:BAG:BU", descriptor.ToString(), StringComparison.Ordinal);
        return hasDacl ? descriptor.ToString()["O:BAG:BUD:".Length..] : "-";
    }
}
