using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>
/// What srvsvc shows and changes, in terms of [MS-SRVS] 3.1.1. The interface itself checks who may ask
/// (<see cref="RpcCaller.IsAdministrator"/>) before it calls; the host may be stricter. Thread-safe.
/// </summary>
public interface ISrvsvcHost
{
    /// <summary>The server as it is now.</summary>
    ServerRecord GetServer();

    ServerStatistics GetStatistics();

    /// <summary>All shares that the caller may see (hidden ones too: hiding is the client's business), in a stable order.</summary>
    ValueTask<IReadOnlyList<ShareRecord>> GetSharesAsync(RpcCaller caller, CancellationToken cancellationToken);

    /// <summary>One share by name, in any case; null when there is none that the caller may see.</summary>
    ValueTask<ShareRecord?> FindShareAsync(RpcCaller caller, string name, CancellationToken cancellationToken);

    /// <summary>Adds a share. Only administrators get here.</summary>
    ValueTask<Win32Error> AddShareAsync(RpcCaller caller, ShareRecord share, CancellationToken cancellationToken);

    /// <summary>Changes what is not null in <paramref name="change"/>. Only administrators get here.</summary>
    ValueTask<Win32Error> SetShareAsync(
        RpcCaller caller, string name, ShareChange change, CancellationToken cancellationToken);

    /// <summary>Removes a share and disconnects its users. Only administrators get here.</summary>
    ValueTask<Win32Error> DeleteShareAsync(RpcCaller caller, string name, CancellationToken cancellationToken);

    /// <summary>All sessions, in a stable order. Only administrators get here.</summary>
    ValueTask<IReadOnlyList<SessionRecord>> GetSessionsAsync(RpcCaller caller, CancellationToken cancellationToken);

    /// <summary>Ends a session. Only administrators get here.</summary>
    ValueTask<Win32Error> CloseSessionAsync(RpcCaller caller, SessionRecord session, CancellationToken cancellationToken);

    /// <summary>All tree connects, in a stable order. Only administrators get here.</summary>
    ValueTask<IReadOnlyList<ConnectionRecord>> GetConnectionsAsync(RpcCaller caller, CancellationToken cancellationToken);

    /// <summary>All opens, in a stable order. Only administrators get here.</summary>
    ValueTask<IReadOnlyList<FileRecord>> GetFilesAsync(RpcCaller caller, CancellationToken cancellationToken);

    /// <summary>Closes an open by the id that <see cref="GetFilesAsync"/> gave it. Only administrators get here.</summary>
    /// <returns><see cref="Win32Error.NerrFileIdNotFound"/> when there is none.</returns>
    ValueTask<Win32Error> CloseFileAsync(RpcCaller caller, uint fileId, CancellationToken cancellationToken);
}
