using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Connections;
using Symbio.Server.Names;
using Symbio.Server.Opens;
using Symbio.Storage;
using StoredEntry = Symbio.Storage.DirectoryEntry;

namespace Symbio.Server.Apple;

/// <summary>
/// READ_DIR_ATTR: what Finder would open every file of a folder for comes with the listing. Fork and FinderInfo are where
/// Samba's fruit module with <c>fruit:metadata = stream</c> has them: in the streams AFP_Resource and AFP_AfpInfo.
/// </summary>
internal static class AppleListing
{
    /// <summary>What is told of an entry; null when it cannot be looked at, and is listed as to everybody else.</summary>
    public static async ValueTask<AppleEntry?> DescribeAsync(RequestContext context, string directory, StoredEntry entry)
    {
        if (entry.Name is "." or "..")
            return null;
        (NtStatus status, IStoreFile? file) = await context.Tree.Share.Files
            .OpenAsync(
                SharePath.Join(directory, entry.Name), new StoreOpenOptions(StoreAccess.None, OpenReparsePoint: true),
                context.Tree.Caller, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return null;
        await using (file!.ConfigureAwait(false))
        {
            (status, SecurityDescriptor? descriptor) =
                await ObjectSecurity.ReadAsync(file!, CancellationToken.None).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return null;
            SecurityToken token = context.Session.Identity!.Token;
            AccessMask access = AccessCheck.MaximalAccess(descriptor!, token)
                | ObjectSecurity.FromMode(descriptor!, token, entry.Stat.IsDirectory);
            (ulong resource, byte[] info) = await ReadStreamsAsync(file!).ConfigureAwait(false);
            return new AppleEntry(
                access & context.Tree.MaximalAccess, resource,
                AppleEntry.Compress(AfpInfo.FinderInfoOf(info), entry.Stat.IsDirectory, entry.Stat.CreationTime),
                (ushort)(entry.Stat.Posix?.Mode ?? 0));
        }
    }

    private static async ValueTask<(ulong ResourceSize, byte[] Info)> ReadStreamsAsync(IStoreFile file)
    {
        (NtStatus status, IReadOnlyList<StoreStream> streams) =
            await file.GetStreamsAsync(CancellationToken.None).ConfigureAwait(false);
        ulong resource = 0;
        byte[] info = [];
        if (status.IsError)
            return (resource, info);
        foreach (StoreStream stream in streams)
        {
            if (NameComparer.Equals(stream.Name, AfpInfo.ResourceName))
                resource = stream.EndOfFile;
            else if (NameComparer.Equals(stream.Name, AfpInfo.StreamName))
                info = await AppleStreams.ReadInfoAsync(file, stream.Name).ConfigureAwait(false);
        }

        return (resource, info);
    }
}
