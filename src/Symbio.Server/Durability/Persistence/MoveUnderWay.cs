using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Durability.Persistence;

/// <summary>A file, or a directory with what is below it, that is getting another name.</summary>
internal sealed class MoveUnderWay(Open moved, string to)
{
    private readonly FileKey _file = moved.File.Key;
    private readonly IFileStore _store = moved.Tree.Share.Store;
    private readonly string? _below = moved.IsDirectory ? moved.File.Path + '\\' : null;

    /// <summary>The open is of what moves, or of what has moved.</summary>
    public bool Concerns(Open open) =>
        open.File.Key == _file
        || (_below is not null && open.File.Path is var path && (IsBelow(open, path, _below) || IsBelow(open, path, to + '\\')));

    /// <summary>What the file of an open is called once the move is done; null where it does not concern it, or is done.</summary>
    /// <param name="path">What it is called now.</param>
    public string? NextPathOf(Open open, string path)
    {
        if (open.File.Key == _file)
            return to;
        return _below is not null && IsBelow(open, path, _below) ? to + path[(_below.Length - 1)..] : null;
    }

    private bool IsBelow(Open open, string path, string directory) =>
        ReferenceEquals(open.Tree.Share.Store, _store) && path.Length > directory.Length
        && NameComparer.Equals(path.AsSpan(0, directory.Length), directory);
}
