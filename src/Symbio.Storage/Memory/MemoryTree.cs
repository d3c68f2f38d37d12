using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Memory;

/// <summary>The names of a store: finding, making, moving and removing them.</summary>
/// <remarks>
/// Locks, in the order they are taken: <c>_moves</c> (moves between directories only, so that no directory changes its
/// place while one is checked against its own subtree) → gates of directories, an ancestor before what is below it and
/// unrelated ones, which only a move holds together, by id → the gate of one node → the gate of one stream's data.
/// </remarks>
internal sealed class MemoryTree
{
    public const int MaxNameLength = 255;

    private readonly Lock _moves = new();
    private readonly TimeProvider _timeProvider;
    private ulong _lastId = 4; // NTFS's root directory is 5.
    private long _movesBegun;
    private long _movesEnded;

    public MemoryTree(SpaceLedger ledger, TimeProvider timeProvider)
    {
        Ledger = ledger;
        _timeProvider = timeProvider;
        ledger.TryTake(MemoryNode.Overhead);
        Root = NewNode(new StoreCreateOptions { IsDirectory = true }, null, Now());
    }

    public SpaceLedger Ledger { get; }

    public MemoryNode Root { get; }

    public FileTime Now() => FileTime.FromDateTimeOffset(_timeProvider.GetUtcNow());

    /// <summary>Finds a name and counts a handle on it.</summary>
    public NtStatus Open(string path, out MemoryNode node, out MemoryLink? link)
    {
        node = Root;
        link = null;
        if (path.Length == 0)
        {
            Root.AddOpen(null);
            return NtStatus.Success;
        }

        var status = FindParent(path, out var parent, out var name);
        if (status.IsError)
            return status;
        lock (parent.Gate)
        {
            if (!parent.TryGet(name, out link))
                return NtStatus.ObjectNameNotFound;
            node = link.Node;
            node.AddOpen(null); // Under the directory's gate: the link cannot go before the handle counts.
            return NtStatus.Success;
        }
    }

    /// <summary>Makes a node with one name and counts a handle on it.</summary>
    public NtStatus Create(string path, StoreCreateOptions options, out MemoryNode node, out MemoryLink? link)
    {
        node = Root;
        link = null;
        if (path.Length == 0)
            return NtStatus.ObjectNameCollision;
        var status = FindParent(path, out var parent, out var name);
        if (status.IsError)
            return status;
        if (name.Length > MaxNameLength)
            return NtStatus.ObjectNameInvalid;
        var now = Now();
        lock (parent.Gate)
        {
            if (parent.IsRemoved)
                return NtStatus.ObjectPathNotFound;
            if (parent.TryGet(name, out _))
                return NtStatus.ObjectNameCollision;
            status = Make(options, new MemoryLink.Location(parent, name.ToString()), now, out link);
            if (status.IsError)
                return status;
            node = link!.Node;
            node.AddOpen(null);
            parent.Add(link);
            parent.Node.TouchContent(now);
            return NtStatus.Success;
        }
    }

    /// <summary>Removes a name; a directory has to be empty.</summary>
    public NtStatus Remove(MemoryLink link)
    {
        while (true)
        {
            var parent = link.Place.Parent;
            lock (parent.Gate)
            {
                if (link.Place.Parent != parent)
                    continue; // Moved in between.
                if (link.IsRemoved)
                    return NtStatus.ObjectNameNotFound;
                if (link.Node.Directory is { } directory)
                {
                    lock (directory.Gate)
                    {
                        if (directory.Count > 0)
                            return NtStatus.DirectoryNotEmpty;
                        directory.IsRemoved = true;
                    }
                }

                var now = Now();
                Unlink(parent, link, now);
                parent.Node.TouchContent(now);
                return NtStatus.Success;
            }
        }
    }

    /// <summary>Gives a file one more name.</summary>
    public NtStatus Link(MemoryNode node, string newPath, bool replace)
    {
        if (newPath.Length == 0)
            return replace ? NtStatus.AccessDenied : NtStatus.ObjectNameCollision;
        var status = FindParent(newPath, out var parent, out var name);
        if (status.IsError)
            return status;
        if (name.Length > MaxNameLength)
            return NtStatus.ObjectNameInvalid;
        lock (parent.Gate)
        {
            if (parent.IsRemoved)
                return NtStatus.ObjectPathNotFound;
            if (parent.TryGet(name, out var existing))
            {
                if (!replace)
                    return NtStatus.ObjectNameCollision;
                if (existing.Node.Directory is not null)
                    return NtStatus.AccessDenied;
                if (existing.Node == node)
                    return NtStatus.Success;
            }

            var now = Now();
            status = node.AddLink(now);
            if (status.IsError)
                return status;
            if (existing is not null)
                Unlink(parent, existing, now);
            parent.Add(new MemoryLink(node, new MemoryLink.Location(parent, name.ToString())));
            parent.Node.TouchContent(now);
            return NtStatus.Success;
        }
    }

    /// <summary>Changes or moves a name. [MS-FSA] 2.1.5.15.11, without what concerns handles and access.</summary>
    public NtStatus Rename(MemoryLink link, string newPath, bool replace)
    {
        if (newPath.Length == 0)
            return replace ? NtStatus.AccessDenied : NtStatus.ObjectNameCollision; // The root.
        while (true)
        {
            var status = FindParent(newPath, out var target, out var name);
            if (status.IsError)
                return status;
            if (name.Length > MaxNameLength)
                return NtStatus.ObjectNameInvalid;
            var source = link.Place.Parent;
            if (source == target)
            {
                lock (source.Gate)
                {
                    if (link.Place.Parent == source)
                        return Move(link, source, target, name, replace);
                }

                continue;
            }

            lock (_moves)
            {
                if (link.Place.Parent != source)
                    continue;
                if (link.Node.Directory is { } moved && moved.Contains(target))
                    return NtStatus.InvalidParameter;
                bool sourceFirst = source.Contains(target) ||
                    (!target.Contains(source) && source.Node.Id < target.Node.Id);
                lock ((sourceFirst ? source : target).Gate)
                {
                    lock ((sourceFirst ? target : source).Gate)
                        return Move(link, source, target, name, replace);
                }
            }
        }
    }

    /// <summary>The path of a name: one that was valid at a moment of this call.</summary>
    public string PathOf(MemoryLink link)
    {
        // A rename of two ancestors, seen half, would give a path that never was; so look again. Bounded, because a
        // reader must not starve behind endless renames.
        for (int attempt = 0; ; attempt++)
        {
            long ended = Volatile.Read(ref _movesEnded);
            var place = link.Place;
            string path = place.Name;
            while (place.Parent.Link is { } above)
            {
                place = above.Place;
                path = string.Concat(place.Name, @"\", path);
            }

            if (Interlocked.Read(ref _movesBegun) == ended || attempt == 16)
                return path;
        }
    }

    /// <summary>Finds the directory that holds, or would hold, the last component.</summary>
    private NtStatus FindParent(string path, out MemoryDirectory parent, out ReadOnlySpan<char> name)
    {
        parent = Root.Directory!;
        name = path;
        for (int separator; (separator = name.IndexOf('\\')) >= 0; name = name[(separator + 1)..])
        {
            lock (parent.Gate)
            {
                if (!parent.TryGet(name[..separator], out var link))
                    return NtStatus.ObjectPathNotFound;
                if (link.Node.Reparse is { } reparse)
                {
                    return reparse.Tag == ReparseTag.SymbolicLink
                        ? NtStatus.ReparsePointEncountered
                        : NtStatus.IoReparseTagNotHandled;
                }

                if (link.Node.Directory is not { } directory)
                    return NtStatus.ObjectPathNotFound;
                parent = directory;
            }
        }

        return NtStatus.Success;
    }

    /// <summary>The move itself, under the gates of both directories.</summary>
    private NtStatus Move(
        MemoryLink link, MemoryDirectory source, MemoryDirectory target, ReadOnlySpan<char> name, bool replace)
    {
        if (link.IsRemoved)
            return NtStatus.AccessDenied;
        if (target.IsRemoved)
            return NtStatus.ObjectPathNotFound;
        var now = Now();
        if (target.TryGet(name, out var existing) && existing != link)
        {
            if (!replace)
                return NtStatus.ObjectNameCollision;
            if (existing.Node.Directory is not null)
                return NtStatus.AccessDenied;
            Unlink(target, existing, now);
        }
        else if (existing is not null && name.SequenceEqual(link.Place.Name))
        {
            return NtStatus.Success; // Its own name in its own spelling: nothing happened.
        }

        Interlocked.Increment(ref _movesBegun);
        if (source == target)
        {
            source.Rename(link, name.ToString());
        }
        else
        {
            source.Remove(link);
            link.Place = new MemoryLink.Location(target, name.ToString());
            target.Add(link);
            source.Node.TouchContent(now);
        }

        Interlocked.Increment(ref _movesEnded);
        target.Node.TouchContent(now);
        link.Node.TouchName(now);
        return NtStatus.Success;
    }

    private static void Unlink(MemoryDirectory parent, MemoryLink link, FileTime now)
    {
        parent.Remove(link);
        link.IsRemoved = true;
        link.Node.DropLink(now);
    }

    private NtStatus Make(
        StoreCreateOptions options, MemoryLink.Location place, FileTime now, out MemoryLink? link)
    {
        link = null;
        if (!Ledger.TryTake(MemoryNode.Overhead))
            return NtStatus.DiskFull;
        var node = NewNode(options, place, now);
        var status = node.SetExtendedAttributes(options.ExtendedAttributes, now);
        if (status.IsSuccess && options.AllocationSize > 0 && node.Data is { } data)
            status = data.SetAllocation(options.AllocationSize);
        if (!status.IsSuccess)
        {
            node.DropLink(now); // Gives back what it took.
            return status;
        }

        link = node.FirstLink;
        return NtStatus.Success;
    }

    private MemoryNode NewNode(StoreCreateOptions options, MemoryLink.Location? place, FileTime now) =>
        new(Ledger, Interlocked.Increment(ref _lastId), options, place, now);
}
