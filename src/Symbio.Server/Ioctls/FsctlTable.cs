using System.Collections.Frozen;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Server.Ioctls;

/// <summary>Every FSCTL that a client may send, and who handles it.</summary>
internal static class FsctlTable
{
    private static readonly FrozenDictionary<FsctlCode, FsctlRow> Rows = new Dictionary<FsctlCode, FsctlRow>
    {
        // About no open.
        [FsctlCode.ValidateNegotiateInfo] = FsctlRow.For(FsctlTarget.None, ValidateNegotiateInfo.Handle),
        [FsctlCode.PipeWait] = FsctlRow.For(FsctlTarget.None, PipeWait.Handle),
        // [MS-SMB2] 3.3.5.15.2: the server is no DFS server.
        [FsctlCode.DfsGetReferrals] = FsctlRow.NotSupported(FsctlTarget.None, NtStatus.FsDriverRequired),
        [FsctlCode.DfsGetReferralsEx] = FsctlRow.NotSupported(FsctlTarget.None, NtStatus.FsDriverRequired),
        [FsctlCode.QueryNetworkInterfaceInfo] = FsctlRow.For(FsctlTarget.None, QueryNetworkInterfaceInfo.Handle),

        // Pipes.
        [FsctlCode.PipeTransceive] = FsctlRow.For(FsctlTarget.Pipe, PipeTransceive.HandleAsync),
        [FsctlCode.PipePeek] = FsctlRow.For(FsctlTarget.Pipe, PipePeek.Handle),

        // Files.
        [FsctlCode.SetSparse] = FsctlRow.For(FsctlTarget.File, SetSparse.HandleAsync),
        [FsctlCode.SetZeroData] = FsctlRow.For(FsctlTarget.File, SetZeroData.HandleAsync),
        [FsctlCode.QueryAllocatedRanges] = FsctlRow.For(FsctlTarget.File, QueryAllocatedRanges.HandleAsync),
        [FsctlCode.GetCompression] = FsctlRow.For(FsctlTarget.File, GetCompression.HandleAsync),
        [FsctlCode.SetCompression] = FsctlRow.For(FsctlTarget.File, SetCompression.HandleAsync),
        [FsctlCode.GetObjectId] = FsctlRow.For(FsctlTarget.File, GetObjectId.HandleAsync),
        [FsctlCode.CreateOrGetObjectId] = FsctlRow.For(FsctlTarget.File, GetObjectId.HandleAsync),
        [FsctlCode.SrvRequestResumeKey] = FsctlRow.For(FsctlTarget.File, SrvRequestResumeKey.Handle),
        [FsctlCode.SrvCopychunk] = FsctlRow.For(FsctlTarget.File, ServerSideCopy.HandleAsync),
        [FsctlCode.SrvCopychunkWrite] = FsctlRow.For(FsctlTarget.File, ServerSideCopy.HandleWriteAsync),
        // Object ids follow from the file's identity and cannot be chosen.
        [FsctlCode.SetObjectId] = FsctlRow.NotSupported(),
        [FsctlCode.SetObjectIdExtended] = FsctlRow.NotSupported(),
        [FsctlCode.DeleteObjectId] = FsctlRow.NotSupported(),
        [FsctlCode.GetReparsePoint] = FsctlRow.For(FsctlTarget.File, GetReparsePoint.HandleAsync),
        [FsctlCode.DeleteReparsePoint] = FsctlRow.For(FsctlTarget.File, DeleteReparsePoint.HandleAsync),
        [FsctlCode.SetReparsePoint] = FsctlRow.For(FsctlTarget.File, SetReparsePoint.HandleAsync),

        [FsctlCode.SrvEnumerateSnapshots] = FsctlRow.For(FsctlTarget.File, EnumerateSnapshots.HandleAsync),

        // Handled by the server rather than the file system, [MS-SMB2] 3.3.5.15.7 and 3.3.5.15.9. There is no BranchCache.
        [FsctlCode.SrvReadHash] = FsctlRow.NotSupported(refusal: NtStatus.HashNotSupported),
        [FsctlCode.LmrRequestResiliency] = FsctlRow.For(FsctlTarget.File, LmrRequestResiliency.Handle),

        // [MS-RSVD] and [MS-SQOS]: no shared virtual disks, no storage QoS.
        [FsctlCode.QuerySharedVirtualDiskSupport] = FsctlRow.NotSupported(),
        [FsctlCode.SvhdxSyncTunnelRequest] = FsctlRow.NotSupported(),
        [FsctlCode.SvhdxAsyncTunnelRequest] = FsctlRow.NotSupported(),
        [FsctlCode.StorageQosControl] = FsctlRow.NotSupported(),

        [FsctlCode.DuplicateExtentsToFile] = FsctlRow.For(FsctlTarget.File, DuplicateExtents.HandleAsync),
        [FsctlCode.DuplicateExtentsToFileEx] = FsctlRow.For(FsctlTarget.File, DuplicateExtents.HandleExAsync),
        [FsctlCode.FileLevelTrim] = FsctlRow.For(FsctlTarget.File, FileLevelTrimming.HandleAsync),

        [FsctlCode.OffloadRead] = FsctlRow.For(FsctlTarget.File, OffloadRead.HandleAsync),
        [FsctlCode.OffloadWrite] = FsctlRow.For(FsctlTarget.File, OffloadWrite.HandleAsync),

        [FsctlCode.IsPathnameValid] = FsctlRow.For(FsctlTarget.File, IsPathnameValid.HandleAsync),
        [FsctlCode.GetIntegrityInformation] = FsctlRow.For(FsctlTarget.File, IntegrityInformation.GetAsync),
        [FsctlCode.SetIntegrityInformation] = FsctlRow.For(FsctlTarget.File, IntegrityInformation.SetAsync),
        [FsctlCode.SetIntegrityInformationEx] = FsctlRow.For(FsctlTarget.File, IntegrityInformation.SetExAsync),
        [FsctlCode.QueryFileRegions] = FsctlRow.For(FsctlTarget.File, QueryFileRegions.HandleAsync),

        // What only NTFS, ReFS, FAT or UDF have, or what Windows does not serve remotely.
        [FsctlCode.QueryFatBpb] = FsctlRow.NotSupported(),
        [FsctlCode.FilesystemGetStatistics] = FsctlRow.NotSupported(),
        [FsctlCode.GetNtfsVolumeData] = FsctlRow.NotSupported(),
        [FsctlCode.GetRefsVolumeData] = FsctlRow.NotSupported(),
        [FsctlCode.GetRetrievalPointers] = FsctlRow.NotSupported(),
        [FsctlCode.GetRetrievalPointersAndRefcount] = FsctlRow.NotSupported(),
        [FsctlCode.GetRetrievalPointerCount] = FsctlRow.NotSupported(),
        [FsctlCode.FindFilesBySid] = FsctlRow.NotSupported(),
        [FsctlCode.SetEncryption] = FsctlRow.NotSupported(),
        [FsctlCode.ReadFileUsnData] = FsctlRow.NotSupported(),
        [FsctlCode.WriteUsnCloseRecord] = FsctlRow.NotSupported(),
        [FsctlCode.MarkHandle] = FsctlRow.NotSupported(),
        [FsctlCode.SisCopyfile] = FsctlRow.NotSupported(),
        [FsctlCode.RecallFile] = FsctlRow.NotSupported(),
        [FsctlCode.QuerySparingInfo] = FsctlRow.NotSupported(),
        [FsctlCode.QueryOnDiskVolumeInfo] = FsctlRow.NotSupported(),
        [FsctlCode.SetZeroOnDeallocation] = FsctlRow.NotSupported(),
        [FsctlCode.SetShortNameBehavior] = FsctlRow.NotSupported(),
        [FsctlCode.RefsStreamSnapshotManagement] = FsctlRow.NotSupported(),
        [FsctlCode.SetDefectManagement] = FsctlRow.NotSupported(),
        [FsctlCode.LmrGetLinkTrackingInformation] = FsctlRow.NotSupported(),
        [FsctlCode.LmrSetLinkTrackingInformation] = FsctlRow.NotSupported(),
    }.ToFrozenDictionary();

    /// <summary>The row of a code; null for one that no specification knows.</summary>
    public static FsctlRow? Find(FsctlCode code) => Rows.GetValueOrDefault(code);
}
