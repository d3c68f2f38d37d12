using System.Net;
using System.Net.Sockets;
using Symbio.Protocol.Fscc;

namespace Symbio.Server.Interfaces;

/// <summary>Which addresses clients are told of, [MS-SMB2] 3.3.5.15.11.</summary>
internal static class OfferedInterfaces
{
    /// <summary>Where the speed is not known (virtual interfaces): 1 Gbit/s, as Samba says.</summary>
    public const ulong DefaultLinkSpeed = 1_000_000_000;

    // Interfaces that only the options know of. The system's indexes are small.
    private const uint FirstForeignIndex = 1 << 16;

    /// <summary>
    /// Those that the options name; without any, all that the server listens on, the loopback only where there is nothing
    /// else.
    /// </summary>
    public static IReadOnlyList<NetworkInterfaceInfo> Choose(
        IReadOnlyList<SystemAddress> found, IReadOnlyList<IPEndPoint> listening, IReadOnlyList<InterfaceOptions> options)
    {
        if (options.Count > 0)
            return [.. options.SelectMany((option, i) => Named(found, option, FirstForeignIndex + (uint)i)).DistinctBy(o => o.Address)];

        SystemAddress[] reachable = [.. found.Where(f => IsUsable(f.Address) && IsListenedOn(f.Address, listening))];
        bool onlyLoopback = reachable.All(f => f.IsLoopback);
        return [.. reachable.Where(f => onlyLoopback || !f.IsLoopback).Select(f => Describe(f, new InterfaceOptions(f.Interface)))];
    }

    private static IEnumerable<NetworkInterfaceInfo> Named(
        IReadOnlyList<SystemAddress> found, InterfaceOptions option, uint foreignIndex)
    {
        if (!IPAddress.TryParse(option.Which, out IPAddress? address))
            return found.Where(f => f.Interface == option.Which && IsUsable(f.Address)).Select(f => Describe(f, option));
        SystemAddress known = found.FirstOrDefault(f => f.Address.Equals(address))
            ?? new SystemAddress("", foreignIndex, address, LinkSpeed: 0, IsRssCapable: false, IsLoopback: false);
        return [Describe(known, option)];
    }

    private static NetworkInterfaceInfo Describe(SystemAddress found, InterfaceOptions option)
    {
        ulong speed = option.LinkSpeed ?? found.LinkSpeed;
        return new NetworkInterfaceInfo(
            found.Index,
            option.IsRssCapable ?? found.IsRssCapable ? NetworkInterfaceCapabilities.Rss : NetworkInterfaceCapabilities.None,
            speed > 0 ? speed : DefaultLinkSpeed,
            found.Address);
    }

    // A link-local address means nothing without the client's own scope.
    private static bool IsUsable(IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
        && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast;

    private static bool IsListenedOn(IPAddress address, IReadOnlyList<IPEndPoint> listening) =>
        listening.Count == 0 // Another listener than ours: nobody knows where.
        || listening.Any(l => l.Address.Equals(address)
            || l.Address.Equals(IPAddress.IPv6Any) // Ours takes IPv4 as well.
            || (l.Address.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork));
}
