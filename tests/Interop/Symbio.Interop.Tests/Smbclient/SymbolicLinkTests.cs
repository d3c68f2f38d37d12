using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Smbclient;

/// <summary>Symbolic links of a share that are followed by the server.</summary>
public sealed class SymbolicLinkTests(DefaultServer fixture) : IClassFixture<DefaultServer>
{
    private ServerProcess Server => fixture.Server;

    private SmbclientPeer Smbclient => new(Server);

    [Fact]
    public async Task A_link_that_a_client_makes_is_one_on_disk_and_leads_on()
    {
        string folder = Server.PathOf(ShareNames.Files, "links");
        Directory.CreateDirectory(folder);
        Accounts.Own(folder);
        Server.WriteLocal(ShareNames.Files, "links/target", "content"u8.ToArray());

        await Smbclient.RunAsync("symlink target links\\link", "symlink ..\\links links\\up");

        Assert.Equal("target", new FileInfo(Path.Combine(folder, "link")).LinkTarget);
        Assert.Equal("../links", new FileInfo(Path.Combine(folder, "up")).LinkTarget);
        (await Smbclient.RunAsync("get links/up/link -")).Says("content");
        await Smbclient.RunAsync("cd links", "del link");
        Assert.False(Path.Exists(Path.Combine(folder, "link")));
        Assert.True(File.Exists(Path.Combine(folder, "target")));
    }
}
