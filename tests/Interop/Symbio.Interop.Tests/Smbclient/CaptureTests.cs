using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Smbclient;

/// <summary>Wireshark reads what the server sends.</summary>
public sealed class CaptureTests(RelaxedServer fixture) : IClassFixture<RelaxedServer>
{
    private ServerProcess Server => fixture.Server;

    [Theory]
    [InlineData("SMB2_02", Protection.Plain)]
    [InlineData("SMB3_00", Protection.Encrypted)]
    [InlineData("SMB3_11", Protection.Plain)]
    [InlineData("SMB3_11", Protection.Signed)]
    [InlineData("SMB3_11", Protection.Encrypted)]
    public async Task Packets_are_well_formed(string dialect, Protection protection)
    {
        await using Capture capture = await Capture.StartAsync(Server);
        string d = $"{dialect}-{protection}";
        string folder = Server.NewClientFolder();
        TestFile.Create(Path.Combine(folder, "file"), 200_000);
        TestFile.Create(Path.Combine(folder, "small"), 1000); // ext4 keeps little in an extended attribute.
        var smbclient = new SmbclientPeer(Server) { Protocol = new ClientProtocol(dialect, protection), Folder = folder };

        await smbclient.ListSharesAsync();
        await smbclient.RunAsync(
            $"mkdir {d}", $"cd {d}", "put file f", "put small f:stream", "setea f NAME value", "geteas f", "allinfo f", "setmode f +h",
            "showacls", "ls", "volume", "get f back", "rename f g", "hardlink g h", "utimes g 01:02:03-04:05:06 -1 -1 -1");
        await smbclient.TryAsync("get nothing");
        await smbclient.TryAsync($"rmdir {d}");
        await smbclient.RunAsync($"deltree {d}");

        await capture.CheckAsync();
    }
}
