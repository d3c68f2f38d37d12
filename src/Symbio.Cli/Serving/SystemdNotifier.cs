using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Symbio.Cli.Serving;

/// <summary>sd_notify(3): tells systemd how far the service is. Does nothing when systemd did not start it.</summary>
internal sealed class SystemdNotifier(string? socketPath)
{
    public static SystemdNotifier FromEnvironment() => new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>Followed by <see cref="Ready"/> when it is done.</summary>
    public void Reloading() => Send($"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}");

    public void Stopping() => Send("STOPPING=1\nSTATUS=Stopping");

    private void Send(string message)
    {
        if (string.IsNullOrEmpty(socketPath))
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // '@' is how an abstract name is written, which begins with a zero byte.
            string path = socketPath[0] == '@' ? "\0" + socketPath[1..] : socketPath;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // A manager that cannot be told is no reason to stop serving.
        }
    }
}
