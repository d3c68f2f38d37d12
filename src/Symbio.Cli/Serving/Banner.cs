using System.Net;
using System.Net.Sockets;
using Symbio.Cli.Configuration;

namespace Symbio.Cli.Serving;

/// <summary>What a started server prints: where it listens and how to connect.</summary>
internal static class Banner
{
    public static IEnumerable<string> Lines(
        ServerSettings settings, IReadOnlyList<IPEndPoint> endpoints, string? firstUser,
        IReadOnlyList<(string Name, string Password)> generated)
    {
        foreach (var endpoint in endpoints)
            yield return $"listening on {endpoint}";
        foreach (var (name, password) in generated)
            yield return $"password of {name}: {password}";
        if (settings.Shares.Count == 0)
            yield return "nothing is shared: give --share NAME=PATH, or \"shares\" in the configuration";

        // One that the user of the example can use, if there is one.
        var share = settings.Shares.Values.FirstOrDefault(s => !s.Hidden && s.Users.Count + s.Readers.Count == 0)
            ?? settings.Shares.Values.FirstOrDefault();
        if (share is null || endpoints.Count == 0)
            yield break;
        var best = endpoints.FirstOrDefault(e => e.Port == Endpoints.SmbPort) ?? endpoints[0];
        string host = HostOf(best);
        bool usual = best.Port == Endpoints.SmbPort;
        string user = firstUser ?? "USER";
        yield return "connect:";
        yield return $"  smbclient '//{host}/{share.Name}' -U {user}{(usual ? "" : $" -p {best.Port}")}";
        yield return $"  mount -t cifs '//{host}/{share.Name}' /mnt -o username={user},vers=3.1.1{(usual ? "" : $",port={best.Port}")}" +
            (share.Encrypt || settings.Encryption == Server.EncryptionMode.Required ? ",seal" : "");
        yield return usual
            ? $"  Windows: \\\\{host}\\{share.Name}"
            : $"  Windows 11 24H2 and later: net use X: \\\\{host}\\{share.Name} /TCPPORT:{best.Port} (others want port {Endpoints.SmbPort})";
    }

    private static string HostOf(IPEndPoint endpoint) =>
        endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any) ? Dns.GetHostName()
        : endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{endpoint.Address}]"
        : endpoint.Address.ToString();
}
