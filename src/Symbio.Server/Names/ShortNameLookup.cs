using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;
using DirectoryEntry = Symbio.Storage.DirectoryEntry;

namespace Symbio.Server.Names;

/// <summary>
/// Finds what generated 8.3 names in a path stand for, [MS-FSA] 2.1.5.1 ("Link.Name or Link.ShortName is equal to"). No
/// store knows of them: the directory is read, but only for a name that has the form of a generated one and that
/// nothing bears as its own.
/// </summary>
internal static class ShortNameLookup
{
    private const int BatchSize = 256;

    /// <summary>The path with long names for those generated ones that stand for something.</summary>
    public static ValueTask<string> ExpandAsync(IFileStore store, string path, StoreCaller caller)
    {
        if (!path.Contains('~'))
            return new(path);
        foreach (Range range in path.AsSpan().Split('\\'))
        {
            if (ShortName.LooksGenerated(path.AsSpan(range)))
                return ExpandComponentsAsync(store, path, caller);
        }

        return new(path);
    }

    private static async ValueTask<string> ExpandComponentsAsync(IFileStore store, string path, StoreCaller caller)
    {
        string[] components = path.Split('\\');
        string expanded = "";
        for (int i = 0; i < components.Length; i++)
        {
            string component = components[i];
            if (ShortName.LooksGenerated(component))
            {
                (bool exists, string? name) = await FindAsync(store, expanded, component, caller).ConfigureAwait(false);
                if (!exists)
                    return SharePath.Join(expanded, string.Join('\\', components[i..])); // Nor does anything behind it.
                component = name ?? component;
            }

            expanded = SharePath.Join(expanded, component);
        }

        return expanded;
    }

    // The long name is null where something has the name itself; nothing exists where no name or more than one goes with it.
    private static async ValueTask<(bool Exists, string? LongName)> FindAsync(
        IFileStore store, string parent, string shortName, StoreCaller caller)
    {
        (NtStatus status, IStoreFile? file) = await store
            .OpenAsync(
                SharePath.Join(parent, shortName), new StoreOpenOptions(StoreAccess.None, OpenReparsePoint: true), caller,
                CancellationToken.None)
            .ConfigureAwait(false);
        if (file is not null)
            await file.DisposeAsync().ConfigureAwait(false);
        if (status != NtStatus.ObjectNameNotFound)
            return (status == NtStatus.Success, null);
        (status, IStoreFile? directory) = await store
            .OpenAsync(parent, new StoreOpenOptions(StoreAccess.None), caller, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return (false, null);
        await using (directory!.ConfigureAwait(false))
        {
            string? found = await SearchAsync(directory!, shortName).ConfigureAwait(false);
            return (found is not null, found);
        }
    }

    // Two names whose hashes are equal: whoever asks means one of them, and must not be given the other.
    private static async ValueTask<string?> SearchAsync(IStoreFile directory, string shortName)
    {
        var pattern = new NamePattern(shortName, shortNames: true);
        var entries = new DirectoryEntry[BatchSize];
        string? found = null;
        IDirectoryEnumerator enumerator = directory.Enumerate();
        await using (enumerator.ConfigureAwait(false))
        {
            while (true)
            {
                (NtStatus status, int count) = await enumerator
                    .ReadAsync(pattern, DirectoryFields.None, entries, CancellationToken.None).ConfigureAwait(false);
                if (status.IsError || count == 0)
                    return found;
                for (int i = 0; i < count; i++)
                {
                    if (found is not null && !NameComparer.Equals(found, entries[i].Name))
                        return null;
                    found ??= entries[i].Name;
                }
            }
        }
    }
}
