using Symbio.Protocol.Fscc;

namespace Symbio.Server.Notifications;

/// <summary>A rename of a directory that is under way.</summary>
internal sealed class DirectoryMove(DirectoryChanges changes, string oldPath, string newPath) : IDisposable
{
    public string OldPath => oldPath;

    public string NewPath => newPath;

    /// <summary>The store has made the move, and who is still found at that path is where it leads to.</summary>
    public bool HasMoved(ChangeObserver observer, ReadOnlySpan<char> path) => NameComparer.Equals(
        observer.Directory!.Path, string.Concat(newPath, path[oldPath.Length..]));

    public void Dispose() => changes.EndMove(this);
}
