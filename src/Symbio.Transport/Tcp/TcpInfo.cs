using System.Buffers.Binary;
using System.Net.Sockets;

namespace Symbio.Transport.Tcp;

/// <summary>What Linux knows of a TCP connection: struct tcp_info of linux/tcp.h.</summary>
internal static class TcpInfo
{
    private const int IpProtoTcp = 6;
    private const int TcpInfoOption = 11;
    private const int RetransmitsOffset = 2;
    private const int UnackedOffset = 24;
    private const int Size = 28; // As far as it is of interest.

    // The first repetition comes 0.2 s after the original at the earliest, the second 0.4 s after that. One is nothing special.
    private const int RepetitionsOfTheLost = 2;

    public static TransportProgress Progress(Socket socket)
    {
        Span<byte> info = stackalloc byte[Size];
        try
        {
            if (socket.GetRawSocketOption(IpProtoTcp, TcpInfoOption, info) < Size)
                return TransportProgress.Arrived;
        }
        catch (ObjectDisposedException)
        {
            return TransportProgress.Stalled;
        }
        catch (SocketException)
        {
            return TransportProgress.Arrived; // Not Linux, or no TCP socket.
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(info[UnackedOffset..]) == 0)
            return TransportProgress.Arrived;
        return info[RetransmitsOffset] >= RepetitionsOfTheLost ? TransportProgress.Stalled : TransportProgress.UnderWay;
    }
}
