using System.Net;
using Symbio.Server.Connections;

namespace Symbio.Server.Pipes;

/// <summary>What a client is called in lists that administrators read.</summary>
internal static class PeerAddress
{
    /// <summary>The address without a port.</summary>
    public static string Text(Connection connection) =>
        connection.Transport.RemoteEndPoint is IPEndPoint { Address: var address } ? address.ToString() : connection.Peer;
}
