using System.Net;
using Symbio.Identity;

namespace Symbio.Server.Connections;

/// <summary>
/// How many connections there are on which nobody has logged on. No host may have more of them than are left for the
/// others, so that none can keep everybody out.
/// </summary>
internal sealed class UnauthenticatedConnections(int limit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _byHost = [];
    private int _count;

    /// <summary>Takes a place; false when there is none for this peer. One without an address counts in the whole alone.</summary>
    public bool TryEnter(EndPoint? peer)
    {
        IPAddress? host = HostOf(peer);
        lock (_lock)
        {
            int ofHost = host is null ? 0 : _byHost.GetValueOrDefault(host);
            if (ofHost >= limit - _count)
                return false;
            if (host is not null)
                _byHost[host] = ofHost + 1;
            _count++;
            return true;
        }
    }

    /// <summary>Gives a place back: somebody has logged on, or the connection has ended.</summary>
    public void Leave(EndPoint? peer)
    {
        IPAddress? host = HostOf(peer);
        lock (_lock)
        {
            _count--;
            if (host is not null && --_byHost[host] == 0)
                _byHost.Remove(host);
        }
    }

    private static IPAddress? HostOf(EndPoint? peer) =>
        peer is IPEndPoint { Address: var address } ? AddressPrefix.Of(address) : null;
}
