namespace Symbio.Server.Notifications;

/// <summary>Is told every change in a store, whatever watches there are: directory leases.</summary>
internal interface IDirectoryChangeSubscriber
{
    /// <summary>
    /// The change has been made. Called on the thread that made it, before the client hears that it is done; must not wait.
    /// </summary>
    void OnChange(in DirectoryChange change);
}
