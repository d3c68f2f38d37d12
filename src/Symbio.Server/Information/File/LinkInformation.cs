using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Names;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>FileLinkInformation and FileLinkInformationEx, [MS-FSA] 2.1.5.15.6: one more name for a file.</summary>
internal static class LinkInformation
{
    private const LinkFlags Known =
        LinkFlags.ReplaceIfExists | LinkFlags.PosixSemantics | LinkFlags.IgnoreReadOnlyAttribute;

    public static InformationRow Row { get; } = InformationRow.SetOnly<FileLinkInformation>(
        static (set, wanted) => LinkAsync(
            set, wanted.RootDirectory, wanted.FileName, wanted.ReplaceIfExists ? LinkFlags.ReplaceIfExists : LinkFlags.None),
        AccessMask.None);

    public static InformationRow ExRow { get; } = InformationRow.SetOnly<FileLinkExInformation>(
        static (set, wanted) => LinkAsync(set, wanted.RootDirectory, wanted.FileName, wanted.Flags), AccessMask.None);

    private static async ValueTask<NtStatus> LinkAsync(
        InformationSet set, ulong rootDirectory, string fileName, LinkFlags flags)
    {
        Open open = set.Open;
        if ((flags & ~Known) != 0)
            return NtStatus.InvalidParameter;
        if (open.File.StreamName.Length > 0)
            return NtStatus.InvalidParameter;
        if (open.IsDirectory)
            return NtStatus.FileIsADirectory;
        if ((set.Tree.Share.Store.Capabilities & StoreCapabilities.HardLinks) == 0)
            return NtStatus.NotSupported;
        if (open.Claim.IsDeletePending)
            return NtStatus.AccessDenied;
        NtStatus status = LinkTarget.Parse(set, rootDirectory, fileName, out ShareName name);
        if (status != NtStatus.Success)
            return status;
        if (name.HasStream || name.MustBeDirectory)
            return NtStatus.ObjectNameInvalid;
        name = await LinkTarget.ExpandAsync(set, name).ConfigureAwait(false);
        (status, SecurityDescriptor? parent) = await LinkTarget
            .CheckParentAsync(set, name, isDirectory: false, checkSharing: false).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        if ((flags & LinkFlags.ReplaceIfExists) == 0)
            return await LinkAsync(set, name, replace: false).ConfigureAwait(false);

        return await LinkTarget.ReplaceAsync(
            set, name, parent!, new Replacement(
                (flags & LinkFlags.IgnoreReadOnlyAttribute) != 0 || open.IsPosix,
                (flags & LinkFlags.PosixSemantics) != 0 || open.IsPosix),
            found => LinkAsync(set, name, replace: found)).ConfigureAwait(false);
    }

    private static async ValueTask<NtStatus> LinkAsync(InformationSet set, ShareName name, bool replace)
    {
        NtStatus status = await set.Open
            .ChangeAsync(file => file.LinkAsync(name.Path, replace, set.Tree.Caller, CancellationToken.None)).ConfigureAwait(false);
        if (status == NtStatus.Success)
            set.Open.Linked(name.Path, replace);
        return status;
    }
}
