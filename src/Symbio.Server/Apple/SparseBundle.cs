using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;
using StoredEntry = Symbio.Storage.DirectoryEntry;

namespace Symbio.Server.Apple;

/// <summary>
/// A sparse bundle, the image that Time Machine keeps a backup in: a folder with a file Info.plist, which tells how large a band
/// is, and a folder bands, with one file for each band that holds anything.
/// </summary>
internal static class SparseBundle
{
    private const int MaxPropertyList = 64 << 10; // Apple's have less than one KiB.
    private const ulong MaxBandSize = 1UL << 40;
    private const int BatchSize = 256;

    private static ReadOnlySpan<byte> BandSizeKey => "<key>band-size</key>"u8;

    private static ReadOnlySpan<byte> IntegerStart => "<integer>"u8;

    private static ReadOnlySpan<byte> IntegerEnd => "</integer>"u8;

    public static bool IsName(string name) =>
        name.EndsWith(".sparsebundle", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".backupbundle", StringComparison.OrdinalIgnoreCase);

    /// <summary>Bytes of a band; null: the property list does not tell, or nothing that could be.</summary>
    public static ulong? BandSizeOf(ReadOnlySpan<byte> propertyList)
    {
        int key = propertyList.IndexOf(BandSizeKey);
        if (key < 0)
            return null;
        ReadOnlySpan<byte> value = propertyList[(key + BandSizeKey.Length)..].TrimStart(" \t\r\n"u8);
        if (!value.StartsWith(IntegerStart))
            return null;
        value = value[IntegerStart.Length..];
        int end = value.IndexOf(IntegerEnd);
        return end >= 0 && ulong.TryParse(Encoding.ASCII.GetString(value[..end].Trim(" \t\r\n"u8)), out ulong size)
            && size is > 0 and <= MaxBandSize
                ? size
                : null;
    }

    public static async ValueTask<ulong?> ReadBandSizeAsync(IFileStore store, string bundle)
    {
        (NtStatus status, IStoreFile? file) = await store
            .OpenAsync($@"{bundle}\Info.plist", new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return null;
        await using (file!.ConfigureAwait(false))
        {
            (status, FileStat stat) = await file!.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError || stat.IsDirectory || stat.EndOfFile > MaxPropertyList)
                return null;
            byte[] content = new byte[stat.EndOfFile];
            (status, int count) = await file.ReadAsync(0, content, CancellationToken.None).ConfigureAwait(false);
            return status.IsError ? null : BandSizeOf(content.AsSpan(0, count));
        }
    }

    /// <summary>How many files a directory holds.</summary>
    public static async ValueTask<ulong> CountAsync(IStoreFile directory)
    {
        ulong files = 0;
        IDirectoryEnumerator listing = directory.Enumerate();
        await using (listing.ConfigureAwait(false))
        {
            var batch = new StoredEntry[BatchSize];
            while (true)
            {
                (NtStatus status, int count) = await listing
                    .ReadAsync(NamePattern.All, DirectoryFields.None, batch, CancellationToken.None).ConfigureAwait(false);
                if (status.IsError || count == 0)
                    return files;
                foreach (StoredEntry entry in batch.AsSpan(0, count))
                {
                    if (entry.Name is not ("." or ".."))
                        files++;
                }
            }
        }
    }
}
