using System.Net;

namespace Symbio.Server;

/// <summary>An SMB 2/3 server.</summary>
public sealed class SmbServer : IAsyncDisposable
{
    public SmbServer(SmbServerOptions options) => throw new NotImplementedException();

    /// <summary>Where the server listens, with the true ports.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints => throw new NotImplementedException();

    /// <summary>Binds and starts to serve; a port in use is a <see cref="System.Net.Sockets.SocketException"/>.</summary>
    public ValueTask StartAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Stops accepting, lets requests under way finish until the token fires, then closes everything.</summary>
    public ValueTask StopAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Replaces the set of shares. Clients of shares that stay are not disturbed.</summary>
    public ValueTask UpdateShares(IReadOnlyList<ShareOptions> shares) => throw new NotImplementedException();

    /// <summary>What goes on at this moment: sessions, trees, opens, locks, bytes moved.</summary>
    public ServerStatus GetStatus() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => StopAsync();
}
