using System.Net;
using System.Net.NetworkInformation;

namespace Symbio.Server.Interfaces;

/// <summary>An address of this machine and what is known of the interface that has it.</summary>
/// <param name="LinkSpeed">Bits per second; 0 when the system does not know.</param>
internal sealed record SystemAddress(
    string Interface, uint Index, IPAddress Address, ulong LinkSpeed, bool IsRssCapable, bool IsLoopback);

/// <summary>The addresses that this machine has at this moment.</summary>
internal static class SystemInterfaces
{
    private const string Folder = "/sys/class/net";

    public static IReadOnlyList<SystemAddress> Read()
    {
        var found = new List<SystemAddress>();
        foreach (NetworkInterface one in NetworkInterface.GetAllNetworkInterfaces())
        {
            bool isLoopback = one.NetworkInterfaceType == NetworkInterfaceType.Loopback;
            if (one.OperationalStatus != OperationalStatus.Up && !isLoopback)
                continue;
            IPInterfaceProperties properties = one.GetIPProperties();
            if (IndexOf(properties) is not { } index)
                continue;
            ulong speed = one.Speed > 0 ? (ulong)one.Speed : 0;
            bool rss = CountReceiveQueues(one.Name) > 1;
            foreach (UnicastIPAddressInformation address in properties.UnicastAddresses)
                found.Add(new SystemAddress(one.Name, index, address.Address, speed, rss, isLoopback));
        }

        return found;
    }

    private static uint? IndexOf(IPInterfaceProperties properties)
    {
        try
        {
            int index = properties.GetIPv4Properties()?.Index ?? properties.GetIPv6Properties()?.Index ?? 0;
            return index > 0 ? (uint)index : null;
        }
        catch (NetworkInformationException)
        {
            return null; // It has gone in the meantime.
        }
    }

    // More than one queue: packets of several connections are worked on by several processors, which is what RSS is about.
    private static int CountReceiveQueues(string name)
    {
        try
        {
            return Directory.GetDirectories(Path.Combine(Folder, name, "queues"), "rx-*").Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
