using System.Net;
using System.Net.Sockets;

namespace Symbio.Identity;

/// <summary>What of a peer's address tells one host from another, where peers are counted by it.</summary>
public static class AddressPrefix
{
    /// <summary>The address; of IPv6 the first 64 bits, because hosts choose the others freely.</summary>
    public static IPAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
