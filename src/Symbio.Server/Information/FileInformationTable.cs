using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Information.File;

namespace Symbio.Server.Information;

/// <summary>
/// Every file information class of [MS-FSCC] 2.4 and what it does over SMB2: [MS-SMB2] 2.2.37 lists those that can be
/// queried, 2.2.39 those that can be set. Of the others, 3.3.5.20.1 and 3.3.5.21.1 fix the status.
/// </summary>
internal static class FileInformationTable
{
    private static readonly InformationRow?[] Rows = CreateRows();

    /// <summary>The row of a class; null for a number that is none.</summary>
    public static InformationRow? Find(FileInformationClass informationClass) =>
        (int)informationClass < Rows.Length ? Rows[(int)informationClass] : null;

    private static InformationRow?[] CreateRows()
    {
        // Documented for other uses than a query over SMB2.
        InformationRow local = InformationRow.NotSupported();

        // Not documented in [MS-FSCC] 2.4: local to Windows.
        InformationRow unknown = InformationRow.NotSupported(NtStatus.InvalidInfoClass);

        // For QUERY_DIRECTORY only.
        InformationRow directory = InformationRow.NotSupported();

        // Documented as settable, but not over SMB2.
        InformationRow localSet = InformationRow.NotSupported(set: NtStatus.NotSupported);

        var rows = new InformationRow?[(int)FileInformationClass.Posix + 1];
        void Add(FileInformationClass informationClass, InformationRow row) => rows[(int)informationClass] = row;

        Add(FileInformationClass.None, unknown);
        Add(FileInformationClass.Directory, directory);
        Add(FileInformationClass.FullDirectory, directory);
        Add(FileInformationClass.BothDirectory, directory);
        Add(FileInformationClass.Basic, BasicInformation.Row);
        Add(FileInformationClass.Standard, StandardInformation.Row);
        Add(FileInformationClass.Internal, IdentityInformation.InternalRow);
        Add(FileInformationClass.Ea, EaInformation.SizeRow);
        Add(FileInformationClass.Access, OpenInformation.AccessRow);
        Add(FileInformationClass.Name, NameInformation.NameRow);
        Add(FileInformationClass.Rename, RenameInformation.Row);
        Add(FileInformationClass.Link, LinkInformation.Row);
        Add(FileInformationClass.Names, directory);
        Add(FileInformationClass.Disposition, DispositionInformation.Row);
        Add(FileInformationClass.Position, OpenInformation.PositionRow);
        Add(FileInformationClass.FullEa, EaInformation.FullRow);
        Add(FileInformationClass.Mode, OpenInformation.ModeRow);
        Add(FileInformationClass.Alignment, OpenInformation.AlignmentRow);
        Add(FileInformationClass.All, AllInformation.Row);
        Add(FileInformationClass.Allocation, SizeInformation.AllocationRow);
        Add(FileInformationClass.EndOfFile, SizeInformation.EndOfFileRow);
        Add(FileInformationClass.AlternateName, NameInformation.AlternateNameRow);
        Add(FileInformationClass.Stream, StreamInformation.Row);
        Add(FileInformationClass.Pipe, PipeInformation.PipeRow);
        Add(FileInformationClass.PipeLocal, PipeInformation.LocalRow);
        Add(FileInformationClass.PipeRemote, PipeInformation.RemoteRow);
        Add(FileInformationClass.MailslotQuery, local);
        Add(FileInformationClass.MailslotSet, localSet);
        Add(FileInformationClass.Compression, SizeInformation.CompressionRow);
        Add(FileInformationClass.ObjectId, local); // Object ids go by FSCTL_*_OBJECT_ID.
        Add(FileInformationClass.Completion, unknown);
        Add(FileInformationClass.MoveCluster, localSet);
        Add(FileInformationClass.Quota, localSet); // SMB2_0_INFO_QUOTA has its place.
        Add(FileInformationClass.ReparsePoint, local); // FSCTL_GET_REPARSE_POINT has its place.
        Add(FileInformationClass.NetworkOpen, BasicInformation.NetworkOpenRow);
        Add(FileInformationClass.AttributeTag, BasicInformation.AttributeTagRow);
        Add(FileInformationClass.Tracking, localSet);
        Add(FileInformationClass.IdBothDirectory, directory);
        Add(FileInformationClass.IdFullDirectory, directory);
        Add(FileInformationClass.ValidDataLength, SizeInformation.ValidDataLengthRow);
        Add(FileInformationClass.ShortName, NameInformation.ShortNameRow);
        Add(FileInformationClass.IoCompletionNotification, unknown);
        Add(FileInformationClass.IoStatusBlockRange, unknown);
        Add(FileInformationClass.IoPriorityHint, unknown);
        Add(FileInformationClass.SfioReserve, localSet);
        Add(FileInformationClass.SfioVolume, local);
        Add(FileInformationClass.HardLink, local);
        Add(FileInformationClass.ProcessIdsUsingFile, unknown);
        Add(FileInformationClass.NormalizedName, NameInformation.NormalizedNameRow);
        Add(FileInformationClass.NetworkPhysicalName, unknown);
        Add(FileInformationClass.IdGlobalTxDirectory, directory);
        Add(FileInformationClass.IsRemoteDevice, unknown);
        Add(FileInformationClass.Unused, unknown);
        Add(FileInformationClass.NumaNode, unknown);
        Add(FileInformationClass.StandardLink, local);
        Add(FileInformationClass.RemoteProtocol, unknown);
        Add(FileInformationClass.RenameBypassAccessCheck, unknown);
        Add(FileInformationClass.LinkBypassAccessCheck, unknown);
        Add(FileInformationClass.VolumeName, unknown);
        Add(FileInformationClass.Id, IdentityInformation.IdRow);
        Add(FileInformationClass.IdExtdDirectory, directory);
        Add(FileInformationClass.ReplaceCompletion, unknown);
        Add(FileInformationClass.HardLinkFullId, unknown);
        Add(FileInformationClass.IdExtdBothDirectory, directory);
        Add(FileInformationClass.DispositionEx, DispositionInformation.ExRow);
        Add(FileInformationClass.RenameEx, RenameInformation.ExRow);
        Add(FileInformationClass.RenameExBypassAccessCheck, unknown);
        Add(FileInformationClass.DesiredStorageClass, unknown);
        Add(FileInformationClass.Stat, unknown);
        Add(FileInformationClass.MemoryPartition, unknown);
        Add(FileInformationClass.StatLx, unknown);
        Add(FileInformationClass.CaseSensitive, unknown);
        Add(FileInformationClass.LinkEx, LinkInformation.ExRow);
        Add(FileInformationClass.LinkExBypassAccessCheck, unknown);
        Add(FileInformationClass.StorageReserveId, unknown);
        Add(FileInformationClass.CaseSensitiveForceAccessCheck, unknown);
        Add(FileInformationClass.KnownFolder, unknown);
        Add(FileInformationClass.StatBasic, unknown);
        Add(FileInformationClass.Id64ExtdDirectory, directory);
        Add(FileInformationClass.Id64ExtdBothDirectory, directory);
        Add(FileInformationClass.IdAllExtdDirectory, directory);
        Add(FileInformationClass.IdAllExtdBothDirectory, directory);
        Add(FileInformationClass.Posix, PosixInformation.Row);
        return rows;
    }
}
