namespace Symbio.Storage;

/// <summary>
/// A file that local processes open behind the server's back, and that can keep them waiting while a client caches it.
/// </summary>
public interface ILeasableFile
{
    /// <summary>
    /// Has others who open the file wait until the result is disposed; whoever opens it through the same store is answered
    /// <see cref="Protocol.NtStatus.OplockNotGranted"/> meanwhile. Null: others have it open already, or it cannot be had.
    /// </summary>
    /// <param name="contended">
    /// Is told, with the result, that somebody waits. Called on a thread of the store's, perhaps before this method returns;
    /// must not wait.
    /// </param>
    IDisposable? TryLease(Action<IDisposable> contended);
}
