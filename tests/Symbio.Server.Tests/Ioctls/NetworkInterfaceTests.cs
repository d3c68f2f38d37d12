using System.Net;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Interfaces;
using Symbio.Testing;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>FSCTL_QUERY_NETWORK_INTERFACE_INFO, [MS-SMB2] 3.3.5.15.11.</summary>
public sealed class NetworkInterfaceTests
{
    private static readonly SystemAddress Loopback = new("lo", 1, IPAddress.Loopback, 0, false, IsLoopback: true);
    private static readonly SystemAddress Lan = new("eth0", 2, IPAddress.Parse("192.0.2.7"), 10_000_000_000, true, false);
    private static readonly SystemAddress LanV6 = new("eth0", 2, IPAddress.Parse("2001:db8::7"), 10_000_000_000, true, false);
    private static readonly SystemAddress LinkLocal = new("eth0", 2, IPAddress.Parse("fe80::7"), 10_000_000_000, true, false);
    private static readonly SystemAddress Virtual = new("veth1", 3, IPAddress.Parse("198.51.100.1"), 0, false, false);
    private static readonly SystemAddress[] All = [Loopback, Lan, LanV6, LinkLocal, Virtual];

    [Theory]
    [InlineData("[::]:445", "192.0.2.7 2001:db8::7 198.51.100.1")]
    [InlineData("0.0.0.0:445", "192.0.2.7 198.51.100.1")]
    [InlineData("192.0.2.7:445", "192.0.2.7")]
    [InlineData("192.0.2.7:445 127.0.0.1:445", "192.0.2.7")]
    [InlineData("127.0.0.1:445", "127.0.0.1")]
    [InlineData("203.0.113.1:445", "")]
    public void What_the_server_listens_on_is_told(string listening, string expected)
    {
        IPEndPoint[] endpoints = [.. listening.Split(' ').Select(IPEndPoint.Parse)];

        IReadOnlyList<NetworkInterfaceInfo> told = OfferedInterfaces.Choose(All, endpoints, []);

        Assert.Equal(expected, string.Join(' ', told.Select(i => i.Address)));
    }

    [Fact]
    public void Speed_and_rss_are_the_systems()
    {
        IReadOnlyList<NetworkInterfaceInfo> told = OfferedInterfaces.Choose([Lan, Virtual], [], []);

        Assert.Equal(
            [
                new NetworkInterfaceInfo(2, NetworkInterfaceCapabilities.Rss, 10_000_000_000, Lan.Address),
                new NetworkInterfaceInfo(3, NetworkInterfaceCapabilities.None, OfferedInterfaces.DefaultLinkSpeed, Virtual.Address),
            ],
            told);
    }

    [Fact]
    public void Settings_choose_and_correct()
    {
        IReadOnlyList<NetworkInterfaceInfo> told = OfferedInterfaces.Choose(
            All, [new IPEndPoint(IPAddress.Loopback, 445)],
            [new("veth1", LinkSpeed: 25_000_000_000, IsRssCapable: true), new("192.0.2.7", IsRssCapable: false), new("203.0.113.9")]);

        Assert.Equal(
            [
                new NetworkInterfaceInfo(3, NetworkInterfaceCapabilities.Rss, 25_000_000_000, Virtual.Address),
                new NetworkInterfaceInfo(2, NetworkInterfaceCapabilities.None, 10_000_000_000, Lan.Address),
                told[2],
            ],
            told);
        Assert.Equal("203.0.113.9", told[2].Address.ToString());
        Assert.NotEqual(0u, told[2].InterfaceIndex);
    }

    [Fact]
    public async Task A_client_is_told()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Interfaces = [new("203.0.113.9", LinkSpeed: 1000), new("2001:db8::9")] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Reply reply = await peer.IoctlAsync(FsctlCode.QueryNetworkInterfaceInfo, FileId.Any);

        Assert.True(NetworkInterfaceInfo.TryReadList(reply.As<IoctlResponse>().Output, out var interfaces));
        Assert.Equal(["203.0.113.9", "2001:db8::9"], interfaces.Select(i => i.Address.ToString()));
        Assert.Equal(1000u, interfaces[0].LinkSpeed);
        Assert.Equal(NtStatus.BufferTooSmall, (await peer.IoctlAsync(FsctlCode.QueryNetworkInterfaceInfo, FileId.Any, maxOutput: 303)).Status);
    }

    [Theory]
    [InlineData(Dialect.Smb210, true)]
    [InlineData(Dialect.Smb311, false)]
    public async Task Without_multichannel_nobody_is_told(Dialect dialect, bool multiChannel)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { MultiChannel = multiChannel });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);

        Assert.Equal(NtStatus.NotSupported, (await peer.IoctlAsync(FsctlCode.QueryNetworkInterfaceInfo, FileId.Any)).Status);
    }

    [Fact]
    public void The_system_can_be_asked() => Assert.Contains(SystemInterfaces.Read(), a => a.IsLoopback && a.Index > 0);
}
