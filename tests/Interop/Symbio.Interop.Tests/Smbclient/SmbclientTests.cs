using System.Globalization;
using System.Text;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Smbclient;

/// <summary>What smbclient can do beside moving files.</summary>
public sealed class SmbclientTests(DefaultServer fixture) : IClassFixture<DefaultServer>
{
    private ServerProcess Server => fixture.Server;

    private SmbclientPeer Smbclient => new(Server);

    [Fact]
    public async Task Shares_are_listed()
    {
        CommandResult result = (await Smbclient.ListSharesAsync()).Succeeded();

        result.Matches(@"^\s+files\s+Disk");
        result.Matches(@"^\s+readonly\s+Disk");
        result.Matches(@"^\s+secret\s+Disk");
        result.Matches(@"^\s+IPC\$\s+IPC");
    }

    [Fact]
    public async Task Wildcards_choose()
    {
        Directory.CreateDirectory(Server.PathOf(ShareNames.Files, "wild"));
        Accounts.Own(Server.PathOf(ShareNames.Files, "wild"));
        foreach (string name in new[] { "a1.txt", "a2.txt", "b1.TXT", "b1.dat", "noext" })
            Server.WriteLocal(ShareNames.Files, "wild/" + name, []);

        Assert.Equal(["a1.txt", "a2.txt", "b1.TXT"], await NamesAsync("wild/*.txt"));
        Assert.Equal(["b1.dat", "b1.TXT"], await NamesAsync("wild/b1.*"));
        Assert.Equal(["a1.txt", "a2.txt"], await NamesAsync("wild/A?.txt"));
        Assert.Equal(["noext"], await NamesAsync("wild/noext"));
        Assert.Equal(["a1.txt", "a2.txt", "b1.dat", "b1.TXT", "noext"], await NamesAsync("wild/*"));
        (await Smbclient.TryAsync("ls wild/z*")).Says("NT_STATUS_NO_SUCH_FILE");

        await Smbclient.RunAsync("del wild/*.txt");
        Assert.Equal(["b1.dat", "noext"], await NamesAsync("wild/*"));
    }

    [Fact]
    public async Task Large_folders_are_listed_whole()
    {
        string path = Server.PathOf(ShareNames.Files, "many");
        Directory.CreateDirectory(path);
        Accounts.Own(path);
        string[] names = [.. Enumerable.Range(0, 5000).Select(i => $"a rather long name of a file so that a reply holds few of them {i:00000}")];
        foreach (string name in names)
            File.WriteAllBytes(Path.Combine(path, name), []);

        Assert.Equal(names, await NamesAsync("many/*"));
    }

    [Theory]
    [InlineData("Grüße aus Köln.txt")]
    [InlineData("日本語のファイル")]
    [InlineData("emoji 😀 pair")]
    [InlineData("e\u0301 combining")]
    [InlineData("Ωμέγα ἀρχή")]
    [InlineData("  leading blanks")]
    [InlineData("dots...inside.x")]
    [InlineData("a+b=c,d[e]{f}@~!$&'()")]
    public async Task Unicode_names_go_there_and_back(string name)
    {
        string folder = Server.NewClientFolder();
        string hash = TestFile.Create(Path.Combine(folder, "content"), 10_000);

        CommandResult result = await (Smbclient with { Folder = folder }).RunAsync(
            $"put content \"{name}\"", "ls", $"get \"{name}\" back");

        result.Says($"  {name} ");
        Assert.Contains(name, Directory.EnumerateFiles(Server.PathOf(ShareNames.Files)).Select(Path.GetFileName));
        Assert.Equal(hash, TestFile.Hash(Path.Combine(folder, "back")));
    }

    [Fact]
    public async Task Names_compare_without_regard_to_case_and_keep_it()
    {
        string folder = Server.NewClientFolder();
        File.WriteAllText(Path.Combine(folder, "one"), "1");
        File.WriteAllText(Path.Combine(folder, "two"), "22");

        CommandResult result = await (Smbclient with { Folder = folder }).RunAsync(
            "mkdir CaseÄ", "put one CaseÄ/Straße.Txt", "put two casEä/STRAße.tXT", "ls caseä/*", "get CASEÄ/straße.TXT back");

        result.Matches(@"^  Straße\.Txt +A +2 ");
        Assert.Equal("22", File.ReadAllText(Path.Combine(folder, "back")));
        Assert.Single(Directory.GetFiles(Server.PathOf(ShareNames.Files, "CaseÄ")));
    }

    /// <summary>Names that NT does not allow, as macOS and cifs.ko write them (SFM): made behind the server's back: seen, read and deleted all the same.</summary>
    [Theory]
    [InlineData("a:b", "a\uf022b")]
    [InlineData("what?", "what\uf025")]
    [InlineData("star*", "star\uf021")]
    [InlineData("back\\slash", "back\uf026slash")]
    [InlineData("\"quoted\"", "\uf020quoted\uf020")]
    [InlineData("<in>", "\uf023in\uf024")]
    [InlineData("pipe|line", "pipe\uf027line")]
    public async Task Forbidden_characters_are_mapped(string local, string remote)
    {
        string folder = Server.NewClientFolder();
        Server.WriteLocal(ShareNames.Files, local, Encoding.UTF8.GetBytes(local));

        CommandResult result = await (Smbclient with { Folder = folder }).RunAsync("ls", $"get \"{remote}\" back", $"del \"{remote}\"");

        result.Says($"  {remote} ");
        Assert.Equal(local, File.ReadAllText(Path.Combine(folder, "back")));
        Assert.False(File.Exists(Server.PathOf(ShareNames.Files, local)));
    }

    [Fact]
    public async Task All_info_tells_times_and_streams()
    {
        Server.WriteLocal(ShareNames.Files, "info.txt", "12345"u8);

        CommandResult result = await Smbclient.RunAsync("allinfo info.txt");

        foreach (string field in new[] { "create_time", "access_time", "write_time", "change_time" })
            result.Matches($@"^{field}: +\w{{3}} \w{{3}} +\d+ .*{DateTime.Now.Year}|^{field}: .*{DateTime.UtcNow.Year}");
        result.Matches(@"^stream: \[::\$DATA\], 5 bytes");
    }

    [Fact]
    public async Task Alternate_name_is_a_short_one_or_none()
    {
        Server.WriteLocal(ShareNames.Files, "a name longer than 8.3", []);

        CommandResult result = await Smbclient.TryAsync("altname \"a name longer than 8.3\"");

        if (result.ExitCode != 0 || result.Text.Contains("NT_STATUS"))
            result.Says("NT_STATUS_OBJECT_NAME_NOT_FOUND");
        else
            result.Matches(@"^[^ .]{1,8}(\.[^ .]{1,3})?$");
    }

    [Fact]
    public async Task Times_are_set()
    {
        string path = Server.WriteLocal(ShareNames.Files, "times", []);

        CommandResult result = await Smbclient.RunAsync(
            "utimes times 01:02:03-04:05:06 11:02:03-04:05:06 12:02:03-04:05:06 -1", "allinfo times");

        result.Matches(@"^create_time: +.* Feb +3 04:05:06(\.\d+)? [AP]?M? ?2001|^create_time: +.*Feb +3 04:05:06 (AM )?2001");
        result.Matches(@"^access_time: +.*Feb +3 04:05:06 (AM )?2011");
        result.Matches(@"^write_time: +.*Feb +3 04:05:06 (AM )?2012");
        Assert.Equal(new DateTime(2012, 2, 3, 4, 5, 6), File.GetLastWriteTime(path));
    }

    [Fact]
    public async Task Attributes_are_set_and_stay()
    {
        string path = Server.WriteLocal(ShareNames.Files, "modes", "x"u8);

        await Smbclient.RunAsync("setmode modes +rhs");
        CommandResult result = await Smbclient.RunAsync("ls modes");

        result.Matches(@"^  modes +[ARHSN]*\b");
        foreach (char attribute in "RHS")
            Assert.Contains(attribute, result.Matches(@"^  modes +(\w+)").Groups[1].Value);
        // Samba's format: a folder can move between the two servers.
        Assert.NotNull(Native.ExtendedAttribute(path, "user.DOSATTRIB"));
        (await Smbclient.TryAsync("del modes")).Says("NT_STATUS_");
        Assert.True(File.Exists(path));
        await Smbclient.RunAsync("setmode modes -rhs", "del modes");
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Streams_are_kept_as_Samba_keeps_them()
    {
        string folder = Server.NewClientFolder();
        File.WriteAllText(Path.Combine(folder, "zone"), "[ZoneTransfer]\nZoneId=3\n");
        Server.WriteLocal(ShareNames.Files, "download.exe", "MZ"u8);

        CommandResult result = await (Smbclient with { Folder = folder }).RunAsync(
            "put zone download.exe:Zone.Identifier", "allinfo download.exe", "get download.exe:Zone.Identifier back");

        result.Matches(@"^stream: \[:Zone\.Identifier:\$DATA\], 24 bytes");
        Assert.Equal("[ZoneTransfer]\nZoneId=3\n", File.ReadAllText(Path.Combine(folder, "back")));
        Assert.Equal("MZ", File.ReadAllText(Server.PathOf(ShareNames.Files, "download.exe")));
        Assert.Contains("user.DosStream.Zone.Identifier:$DATA", Native.ExtendedAttributes(Server.PathOf(ShareNames.Files, "download.exe")));
    }

    [Fact]
    public async Task Extended_attributes_are_set_and_removed()
    {
        Server.WriteLocal(ShareNames.Files, "ea.txt", []);

        (await Smbclient.RunAsync("setea ea.txt First one", "setea ea.txt SECOND two", "geteas ea.txt")).Matches(@"(?i)^first \(0\) =");
        (await Smbclient.RunAsync("geteas ea.txt")).Matches(@"(?i)^second \(0\) =");
        await Smbclient.RunAsync("setea ea.txt First");
        CommandResult result = await Smbclient.RunAsync("geteas ea.txt");

        Assert.DoesNotMatch("(?im)^first", result.Output);
        result.Matches(@"(?i)^second \(0\) =");
    }

    [Fact]
    public async Task Volume_and_space_are_told()
    {
        string path = Server.PathOf(ShareNames.Files, "usage");
        Directory.CreateDirectory(path);
        Accounts.Own(path);
        Server.WriteLocal(ShareNames.Files, "usage/one", new byte[100_000]);
        Server.WriteLocal(ShareNames.Files, "usage/two", new byte[23_456]);

        CommandResult result = await Smbclient.RunAsync("volume", "du usage/*", "ls usage/*");

        result.Matches(@"^Volume: \|.+\| serial number 0x[0-9a-f]+");
        result.Matches(@"^Total number of bytes: 123456");
        var space = result.Matches(@"^\s+(\d+) blocks of size (\d+)\. (\d+) blocks available");
        double total = double.Parse(space.Groups[1].Value, CultureInfo.InvariantCulture) * double.Parse(space.Groups[2].Value, CultureInfo.InvariantCulture);
        Assert.InRange(total / new DriveInfo(path).TotalSize, 0.8, 1.2);
    }

    [Fact] // (reput is not tried: smbclient 4.17 writes to the wrong place.)
    public async Task Reget_continues_a_file()
    {
        string folder = Server.NewClientFolder();
        string hash = TestFile.Create(Path.Combine(folder, "whole"), 5_000_000);
        byte[] whole = File.ReadAllBytes(Path.Combine(folder, "whole"));
        File.WriteAllBytes(Path.Combine(folder, "back"), whole.AsSpan(0, 1_234_567));
        Server.WriteLocal(ShareNames.Files, "whole", whole);

        await (Smbclient with { Folder = folder }).RunAsync("reget whole back");

        Assert.Equal(hash, TestFile.Hash(Path.Combine(folder, "back")));
    }

    [Fact]
    public async Task Hard_links_share_their_content()
    {
        string path = Server.WriteLocal(ShareNames.Files, "link-a", "linked"u8);

        await Smbclient.RunAsync("hardlink link-a link-b");

        File.AppendAllText(path, "!");
        Assert.Equal("linked!", File.ReadAllText(Server.PathOf(ShareNames.Files, "link-b")));
    }

    [Fact]
    public async Task Tar_takes_a_tree_out_and_puts_it_back()
    {
        string folder = Server.NewClientFolder();
        Directory.CreateDirectory(Server.PathOf(ShareNames.Files, "tarred"));
        Accounts.Own(Server.PathOf(ShareNames.Files, "tarred"));
        for (int i = 0; i < 20; i++)
            Server.WriteLocal(ShareNames.Files, $"tarred/f{i}", Encoding.ASCII.GetBytes(new string('x', i * 1000)));
        SmbclientPeer smbclient = Smbclient with { Folder = folder };

        await smbclient.RunAsync("tar c out.tar tarred");
        await smbclient.RunAsync("deltree tarred");
        Assert.False(Directory.Exists(Server.PathOf(ShareNames.Files, "tarred")));
        await smbclient.RunAsync("tar x out.tar");

        for (int i = 0; i < 20; i++)
            Assert.Equal(i * 1000, new FileInfo(Server.PathOf(ShareNames.Files, $"tarred/f{i}")).Length);
    }

    [Fact]
    public async Task Missing_share_is_told()
    {
        (await (Smbclient with { Share = "nothing-here" }).TryAsync("ls")).FailedWith("NT_STATUS_BAD_NETWORK_NAME");
    }

    [Fact]
    public async Task Read_only_share_is_read_and_not_written()
    {
        string folder = Server.NewClientFolder();
        Server.WriteLocal(ShareNames.ReadOnly, "fixed", "as it is"u8);
        File.WriteAllText(Path.Combine(folder, "new"), "new");
        SmbclientPeer smbclient = Smbclient with { Share = ShareNames.ReadOnly, Folder = folder };

        await smbclient.RunAsync("ls", "get fixed back");

        Assert.Equal("as it is", File.ReadAllText(Path.Combine(folder, "back")));
        foreach (string command in new[] { "put new", "put new fixed", "del fixed", "mkdir d", "rename fixed other", "setmode fixed +h" })
            (await smbclient.TryAsync(command)).Matches("NT_STATUS_(ACCESS_DENIED|MEDIA_WRITE_PROTECTED)");
        Assert.Equal("as it is", File.ReadAllText(Server.PathOf(ShareNames.ReadOnly, "fixed")));
        Assert.Single(Directory.GetFileSystemEntries(Server.PathOf(ShareNames.ReadOnly)));
    }

    private async Task<IEnumerable<string>> NamesAsync(string mask)
    {
        CommandResult result = await Smbclient.RunAsync($"ls \"{mask}\"");
        return result.Lines
            .Select(l => System.Text.RegularExpressions.Regex.Match(l, @"^  (.+?) +[A-Z]* +\d+  \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$"))
            .Where(m => m.Success).Select(m => m.Groups[1].Value).Where(n => n is not ("." or "..")).Order(StringComparer.OrdinalIgnoreCase);
    }
}
