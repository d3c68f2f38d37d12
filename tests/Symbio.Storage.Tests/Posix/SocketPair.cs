using System.Net;
using System.Net.Sockets;

namespace Symbio.Storage.Tests.Posix;

/// <summary>Two ends of a connection; ours does not block.</summary>
internal sealed class SocketPair : IDisposable
{
    private readonly Socket _theirs = new(SocketType.Stream, ProtocolType.Tcp);

    public SocketPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _theirs.Connect(listener.LocalEndPoint!);
        Ours = listener.Accept();
        Ours.Blocking = false;
    }

    public Socket Ours { get; }

    public byte[] Receive(int count)
    {
        byte[] received = new byte[count];
        int have = 0;
        while (have < count)
            have += _theirs.Receive(received.AsSpan(have));
        return received;
    }

    public void Dispose()
    {
        Ours.Dispose();
        _theirs.Dispose();
    }
}
