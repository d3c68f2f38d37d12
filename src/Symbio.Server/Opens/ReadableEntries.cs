using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Server.Connections;
using Symbio.Server.Names;
using Symbio.Storage;
using DirectoryEntry = Symbio.Storage.DirectoryEntry;

namespace Symbio.Server.Opens;

/// <summary>
/// Access-based enumeration, [MS-SMB2] 3.3.5.18: a listing tells only of objects that the user may read (GENERIC_READ).
/// </summary>
internal static class ReadableEntries
{
    // Nobody is kept from waiting for a handle of his own, and descriptors often leave SYNCHRONIZE out.
    private const AccessMask Needed = AccessMask.FileGenericRead & ~AccessMask.Synchronize;

    /// <summary>Moves the entries that may be told of to the front; how many they are.</summary>
    public static async ValueTask<int> SelectAsync(
        RequestContext context, IStoreFile directory, Memory<DirectoryEntry> entries)
    {
        string path = directory.Path;
        int count = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            DirectoryEntry entry = entries.Span[i];
            if (entry.Name is "." or ".." || await IsReadableAsync(context, path, entry).ConfigureAwait(false))
                entries.Span[count++] = entry;
        }

        return count;
    }

    private static async ValueTask<bool> IsReadableAsync(RequestContext context, string directory, DirectoryEntry entry)
    {
        (NtStatus status, IStoreFile? file) = await context.Tree.Share.Files
            .OpenAsync(
                SharePath.Join(directory, entry.Name),
                new StoreOpenOptions(StoreAccess.None, OpenReparsePoint: entry.Stat.ReparseTag != 0), context.Tree.Caller,
                CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return false;
        await using (file!.ConfigureAwait(false))
        {
            (status, SecurityDescriptor? descriptor) =
                await ObjectSecurity.ReadAsync(file!, CancellationToken.None).ConfigureAwait(false);
            if (status == NtStatus.Success)
                (status, _) = AccessCheck.Evaluate(descriptor!, context.Session.Identity!.Token, Needed);
            return status == NtStatus.Success;
        }
    }
}
