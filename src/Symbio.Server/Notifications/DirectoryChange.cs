using Symbio.Cluster;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;

namespace Symbio.Server.Notifications;

/// <summary>One change of what a directory shows, with the inputs of [MS-FSA] 2.1.4.1.</summary>
/// <param name="Action">What happened.</param>
/// <param name="What">FilterMatch: the filters that let it through.</param>
/// <param name="Path">The object from the share's root; for a stream its file.</param>
/// <param name="Stream">The stream that it happened to; "" for the object itself.</param>
/// <param name="Except">
/// The lease on the directory whose client knows of the change, because it made it; null when no client did (a local process,
/// another share on the same files) or it does not say.
/// </param>
internal readonly record struct DirectoryChange(
    FileAction Action, CompletionFilter What, string Path, string Stream = "", LeaseId? Except = null)
{
    /// <summary>The path of the directory that shows the object; that of the root is the root itself.</summary>
    public ReadOnlySpan<char> Parent => ParentOf(Path);

    /// <summary>The name in that directory.</summary>
    public ReadOnlySpan<char> Name => Path.AsSpan(Path.LastIndexOf('\\') + 1);

    /// <summary>The directory that holds a path's last component.</summary>
    public static ReadOnlySpan<char> ParentOf(ReadOnlySpan<char> path) => path[..Math.Max(0, path.LastIndexOf('\\'))];
}
