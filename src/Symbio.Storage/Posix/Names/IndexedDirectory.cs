using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>A directory in a shard of the index. All but <see cref="BuildGate"/> belongs to the shard's lock.</summary>
internal sealed class IndexedDirectory(DirectoryKey key)
{
    public DirectoryKey Key { get; } = key;

    /// <summary>Held by whoever reads the directory. Taken before the shard's lock, never after.</summary>
    public Lock BuildGate { get; } = new();

    /// <summary>inotify's number for it; -1: not watched.</summary>
    public int Watch { get; set; } = -1;

    /// <summary>Null until the directory has been read.</summary>
    public DirectoryNames? Names { get; set; }

    /// <summary>
    /// Changes reported while the directory is being read, in order: a name, and whether it came or went.
    /// </summary>
    public List<(string Name, bool Added)>? Pending { get; set; }

    /// <summary>The last moves that were reported.</summary>
    public MoveTrace Moves;

    /// <summary>Out of the index for good: events were lost, it was removed, or it had to make room.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Without a watch: the directory's times when it was read.</summary>
    public DirectoryStamp Stamp { get; set; }

    public LinkedListNode<IndexedDirectory>? Place { get; set; }
}

/// <summary>
/// Times by which a change of a directory shows, where inotify does not see it. A clock tick may hold two changes, so a
/// stamp younger than <see cref="s_coarsest"/> when it was taken proves nothing.
/// </summary>
internal readonly record struct DirectoryStamp(
    long ModifySeconds, uint ModifyNanoseconds, long ChangeSeconds, uint ChangeNanoseconds, bool IsProof)
{
    private static readonly TimeSpan s_coarsest = TimeSpan.FromSeconds(3); // FAT and old NFS servers: 2 s.

    public static DirectoryStamp Of(in Statx stat)
    {
        long youngest = Math.Max(stat.ModifyTime.Seconds, stat.ChangeTime.Seconds);
        bool proof = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(youngest) > s_coarsest;
        return new(stat.ModifyTime.Seconds, stat.ModifyTime.Nanoseconds, stat.ChangeTime.Seconds,
            stat.ChangeTime.Nanoseconds, proof);
    }

    /// <summary>Nothing has changed since this stamp was taken.</summary>
    public bool Holds(in Statx stat) => IsProof && this with { IsProof = false } == Of(stat) with { IsProof = false };
}
