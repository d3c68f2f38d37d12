using System.Text;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

public sealed class NameCodecTests
{
    private static readonly NameCodec s_private = new(NameMapping.Private);

    public static TheoryData<NameMapping> Mappings => [NameMapping.Private, NameMapping.Catia, NameMapping.None];

    [Theory]
    [InlineData("plain.txt", "plain.txt")]
    [InlineData("a:b", "a\uF022b")]
    [InlineData("\"*:<>?\\|", "\uF020\uF021\uF022\uF023\uF024\uF025\uF026\uF027")]
    [InlineData("\u0001\u001F", "\uF001\uF01F")]
    [InlineData("trailing dot.", "trailing dot\uF029")]
    [InlineData("trailing space ", "trailing space\uF028")]
    [InlineData("two..", "two.\uF029")]
    [InlineData("...", "..\uF029")]
    [InlineData("in. side. ok", "in. side. ok")]
    [InlineData("é漢😀", "é漢😀")]
    public void The_private_range_stands_for_what_NT_forbids(string disk, string shown)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(disk);

        Assert.Equal(shown, s_private.Decode(bytes));
        Assert.Equal([.. bytes, 0], s_private.Encode(shown));
    }

    [Theory] // What a POSIX client says is what stands on the disk, in every mapping.
    [InlineData("plain.txt")]
    [InlineData("a:b\"*<>?|\\")]
    [InlineData("end.")]
    [InlineData("end ")]
    [InlineData("...")]
    [InlineData("\u0001\u001F")]
    [InlineData("é漢😀")]
    public void Posix_names_are_those_on_the_disk(string name)
    {
        foreach (NameMapping mapping in Enum.GetValues<NameMapping>())
        {
            var codec = new NameCodec(mapping);
            string shown = codec.Decode(Encoding.UTF8.GetBytes(name));

            Assert.Equal(shown, codec.FromPosix(name));
            Assert.Equal(name, codec.ToPosix(shown));
        }
    }

    [Fact] // Linux before 6.16 maps them even so.
    public void A_posix_client_may_map_characters_itself()
    {
        Assert.Equal("a\uF022b\uF029", s_private.FromPosix("a\uF022b\uF029"));
        Assert.Equal("a:b.", s_private.ToPosix("a\uF022b\uF029"));
    }

    [Theory]
    [InlineData("a:b", "a\u00F7b")]
    [InlineData("\"*:<>?\\|", "\u00A8\u00A4\u00F7\u00AB\u00BB\u00BF\u00FF\u00A6")]
    public void Catia_stands_as_Samba_documents_it(string disk, string shown)
    {
        var codec = new NameCodec(NameMapping.Catia);
        byte[] bytes = Encoding.UTF8.GetBytes(disk);

        Assert.Equal(shown, codec.Decode(bytes));
        Assert.Equal([.. bytes, 0], codec.Encode(shown));
    }

    [Fact]
    public void Unpaired_surrogates_are_stored_in_three_bytes()
    {
        Assert.Equal([0x61, 0xED, 0xA0, 0x80, 0x62, 0], s_private.Encode("a\uD800b"));
        Assert.Equal("a\uD800b", s_private.Decode([0x61, 0xED, 0xA0, 0x80, 0x62]));
    }

    [Fact]
    public void Two_stored_surrogates_do_not_become_one_character()
    {
        byte[] disk = [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]; // CESU-8 for U+1F600, which is not UTF-8.

        string shown = s_private.Decode(disk);

        Assert.NotEqual("😀", shown);
        Assert.Equal([.. disk, 0], s_private.Encode(shown));
    }

    [Fact]
    public void Stray_bytes_are_shown_in_the_private_range()
    {
        Assert.Equal("caf\uEFE9", s_private.Decode("caf\u00E9"u8[..3].ToArray().Append((byte)0xE9).ToArray()));
        Assert.Equal([.. "caf"u8, 0xE9, 0], s_private.Encode("caf\uEFE9"));
    }

    [Theory]
    [MemberData(nameof(Mappings))]
    public void Every_disk_name_has_one_SMB_name_that_leads_back(NameMapping mapping)
    {
        var codec = new NameCodec(mapping);
        var random = new Random(7);
        byte[][] pieces =
        [
            [0xEF, 0x80, 0xA2], [0xEE, 0xBE, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80], [0xC2, 0xAB], [0xC3, 0xB7],
            [0xF0, 0x9F, 0x98, 0x80], [0xC3], [0x80], [0xFF], [(byte)':'], [(byte)'\\'], [(byte)'.'], [(byte)' '], [1],
                [(byte)'a'],
        ];
        var names = new Dictionary<string, string>();
        for (int i = 0; i < 50_000; i++)
        {
            byte[] disk = i % 2 == 0
                ? [.. Enumerable.Range(0, random.Next(1, 9)).SelectMany(_ => pieces[random.Next(pieces.Length)])]
                : [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => (byte)random.Next(1, 256)).Where(b => b != 47)];
            if (disk.Length == 0 || disk is [(byte)'.'] or [(byte)'.', (byte)'.'])
                continue;

            string shown = codec.Decode(disk);

            Assert.DoesNotContain('\\', shown);
            Assert.DoesNotContain('/', shown);
            Assert.Equal([.. disk, 0], codec.Encode(shown));
            string hex = Convert.ToHexString(disk);
            Assert.Equal(hex, names.GetValueOrDefault(shown, hex)); // No two disk names look alike.
            names[shown] = hex;
        }
    }

    [Theory]
    [MemberData(nameof(Mappings))]
    public void What_can_be_created_is_listed_under_the_same_name(NameMapping mapping)
    {
        var codec = new NameCodec(mapping);
        var random = new Random(11);
        const string odd = "aé\uD800\uDC00\uDFFF\uF022\uF028\uF029\uEF80\uEFC3\uEFA9\uEF2E\uEF2F\uEF00«÷. ";
        for (int i = 0; i < 50_000; i++)
        {
            string name = new([.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => odd[random.Next(odd.Length)])]);
            if (codec.Encode(name) is { } disk)
                Assert.Equal(name, codec.Decode(disk.AsSpan(0, disk.Length - 1)));
        }
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("\uF029")] // Would be "." on disk.
    [InlineData(".\uF029")]
    [InlineData("\uEF2F")] // '/'
    [InlineData("\uEF00")] // NUL
    [InlineData("\uEFC3\uEFA9")] // Would be 'é', which has a name already.
    [InlineData("a\uF028b")] // A space that is not at the end needs no mapping.
    public void Names_that_would_become_another_one_are_refused(string name) => Assert.Null(s_private.Encode(name));

    [Fact]
    public void Length_is_limited_in_bytes_and_in_units()
    {
        Assert.NotNull(s_private.Encode(new string('a', 255)));
        Assert.Null(s_private.Encode(new string('a', 256)));
        Assert.NotNull(s_private.Encode(new string('é', 127)));
        Assert.Null(s_private.Encode(new string('é', 128)));
        Assert.NotNull(s_private.Encode(new string('漢', 85)));
        Assert.Null(s_private.Encode(new string('漢', 86)));
    }
}
