using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Symbio.Cli.Configuration;

namespace Symbio.Cli.Serving;

/// <summary>Where to listen.</summary>
internal static class Endpoints
{
    public const int SmbPort = 445;
    public const int UnprivilegedPort = 4450;

    /// <summary>The settings' endpoints; without any, every address on the port that this account may take.</summary>
    public static IReadOnlyList<IPEndPoint> Of(ServerSettings settings)
    {
        if (settings.Listen.Count == 0)
        {
            int port = Environment.IsPrivilegedProcess ? SmbPort : UnprivilegedPort;
            return [new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port)];
        }
        // [::] takes IPv4 as well, so 0.0.0.0 on the same port would be in its own way.
        var listen = settings.Listen.Distinct().ToList();
        listen.RemoveAll(e => e.Address.Equals(IPAddress.Any) && e.Port != 0 &&
            listen.Contains(new IPEndPoint(IPAddress.IPv6Any, e.Port)));
        return listen;
    }

    /// <summary>One that stays the same for a server that keeps its accounts and its endpoints.</summary>
    public static Guid ServerGuid(string machineSid, IEnumerable<IPEndPoint> endpoints)
    {
        string seed = $"Symbio server GUID\0{machineSid}\0{string.Join('\0', endpoints.Select(e => e.ToString()).Order())}";
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(seed));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80); // RFC 9562, version 8: made in a way of our own.
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
