using System.Net;
using Symbio.Server.Connections;

namespace Symbio.Server.Pipes;

/// <summary>What a client is called in lists that administrators read.</summary>
internal static class PeerAddress
{
    /// <summary>The address without a port; IPv4 as such also on a socket that serves both.</summary>
    public static string Text(Connection connection)
    {
        if (connection.Transport.RemoteEndPoint is not IPEndPoint { Address: var address })
            return connection.Peer;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
