using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Information.FileSystem;

/// <summary>
/// What the volume is: FileFsVolumeInformation ([MS-FSCC] 2.5.9), FileFsAttributeInformation (2.5.1) and
/// FileFsObjectIdInformation (2.5.6).
/// </summary>
internal static class VolumeInformation
{
    // Clients decide by this name which features they try at all: streams, security, sparse files, links. It stands for
    // what NTFS can do over SMB, which is what this server offers on every store.
    private const string FileSystemName = "NTFS";

    public static InformationRow VolumeRow { get; } =
        InformationRow.QueryOnly<FileFsVolumeInformation>(QueryVolumeAsync, onPipes: true);

    public static InformationRow AttributeRow { get; } =
        InformationRow.QueryOnly<FileFsAttributeInformation>(QueryAttributeAsync, onPipes: true);

    public static InformationRow ObjectIdRow { get; } =
        InformationRow.QueryOnly<FileFsObjectIdInformation>(QueryObjectIdAsync);

    private static async ValueTask<NtStatus> QueryVolumeAsync(InformationQuery query)
    {
        (NtStatus status, VolumeInfo info) = await QueriedVolume.GetAsync(query).ConfigureAwait(false);
        if (status.IsError)
            return status;

        // What a user sees as the volume is the share.
        string label = query.Open.Pipe is null ? query.Open.Tree.Share.Name : info.Label;
        return query.Reply(new FileFsVolumeInformation(
            info.CreationTime, info.SerialNumber, SupportsObjects: false, label));
    }

    private static async ValueTask<NtStatus> QueryAttributeAsync(InformationQuery query)
    {
        (NtStatus status, VolumeInfo info) = await QueriedVolume.GetAsync(query).ConfigureAwait(false);
        if (status.IsError)
            return status;
        return query.Open.Pipe is null
            ? query.Reply(new FileFsAttributeInformation(
                AttributesOf(query.Open.Tree.Share), (uint)info.MaxNameLength, FileSystemName))
            : query.Reply(new FileFsAttributeInformation(
                FileSystemAttributes.CasePreservedNames | FileSystemAttributes.UnicodeOnDisk, (uint)info.MaxNameLength,
                info.FileSystemName));
    }

    private static async ValueTask<NtStatus> QueryObjectIdAsync(InformationQuery query)
    {
        (NtStatus status, VolumeInfo info) = await QueriedVolume.GetAsync(query).ConfigureAwait(false);
        return status.IsError ? status : query.Reply(new FileFsObjectIdInformation(info.VolumeId, default));
    }

    // Only what is there: no object ids, encryption, journal.
    private static FileSystemAttributes AttributesOf(Share share)
    {
        StoreCapabilities capabilities = share.Store.Capabilities;
        FileSystemAttributes If(StoreCapabilities capability, FileSystemAttributes attribute) =>
            (capabilities & capability) != 0 ? attribute : FileSystemAttributes.None;

        return FileSystemAttributes.CasePreservedNames
            | FileSystemAttributes.UnicodeOnDisk
            | FileSystemAttributes.SupportsPosixUnlinkRename
            | If(StoreCapabilities.CaseSensitiveNames, FileSystemAttributes.CaseSensitiveSearch)
            | If(StoreCapabilities.SecurityDescriptors, FileSystemAttributes.PersistentAcls)
            | (share.HasStreams ? FileSystemAttributes.NamedStreams : FileSystemAttributes.None)
            | If(StoreCapabilities.SparseFiles, FileSystemAttributes.SupportsSparseFiles)
            | If(StoreCapabilities.Quotas, FileSystemAttributes.VolumeQuotas)
            | If(StoreCapabilities.ReparsePoints, FileSystemAttributes.SupportsReparsePoints)
            | If(StoreCapabilities.HardLinks, FileSystemAttributes.SupportsHardLinks)
            | If(StoreCapabilities.ExtendedAttributes, FileSystemAttributes.SupportsExtendedAttributes)
            | If(StoreCapabilities.Compression, FileSystemAttributes.FileCompression)
            | If(StoreCapabilities.BlockCloning, FileSystemAttributes.SupportsBlockRefcounting)
            | (share.IsReadOnly ? FileSystemAttributes.ReadOnlyVolume : FileSystemAttributes.None);
    }
}
