using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Testing;

namespace Symbio.Server.Tests.Apple;

/// <summary>A share for Time Machine that says it has less space than the disk.</summary>
public sealed class BackupSpaceTests
{
    private const string Plist = "<dict>\n\t<key>band-size</key>\n\t<integer>8192</integer>\n</dict>";

    [Fact]
    public async Task Bands_count_as_taken()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { TimeMachineMaxSize = 32 << 10 }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        Assert.Equal((32, 32), await SpaceAsync(peer));

        await MakeBundleAsync(peer, "mac.sparsebundle", Plist, bands: 2);
        Assert.Equal((32, 16), await SpaceAsync(peer));
        await peer.WriteFileAsync(@"mac.sparsebundle\bands\2", "x"u8.ToArray());
        await peer.WriteFileAsync("other", new byte[20_000]); // Is none of Time Machine's.
        Assert.Equal((32, 8), await SpaceAsync(peer));

        await MakeBundleAsync(peer, "second.sparsebundle", Plist, bands: 9); // More than there is.
        Assert.Equal((32, 0), await SpaceAsync(peer));
    }

    [Theory] // What cannot be understood takes nothing, and hurts nobody.
    [InlineData("")]
    [InlineData("<key>band-size</key>")]
    [InlineData("<key>band-size</key><string>8192</string>")]
    [InlineData("<key>band-size</key><integer>8192")]
    [InlineData("<key>band-size</key><integer>-1</integer>")]
    [InlineData("<key>band-size</key><integer>0</integer>")]
    [InlineData("<key>band-size</key><integer>99999999999999999999</integer>")]
    public async Task Bundles_without_a_band_size_count_as_nothing(string plist)
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { TimeMachineMaxSize = 32 << 10 }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        await MakeBundleAsync(peer, "mac.sparsebundle", plist, bands: 2);

        Assert.Null(SparseBundle.BandSizeOf(System.Text.Encoding.ASCII.GetBytes(plist)));
        Assert.Equal((32, 32), await SpaceAsync(peer));
    }

    [Fact]
    public async Task Without_a_limit_the_store_tells()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { TimeMachine = true }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.True((await SpaceAsync(peer)).Total > 1024);
    }

    private static async Task MakeBundleAsync(ScriptedPeer peer, string name, string plist, int bands)
    {
        await peer.CloseAsync(await peer.OpenAsync(name, options: CreateOptions.DirectoryFile));
        await peer.CloseAsync(await peer.OpenAsync($@"{name}\bands", options: CreateOptions.DirectoryFile));
        await peer.WriteFileAsync($@"{name}\Info.plist", System.Text.Encoding.ASCII.GetBytes(plist));
        for (int i = 0; i < bands; i++)
            await peer.WriteFileAsync($@"{name}\bands\{i:x}", "x"u8.ToArray());
    }

    // In KiB.
    private static async Task<(long Total, long Free)> SpaceAsync(ScriptedPeer peer)
    {
        FileId root = await peer.OpenAsync("", disposition: CreateDisposition.Open, options: CreateOptions.DirectoryFile);
        Reply reply = await peer.SendAsync(new QueryInfoRequest(
            InfoType.FileSystem, (byte)FileSystemInformationClass.Size, 64, 0, QueryInfoFlags.None, root, default));
        await peer.CloseAsync(root);
        var reader = new WireReader(reply.As<QueryInfoResponse>().Buffer);
        Assert.True(FileFsSizeInformation.TryRead(ref reader, out FileFsSizeInformation size));
        long unit = size.SectorsPerAllocationUnit * size.BytesPerSector / 1024;
        return (size.TotalAllocationUnits * unit, size.AvailableAllocationUnits * unit);
    }
}
