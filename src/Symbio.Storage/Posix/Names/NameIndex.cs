using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Finds names without regard to case, at a cost that does not depend on how many names a directory has. See
/// docs/decisions/0002-case-insensitive-names.md.
/// </summary>
/// <remarks>
/// Split into shards by directory so that threads at work in different directories do not wait for each other.
/// </remarks>
internal sealed class NameIndex : IDisposable
{
    private readonly NameIndexShard[] _shards;
    private readonly NameIndexPump _pump;

    /// <param name="codec">How names on disk are shown.</param>
    /// <param name="maxNames">Most names kept, over all directories.</param>
    /// <param name="maxDirectories">Most directories kept; each takes a watch of the kernel's.</param>
    /// <param name="shardCount">A power of two.</param>
    /// <param name="isWatchable">
    /// Whether inotify tells of all changes of a directory; it may have to ask another machine. Null: do without inotify.
    /// </param>
    public NameIndex(NameCodec codec, int maxNames, int maxDirectories, int shardCount, Func<int, bool>? isWatchable)
    {
        _shards = new NameIndexShard[shardCount];
        _pump = new NameIndexPump(_shards);
        for (int i = 0; i < shardCount; i++)
        {
            _shards[i] = new NameIndexShard(codec, Math.Max(1, maxNames / shardCount),
                Math.Max(1, maxDirectories / shardCount), isWatchable, _pump.Notice);
        }
    }

    /// <summary>How often a directory was read from start to end.</summary>
    public long Scans => _shards.Sum(shard => shard.Scans);

    /// <summary>Names kept now.</summary>
    public int Count => _shards.Sum(shard => shard.Count);

    /// <summary>The spelling on disk of a name in a directory.</summary>
    /// <param name="directory">The directory, open (O_PATH will do).</param>
    /// <param name="stat">Of the directory, taken after it was opened: type, inode and times.</param>
    /// <param name="name">Any spelling.</param>
    /// <param name="mayScan">False: when the directory would have to be read, the answer is EAGAIN.</param>
    /// <param name="spelling">Null when there is no such name.</param>
    public Errno Find(int directory, in Statx stat, string name, bool mayScan, out string? spelling)
    {
        var key = new DirectoryKey(stat.Device, stat.Inode);
        return ShardOf(key).Find(key, directory, stat, name, mayScan, out spelling);
    }

    public void Dispose()
    {
        _pump.Dispose();
        foreach (var shard in _shards)
            shard.Dispose();
    }

    private NameIndexShard ShardOf(DirectoryKey key) => _shards[key.GetHashCode() & (_shards.Length - 1)];
}
