namespace Symbio.Protocol.Smb2;

/// <summary>
/// File system control codes: [MS-FSCC] 2.3, [MS-SMB2] 2.2.31 and 3.2.4.20, [MS-RSVD] 2.2.2 and [MS-SQOS] 2.2.1.
/// </summary>
public enum FsctlCode : uint
{
    /// <summary>FSCTL_DFS_GET_REFERRALS</summary>
    DfsGetReferrals = 0x00060194,
    /// <summary>FSCTL_DFS_GET_REFERRALS_EX</summary>
    DfsGetReferralsEx = 0x000601B0,
    /// <summary>FSCTL_IS_PATHNAME_VALID</summary>
    IsPathnameValid = 0x0009002C,
    /// <summary>FSCTL_GET_COMPRESSION</summary>
    GetCompression = 0x0009003C,
    /// <summary>FSCTL_QUERY_FAT_BPB</summary>
    QueryFatBpb = 0x00090058,
    /// <summary>FSCTL_FILESYSTEM_GET_STATISTICS</summary>
    FilesystemGetStatistics = 0x00090060,
    /// <summary>FSCTL_GET_NTFS_VOLUME_DATA</summary>
    GetNtfsVolumeData = 0x00090064,
    /// <summary>FSCTL_GET_RETRIEVAL_POINTERS</summary>
    GetRetrievalPointers = 0x00090073,
    /// <summary>FSCTL_FIND_FILES_BY_SID</summary>
    FindFilesBySid = 0x0009008F,
    /// <summary>FSCTL_SET_OBJECT_ID</summary>
    SetObjectId = 0x00090098,
    /// <summary>FSCTL_GET_OBJECT_ID</summary>
    GetObjectId = 0x0009009C,
    /// <summary>FSCTL_DELETE_OBJECT_ID</summary>
    DeleteObjectId = 0x000900A0,
    /// <summary>FSCTL_SET_REPARSE_POINT</summary>
    SetReparsePoint = 0x000900A4,
    /// <summary>FSCTL_GET_REPARSE_POINT</summary>
    GetReparsePoint = 0x000900A8,
    /// <summary>FSCTL_DELETE_REPARSE_POINT</summary>
    DeleteReparsePoint = 0x000900AC,
    /// <summary>FSCTL_SET_OBJECT_ID_EXTENDED</summary>
    SetObjectIdExtended = 0x000900BC,
    /// <summary>FSCTL_CREATE_OR_GET_OBJECT_ID</summary>
    CreateOrGetObjectId = 0x000900C0,
    /// <summary>FSCTL_SET_SPARSE</summary>
    SetSparse = 0x000900C4,
    /// <summary>FSCTL_SET_ENCRYPTION</summary>
    SetEncryption = 0x000900D7,
    /// <summary>FSCTL_READ_FILE_USN_DATA</summary>
    ReadFileUsnData = 0x000900EB,
    /// <summary>FSCTL_WRITE_USN_CLOSE_RECORD</summary>
    WriteUsnCloseRecord = 0x000900EF,
    /// <summary>FSCTL_MARK_HANDLE</summary>
    MarkHandle = 0x000900FC,
    /// <summary>FSCTL_SIS_COPYFILE</summary>
    SisCopyfile = 0x00090100,
    /// <summary>FSCTL_RECALL_FILE</summary>
    RecallFile = 0x00090117,
    /// <summary>FSCTL_QUERY_SPARING_INFO</summary>
    QuerySparingInfo = 0x00090138,
    /// <summary>FSCTL_QUERY_ON_DISK_VOLUME_INFO</summary>
    QueryOnDiskVolumeInfo = 0x0009013C,
    /// <summary>FSCTL_SET_ZERO_ON_DEALLOCATION</summary>
    SetZeroOnDeallocation = 0x00090194,
    /// <summary>FSCTL_SET_SHORT_NAME_BEHAVIOR</summary>
    SetShortNameBehavior = 0x000901B4,
    /// <summary>FSCTL_GET_INTEGRITY_INFORMATION</summary>
    GetIntegrityInformation = 0x0009027C,
    /// <summary>FSCTL_QUERY_FILE_REGIONS</summary>
    QueryFileRegions = 0x00090284,
    /// <summary>FSCTL_GET_REFS_VOLUME_DATA</summary>
    GetRefsVolumeData = 0x000902D8,
    /// <summary>FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT</summary>
    QuerySharedVirtualDiskSupport = 0x00090300,
    /// <summary>FSCTL_SVHDX_SYNC_TUNNEL_REQUEST</summary>
    SvhdxSyncTunnelRequest = 0x00090304,
    /// <summary>FSCTL_STORAGE_QOS_CONTROL</summary>
    StorageQosControl = 0x00090350,
    /// <summary>FSCTL_SVHDX_ASYNC_TUNNEL_REQUEST</summary>
    SvhdxAsyncTunnelRequest = 0x00090364,
    /// <summary>FSCTL_SET_INTEGRITY_INFORMATION_EX</summary>
    SetIntegrityInformationEx = 0x00090380,
    /// <summary>FSCTL_GET_RETRIEVAL_POINTERS_AND_REFCOUNT</summary>
    GetRetrievalPointersAndRefcount = 0x000903D3,
    /// <summary>FSCTL_GET_RETRIEVAL_POINTER_COUNT</summary>
    GetRetrievalPointerCount = 0x0009042B,
    /// <summary>FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT</summary>
    RefsStreamSnapshotManagement = 0x00090440,
    /// <summary>FSCTL_QUERY_ALLOCATED_RANGES</summary>
    QueryAllocatedRanges = 0x000940CF,
    /// <summary>FSCTL_OFFLOAD_READ</summary>
    OffloadRead = 0x00094264,
    /// <summary>FSCTL_SET_ZERO_DATA</summary>
    SetZeroData = 0x000980C8,
    /// <summary>FSCTL_SET_DEFECT_MANAGEMENT</summary>
    SetDefectManagement = 0x00098134,
    /// <summary>FSCTL_FILE_LEVEL_TRIM</summary>
    FileLevelTrim = 0x00098208,
    /// <summary>FSCTL_OFFLOAD_WRITE</summary>
    OffloadWrite = 0x00098268,
    /// <summary>FSCTL_DUPLICATE_EXTENTS_TO_FILE</summary>
    DuplicateExtentsToFile = 0x00098344,
    /// <summary>FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX</summary>
    DuplicateExtentsToFileEx = 0x000983E8,
    /// <summary>FSCTL_SET_COMPRESSION</summary>
    SetCompression = 0x0009C040,
    /// <summary>FSCTL_SET_INTEGRITY_INFORMATION</summary>
    SetIntegrityInformation = 0x0009C280,
    /// <summary>FSCTL_PIPE_WAIT</summary>
    PipeWait = 0x00110018,
    /// <summary>FSCTL_PIPE_PEEK</summary>
    PipePeek = 0x0011400C,
    /// <summary>FSCTL_PIPE_TRANSCEIVE</summary>
    PipeTransceive = 0x0011C017,
    /// <summary>FSCTL_SRV_REQUEST_RESUME_KEY</summary>
    SrvRequestResumeKey = 0x00140078,
    /// <summary>FSCTL_LMR_GET_LINK_TRACKING_INFORMATION</summary>
    LmrGetLinkTrackingInformation = 0x001400E8,
    /// <summary>FSCTL_LMR_SET_LINK_TRACKING_INFORMATION</summary>
    LmrSetLinkTrackingInformation = 0x001400EC,
    /// <summary>FSCTL_LMR_REQUEST_RESILIENCY</summary>
    LmrRequestResiliency = 0x001401D4,
    /// <summary>FSCTL_QUERY_NETWORK_INTERFACE_INFO</summary>
    QueryNetworkInterfaceInfo = 0x001401FC,
    /// <summary>FSCTL_VALIDATE_NEGOTIATE_INFO</summary>
    ValidateNegotiateInfo = 0x00140204,
    /// <summary>FSCTL_SRV_ENUMERATE_SNAPSHOTS</summary>
    SrvEnumerateSnapshots = 0x00144064,
    /// <summary>FSCTL_SRV_COPYCHUNK</summary>
    SrvCopychunk = 0x001440F2,
    /// <summary>FSCTL_SRV_READ_HASH</summary>
    SrvReadHash = 0x001441BB,
    /// <summary>FSCTL_SRV_COPYCHUNK_WRITE</summary>
    SrvCopychunkWrite = 0x001480F2,
}
