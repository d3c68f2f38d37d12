using System.Net;
using System.Net.Sockets;

namespace Symbio.Transport.Tcp;

/// <summary>Listens for Direct TCP.</summary>
public sealed class TcpTransportListener : ITransportListener
{
    private const int Backlog = 512;

    private readonly Socket _socket;
    private readonly FramePool _pool;
    private volatile bool _disposed;

    private TcpTransportListener(Socket socket, FramePool pool)
    {
        _socket = socket;
        _pool = pool;
    }

    /// <inheritdoc/>
    public EndPoint LocalEndPoint => _socket.LocalEndPoint!;

    /// <summary>Binds and listens; an address in use is a <see cref="SocketException"/>.</summary>
    public static TcpTransportListener Bind(IPEndPoint endpoint, FramePool pool)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = endpoint.Address.Equals(IPAddress.IPv6Any);
            socket.Bind(endpoint);
            socket.Listen(Backlog);
            return new TcpTransportListener(socket, pool);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IMessageTransport?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (!_disposed)
        {
            Socket? peer = null;
            try
            {
                peer = await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
                return new TcpTransport(peer, _pool);
            }
            catch (SocketException e) when (!_disposed)
            {
                peer?.Dispose();

                // Out of descriptors or memory: wait for some to come back rather than spin. Anything else is a peer
                // that gave up before it was accepted.
                if (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                    await Task.Delay(50, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                peer?.Dispose();
                return null;
            }
        }

        return null;
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
