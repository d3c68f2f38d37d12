using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Tests.Dtyp;

public sealed class SecurityDescriptorTests
{
    // O:BA G:BU D:(A;OICI;FA;;;SY), laid out by hand after [MS-DTYP] 2.4.6: DACL, owner, group.
    private const string Hex =
        "01000480" + "30000000" + "40000000" + "00000000" + "14000000" +
        "02001C0001000000" + "00031400FF011F00" + "010100000000000512000000" +
        "01020000000000052000000020020000" +
        "01020000000000052000000021020000";

    [Fact]
    public void Bytes_and_back()
    {
        byte[] bytes = Convert.FromHexString(Hex);

        Assert.True(SecurityDescriptor.TryRead(bytes, out var descriptor));

        Assert.Equal("O:BAG:BUD:(A;OICI;FA;;;SY)", descriptor.ToString());
        Assert.Equal(Hex, Convert.ToHexString(descriptor.ToArray()));
        Assert.Equal(bytes.Length, descriptor.Length);
        Assert.Equal(Sddl.Parse("O:BAG:BUD:(A;OICI;FA;;;SY)"), descriptor);
    }

    [Fact]
    public void Truncated_at_every_byte()
    {
        byte[] bytes = Convert.FromHexString(Hex);
        for (int length = 0; length < bytes.Length; length++)
            Assert.False(SecurityDescriptor.TryRead(bytes.AsMemory(0, length), out _));
    }

    [Fact]
    public void Any_byte_may_lie()
    {
        byte[] bytes = Sddl.Parse("O:BAG:BUD:P(A;OICI;FA;;;SY)(D;;FW;;;WD)S:(AU;SAFA;FA;;;WD)").ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            byte original = bytes[i];
            for (int value = 0; value < 256; value++)
            {
                bytes[i] = (byte)value;
                if (SecurityDescriptor.TryRead(bytes, out var descriptor))
                {
                    Assert.True(SecurityDescriptor.TryRead(descriptor.ToArray(), out var again));
                    Assert.Equal(descriptor, again);
                }
            }

            bytes[i] = original;
        }
    }

    [Fact]
    public void Absent_null_and_empty_dacl()
    {
        var absent = new SecurityDescriptor { Owner = Sid.LocalSystem };
        var isNull = absent with { Control = SecurityDescriptorControl.DaclPresent };
        var empty = absent with { Dacl = Acl.Empty };
        foreach (var descriptor in new[] { absent, isNull, empty })
        {
            Assert.True(SecurityDescriptor.TryRead(descriptor.ToArray(), out var read));
            Assert.Equal(descriptor, read);
            Assert.Equal(descriptor, Sddl.Parse(descriptor.ToString()));
        }

        Assert.False(absent.HasDacl);
        Assert.True(isNull.HasDacl);
        Assert.Null(isNull.Dacl);
        Assert.Equal("O:SYD:NO_ACCESS_CONTROL", isNull.ToString());
        Assert.Equal("O:SYD:", empty.ToString());
    }

    [Fact]
    public void Object_callback_and_unknown_aces_stay_verbatim()
    {
        Ace[] aces =
        [
            new(AceType.AccessAllowedObject, AceFlags.None, AccessMask.ReadData, Sid.Everyone)
            {
                ObjectPart = Convert.FromHexString("03000000" + new string('1', 64)),
            },
            new(AceType.AccessAllowedCallback, AceFlags.None, AccessMask.ReadData, Sid.Everyone)
            {
                ApplicationData = "artx\0\0\0\0"u8.ToArray(),
            },
            new((AceType)0x77, AceFlags.None, AccessMask.None, Sid.Null) { ApplicationData = new byte[] { 1, 2, 3, 4 } },
        ];
        var descriptor = SecurityDescriptor.Create(Sid.LocalSystem, null, aces);

        Assert.True(SecurityDescriptor.TryRead(descriptor.ToArray(), out var read));

        Assert.Equal(descriptor, read);
        Assert.Equal(Acl.DsRevision, read.Dacl!.Revision);
    }

    [Theory]
    [InlineData("O:S-1-5-21-1-2-3-1000G:S-1-22-2-100D:PAI(A;;0x1201ff;;;OW)(D;OICIIOID;GRGW;;;CO)")]
    [InlineData("D:AR(A;NP;SDRCWDWO;;;AN)S:P(AU;SAFA;FA;;;WD)(ML;;NWNR;;;HI)")]
    [InlineData("G:BUS:AI")]
    [InlineData("D:NO_ACCESS_CONTROL")]
    public void Sddl_round_trip(string text) => Assert.Equal(text, Normal(Sddl.Parse(text).ToString()));

    [Theory]
    [InlineData("X:BA")]
    [InlineData("O:")]
    [InlineData("O:ZZ")]
    [InlineData("D:(A;;FA;;;)")]
    [InlineData("D:(A;;FA;;;BA")]
    [InlineData("D:(A;QQ;FA;;;BA)")]
    [InlineData("D:(A;O;FA;;;BA)")]
    [InlineData("D:(A;;F;;;BA)")]
    [InlineData("D:Q(A;;FA;;;BA)")]
    [InlineData("D:NO_ACCESS_CONTROL(A;;FA;;;BA)")]
    [InlineData("D:(OA;;FA;;;BA)")]
    public void Bad_sddl(string text) => Assert.False(Sddl.TryParse(text, out _));

    [Fact]
    public void Select_keeps_only_what_was_asked()
    {
        var all = Sddl.Parse("O:BAG:BUD:PAI(A;;FA;;;SY)S:AI(AU;SA;FA;;;WD)(ML;;NW;;;HI)");

        Assert.Equal("O:BA", all.Select(SecurityInformation.Owner).ToString());
        Assert.Equal("D:PAI(A;;FA;;;SY)", all.Select(SecurityInformation.Dacl).ToString());
        Assert.Equal("S:AI(AU;SA;FA;;;WD)", all.Select(SecurityInformation.Sacl).ToString());
        Assert.Equal("S:AI(ML;;NW;;;HI)", all.Select(SecurityInformation.Label).ToString());
        Assert.Equal(all, all.Select(SecurityInformation.Backup));
    }

    [Fact]
    public void Apply_replaces_only_what_was_named()
    {
        var before = Sddl.Parse("O:BAG:BUD:P(A;;FA;;;SY)S:(AU;SA;FA;;;WD)(ML;;NW;;;HI)");
        var change = Sddl.Parse("O:SYG:SYD:(A;OICIIO;GA;;;WD)(A;OI;GR;;;BU)S:");

        Assert.Equal("O:BAG:BUD:(A;OICIIO;GA;;;WD)(A;OI;FR;;;BU)S:(AU;SA;FA;;;WD)(ML;;NW;;;HI)",
            before.Apply(change, SecurityInformation.Dacl).ToString());
        Assert.Equal("O:SYG:BUD:P(A;;FA;;;SY)S:(ML;;NW;;;HI)",
            before.Apply(change, SecurityInformation.Owner | SecurityInformation.Sacl).ToString());
        Assert.True(before.Apply(change, SecurityInformation.Dacl | SecurityInformation.ProtectedDacl).IsDaclProtected);
    }

    [Theory] // What smb2.acls.INHERITFLAGS sees of Windows.
    [InlineData("D:AI(A;;FA;;;WD)", "D:(A;;FA;;;WD)")]
    [InlineData("D:AR(A;;FA;;;WD)", "D:(A;;FA;;;WD)")]
    [InlineData("D:ARAI(A;;FA;;;WD)", "D:AI(A;;FA;;;WD)")]
    [InlineData("D:PARAI(A;ID;FA;;;WD)", "D:PAI(A;ID;FA;;;WD)")]
    public void Auto_inherited_needs_the_request(string set, string get) =>
        Assert.Equal(get, new SecurityDescriptor().Apply(Sddl.Parse(set), SecurityInformation.Dacl).ToString());

    private static string Normal(string text) => text.Replace("RCSDWDWO", "SDRCWDWO", StringComparison.Ordinal);
}
