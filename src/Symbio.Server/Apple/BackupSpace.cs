using System.Collections.Concurrent;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Storage;
using StoredEntry = Symbio.Storage.DirectoryEntry;

namespace Symbio.Server.Apple;

/// <summary>
/// What the backups of Time Machine in a share take: for every sparse bundle in its root, the number of bands times the size of
/// one. A count holds until the folder of the bands has changed, so that it is made once an hour and not with every question.
/// </summary>
internal sealed class BackupSpace
{
    // Allocation units of a volume whose size is not the file system's.
    private const uint Unit = 1024;
    private const int BatchSize = 64;

    private readonly ConcurrentDictionary<string, Count> _counts = new(NameComparer.Instance);

    private readonly record struct Count(FileKey Bands, FileTime Changed, FileTime Written, ulong Files);

    /// <summary>A volume of <paramref name="most"/> bytes, but with no more free than there is.</summary>
    public async ValueTask<VolumeInfo> BoundAsync(IFileStore store, VolumeInfo volume, ulong most)
    {
        ulong used = await GetUsedAsync(store).ConfigureAwait(false);
        ulong free = most - Math.Min(most, used);
        return volume with
        {
            TotalBytes = most,
            FreeBytes = Math.Min(free, volume.FreeBytes),
            AvailableBytes = Math.Min(free, volume.AvailableBytes),
            BlockSize = Unit,
        };
    }

    private async ValueTask<ulong> GetUsedAsync(IFileStore store)
    {
        ulong used = 0;
        var bundles = new HashSet<string>(NameComparer.Instance);
        (NtStatus status, IStoreFile? root) = await store
            .OpenAsync("", new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return 0;
        await using (root!.ConfigureAwait(false))
        {
            IDirectoryEnumerator listing = root!.Enumerate();
            await using (listing.ConfigureAwait(false))
            {
                var batch = new StoredEntry[BatchSize];
                int count;
                while ((count = await ReadAsync(listing, batch).ConfigureAwait(false)) > 0)
                {
                    for (int i = 0; i < count; i++)
                    {
                        string name = batch[i].Name;
                        if (SparseBundle.IsName(name) && bundles.Add(name))
                            used = Add(used, await MeasureAsync(store, name).ConfigureAwait(false));
                    }
                }
            }
        }

        foreach (string gone in _counts.Keys.Where(name => !bundles.Contains(name)).ToArray())
            _counts.TryRemove(gone, out _);
        return used;
    }

    private static async ValueTask<int> ReadAsync(IDirectoryEnumerator listing, StoredEntry[] batch)
    {
        (NtStatus status, int count) = await listing
            .ReadAsync(NamePattern.All, DirectoryFields.None, batch, CancellationToken.None).ConfigureAwait(false);
        return status.IsError ? 0 : count;
    }

    // One whose parts cannot be read counts as nothing; so does a folder that only has the name.
    private async ValueTask<ulong> MeasureAsync(IFileStore store, string bundle)
    {
        if (await SparseBundle.ReadBandSizeAsync(store, bundle).ConfigureAwait(false) is not { } bandSize)
            return 0;
        (NtStatus status, IStoreFile? bands) = await store
            .OpenAsync($@"{bundle}\bands", new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return 0;
        await using (bands!.ConfigureAwait(false))
        {
            (status, FileStat stat) = await bands!.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError || !stat.IsDirectory)
                return 0;
            if (!_counts.TryGetValue(bundle, out Count known) || known.Bands != bands.Key
                || known.Changed != stat.ChangeTime || known.Written != stat.LastWriteTime)
            {
                // The times are those from before: what comes while it is counted makes it be counted again.
                known = new Count(
                    bands.Key, stat.ChangeTime, stat.LastWriteTime,
                    await SparseBundle.CountAsync(bands).ConfigureAwait(false));
                _counts[bundle] = known;
            }

            return known.Files > ulong.MaxValue / bandSize ? ulong.MaxValue : known.Files * bandSize;
        }
    }

    // No more than there are numbers for.
    private static ulong Add(ulong one, ulong other) => one > ulong.MaxValue - other ? ulong.MaxValue : one + other;
}
