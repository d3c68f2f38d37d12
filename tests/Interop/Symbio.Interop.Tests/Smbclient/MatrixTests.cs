using System.Text.Json;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Smbclient;

/// <summary>Everyday work in every dialect with every protection: a server that leaves the choice to the client.</summary>
public sealed class MatrixTests(RelaxedServer fixture) : IClassFixture<RelaxedServer>
{
    /// <summary>Samba's names and `symbio status`'s.</summary>
    private static readonly Dictionary<string, string> Dialects = new()
    {
        ["SMB2_02"] = "2.0.2", ["SMB2_10"] = "2.1", ["SMB3_00"] = "3.0", ["SMB3_02"] = "3.0.2", ["SMB3_11"] = "3.1.1",
    };

    private ServerProcess Server => fixture.Server;

    [Theory]
    [MemberData(nameof(ClientProtocol.All), MemberType = typeof(ClientProtocol))]
    public async Task Session_is_what_was_asked_for(string dialect, Protection protection)
    {
        SmbclientPeer smbclient = New(dialect, protection);
        if (Server is not SymbioProcess symbio)
        {
            Assert.Skip("only `symbio status` tells");
            return;
        }

        string file = Path.Combine(Server.NewClientFolder(), "status.json");

        await smbclient.RunInteractiveAsync("ls", $"!{symbio.StatusCommand(file)}");

        using var status = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        JsonElement session = Assert.Single(status.RootElement.GetProperty("status").GetProperty("sessions").EnumerateArray());
        Assert.Equal(Dialects[dialect], session.GetProperty("dialect").GetString());
        Assert.Equal(protection == Protection.Encrypted, session.GetProperty("encrypted").GetBoolean());
        if (protection == Protection.Signed)
            Assert.True(session.GetProperty("signed").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(ClientProtocol.All), MemberType = typeof(ClientProtocol))]
    public async Task Large_file_goes_there_and_back(string dialect, Protection protection)
    {
        string folder = Server.NewClientFolder();
        long length = Peers.Long ? 1L << 30 : 64 << 20;
        string hash = TestFile.Create(Path.Combine(folder, "big"), length);
        string name = $"big-{dialect}-{protection}";

        await (New(dialect, protection) with { Folder = folder, Limit = TimeSpan.FromSeconds(Peers.Long ? 900 : 120) })
            .RunAsync($"put big {name}", $"get {name} back");

        Assert.Equal(hash, TestFile.Hash(Server.PathOf(ShareNames.Files, name)));
        Assert.Equal(hash, TestFile.Hash(Path.Combine(folder, "back")));
        File.Delete(Server.PathOf(ShareNames.Files, name));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(ClientProtocol.All), MemberType = typeof(ClientProtocol))]
    public async Task Names_come_and_go(string dialect, Protection protection)
    {
        string folder = Server.NewClientFolder();
        File.WriteAllText(Path.Combine(folder, "note.txt"), "hello\n");
        string top = $"names-{dialect}-{protection}";
        SmbclientPeer smbclient = New(dialect, protection) with { Folder = folder };

        CommandResult listing = await smbclient.RunAsync(
            $"mkdir {top}", $"cd {top}", "mkdir inner", "put note.txt", "rename note.txt inner/moved.txt", "put note.txt NOTE2.txt",
            "ls", "ls inner/*");
        listing.Matches(@"^  inner +D +0 ");
        listing.Matches(@"^  NOTE2\.txt +A +6 ");
        listing.Matches(@"^  moved\.txt +A +6 ");
        Assert.DoesNotContain(listing.Lines, l => l.StartsWith("  note.txt ", StringComparison.Ordinal));
        Assert.Equal("hello\n", File.ReadAllText(Server.PathOf(ShareNames.Files, $"{top}/inner/moved.txt")));

        (await smbclient.TryAsync($"rmdir {top}/inner")).Says("NT_STATUS_DIRECTORY_NOT_EMPTY");
        (await smbclient.TryAsync($"get {top}/nothing")).FailedWith("NT_STATUS_OBJECT_NAME_NOT_FOUND");
        (await smbclient.TryAsync($"get {top}/nowhere/nothing")).FailedWith("NT_STATUS_OBJECT_PATH_NOT_FOUND");
        (await smbclient.TryAsync($"mkdir {top}/inner")).Says("NT_STATUS_OBJECT_NAME_COLLISION");

        await smbclient.RunAsync($"cd {top}", "del inner/moved.txt", "rmdir inner", "del note2.TXT", "cd ..", $"rmdir {top}");
        Assert.False(Directory.Exists(Server.PathOf(ShareNames.Files, top)));
    }

    [Theory]
    [MemberData(nameof(ClientProtocol.All), MemberType = typeof(ClientProtocol))]
    public async Task Trees_go_there_and_back(string dialect, Protection protection)
    {
        string folder = Server.NewClientFolder();
        string tree = $"tree-{dialect}-{protection}";
        var hashes = new Dictionary<string, string>();
        for (int i = 0; i < 60; i++)
        {
            string name = $"{tree}/d{i % 5}/e{i % 3}/file {i}.bin";
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            hashes[name] = TestFile.Create(Path.Combine(folder, name), i * 977, seed: i);
        }

        string back = Server.NewClientFolder();
        SmbclientPeer smbclient = New(dialect, protection);

        await (smbclient with { Folder = folder }).RunAsync("prompt off", "recurse on", $"mput {tree}");
        foreach (var (name, hash) in hashes)
            Assert.Equal(hash, TestFile.Hash(Server.PathOf(ShareNames.Files, name)));

        await (smbclient with { Folder = back }).RunAsync("prompt off", "recurse on", $"mget {tree}");
        foreach (var (name, hash) in hashes)
            Assert.Equal(hash, TestFile.Hash(Path.Combine(back, name)));

        await smbclient.RunAsync($"deltree {tree}");
        Assert.False(Directory.Exists(Server.PathOf(ShareNames.Files, tree)));
    }

    [Theory]
    [MemberData(nameof(ClientProtocol.All), MemberType = typeof(ClientProtocol))]
    public async Task Metadata_is_shown_and_set(string dialect, Protection protection)
    {
        string folder = Server.NewClientFolder();
        File.WriteAllText(Path.Combine(folder, "content"), "0123456789");
        File.WriteAllText(Path.Combine(folder, "second"), "stream");
        string name = $"m{dialect[3..]}.{protection.ToString()[..1]}"; // Of 8.3 form: where there is no short name, allinfo tells nothing.
        SmbclientPeer smbclient = New(dialect, protection) with { Folder = folder };

        CommandResult result = await smbclient.RunAsync(
            $"put content {name}", $"put second {name}:second", $"setea {name} COLOUR green", $"setmode {name} +rh",
            $"allinfo {name}", $"geteas {name}", $"get {name}:second second.back", "showacls", $"ls {name}");

        string attributes = result.Matches(@"^attributes: (\w+) ").Groups[1].Value;
        Assert.Contains('R', attributes);
        Assert.Contains('H', attributes);
        result.Matches(@"^stream: \[::\$DATA\], 10 bytes");
        result.Matches(@"^stream: \[:second:\$DATA\], 6 bytes");
        result.Matches(@"COLOUR \(0\) =");
        result.Matches(@"^type: 0x8\w+: .*SEC_DESC_DACL_PRESENT.*SEC_DESC_SELF_RELATIVE");
        result.Matches(@"^\s*Owner SID:\s+S-1-");
        Assert.Equal("stream", File.ReadAllText(Path.Combine(folder, "second.back")));
        await smbclient.RunAsync($"setmode {name} -rh", $"del {name}");
    }

    /// <summary>3.1.1 negotiates how it signs and encrypts.</summary>
    [Theory]
    [InlineData(Protection.Encrypted, "client smb3 encryption algorithms = AES-128-GCM")]
    [InlineData(Protection.Encrypted, "client smb3 encryption algorithms = AES-128-CCM")]
    [InlineData(Protection.Encrypted, "client smb3 encryption algorithms = AES-256-GCM")]
    [InlineData(Protection.Encrypted, "client smb3 encryption algorithms = AES-256-CCM")]
    [InlineData(Protection.Signed, "client smb3 signing algorithms = AES-128-GMAC")]
    [InlineData(Protection.Signed, "client smb3 signing algorithms = AES-128-CMAC")]
    [InlineData(Protection.Signed, "client smb3 signing algorithms = HMAC-SHA256")]
    public async Task Every_algorithm_works(Protection protection, string setting)
    {
        string folder = Server.NewClientFolder();
        string hash = TestFile.Create(Path.Combine(folder, "file"), 3_000_001);
        string name = $"algorithm {setting.Split(' ')[^1]}";

        await (New("SMB3_11", protection) with
        {
            Folder = folder, Protocol = new ClientProtocol("SMB3_11", protection) { Settings = [setting] },
        }).RunAsync($"put file \"{name}\"", $"get \"{name}\" back");

        Assert.Equal(hash, TestFile.Hash(Server.PathOf(ShareNames.Files, name)));
        Assert.Equal(hash, TestFile.Hash(Path.Combine(folder, "back")));
    }

    private SmbclientPeer New(string dialect, Protection protection) =>
        new(Server) { Protocol = new ClientProtocol(dialect, protection) };
}
