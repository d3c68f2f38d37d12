using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Ioctls;
using Symbio.Testing;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>FSCTLs that are refused, each with the status that its section names, and those that take a few lines.</summary>
public sealed class FsctlRowTests
{
    private static readonly Dictionary<FsctlCode, NtStatus> s_refused = new()
    {
        // [MS-SMB2] 3.3.5.15.2: no DFS server.
        [FsctlCode.DfsGetReferrals] = NtStatus.FsDriverRequired,
        [FsctlCode.DfsGetReferralsEx] = NtStatus.FsDriverRequired,
        // [MS-SMB2] 3.3.5.15.7: no BranchCache.
        [FsctlCode.SrvReadHash] = NtStatus.HashNotSupported,
        // [MS-FSA] 2.1.5.10: "If the object store does not implement this functionality".
        [FsctlCode.SetObjectId] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.SetObjectIdExtended] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.DeleteObjectId] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.FilesystemGetStatistics] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.FindFilesBySid] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.GetNtfsVolumeData] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.GetRefsVolumeData] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.GetRetrievalPointers] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.GetRetrievalPointersAndRefcount] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.GetRetrievalPointerCount] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.QueryFatBpb] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.QueryOnDiskVolumeInfo] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.QuerySparingInfo] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.ReadFileUsnData] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.WriteUsnCloseRecord] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.RecallFile] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.RefsStreamSnapshotManagement] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.SetDefectManagement] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.SetEncryption] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.SetShortNameBehavior] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.SetZeroOnDeallocation] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.SisCopyfile] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.MarkHandle] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.LmrGetLinkTrackingInformation] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.LmrSetLinkTrackingInformation] = NtStatus.InvalidDeviceRequest,
        // [MS-RSVD] 3.2.5.5 and [MS-SQOS]: not there.
        [FsctlCode.QuerySharedVirtualDiskSupport] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.SvhdxSyncTunnelRequest] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.SvhdxAsyncTunnelRequest] = NtStatus.InvalidDeviceRequest,
        [FsctlCode.StorageQosControl] = NtStatus.InvalidDeviceRequest,
    };

    public static TheoryData<FsctlCode> Refused => [.. s_refused.Keys];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_not_served_says_so(FsctlCode code)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = FsctlTable.Find(code)!.Target == FsctlTarget.None ? FileId.Any : await peer.OpenAsync("a");

        Assert.Equal(s_refused[code], (await peer.IoctlAsync(code, file, new byte[64])).Status);
    }

    [Fact]
    public void No_other_code_is_refused()
    {
        foreach (FsctlCode code in Enum.GetValues<FsctlCode>())
            Assert.True(FsctlTable.Find(code)!.Handler is null == s_refused.ContainsKey(code), $"{code}");
    }

    [Theory]
    [InlineData(@"a\b.txt", NtStatus.Success)]
    [InlineData(@"\a\b.txt", NtStatus.Success)]
    [InlineData("a:s", NtStatus.Success)]
    [InlineData("a*", NtStatus.ObjectNameInvalid)]
    [InlineData(@"a\\b", NtStatus.ObjectNameInvalid)]
    public async Task A_name_is_valid_or_not_whatever_there_is(string name, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenAsync("", AccessMask.FileGenericRead, CreateDisposition.Open);

        Assert.Equal(expected, (await peer.IoctlAsync(FsctlCode.IsPathnameValid, root, new PathNameBuffer(name))).Status);
        Assert.Equal(
            NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.IsPathnameValid, root, new byte[] { 2, 0, 0, 0 })).Status);
    }

    [Fact]
    public async Task All_of_a_file_is_one_valid_region()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        FileId folder = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        await peer.WriteAsync(file, 0, new byte[1000]);

        async ValueTask<FileRegionOutput> QueryAsync(FileRegionInput input) =>
            (await peer.IoctlAsync(FsctlCode.QueryFileRegions, file, input)).Output<FileRegionOutput>();
        Assert.Equal(
            [new FileRegion(0, 1000, 1)],
            (await peer.IoctlAsync(FsctlCode.QueryFileRegions, file)).Output<FileRegionOutput>().Regions);
        Assert.Equal([new FileRegion(100, 50, 1)], (await QueryAsync(new(100, 50, 1))).Regions);
        Assert.Equal([new FileRegion(900, 100, 1)], (await QueryAsync(new(900, 5000, 3))).Regions);
        Assert.Empty((await QueryAsync(new(1000, 10, 1))).Regions);

        foreach (FileRegionInput wrong in (FileRegionInput[])[new(-1, 1, 1), new(0, -1, 1), new(1, long.MaxValue, 1), new(0, 1, 2)])
            Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.QueryFileRegions, file, wrong)).Status);
        Assert.Equal(NtStatus.BufferTooSmall, (await peer.IoctlAsync(FsctlCode.QueryFileRegions, file, new byte[23])).Status);
        Assert.Equal(NtStatus.BufferTooSmall, (await peer.IoctlAsync(FsctlCode.QueryFileRegions, file, default, 39)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.QueryFileRegions, folder)).Status);
    }

    [Fact]
    public async Task Integrity_is_off_and_stays_off()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        FileId reading = await peer.OpenAsync("a", AccessMask.FileGenericRead);

        var told = (await peer.IoctlAsync(FsctlCode.GetIntegrityInformation, file)).Output<GetIntegrityInformationBuffer>();
        Assert.Equal(new GetIntegrityInformationBuffer(0, 0, 0, 4096), told);
        Assert.Equal(
            NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.GetIntegrityInformation, file, default, 15)).Status);

        async ValueTask<NtStatus> SetAsync(FileId open, ushort algorithm) => (await peer.IoctlAsync(
            FsctlCode.SetIntegrityInformation, open, new SetIntegrityInformationBuffer(algorithm, 0))).Status;
        Assert.Equal(NtStatus.Success, await SetAsync(file, 0));
        Assert.Equal(NtStatus.Success, await SetAsync(file, 0xFFFF));
        Assert.Equal(NtStatus.NotSupported, await SetAsync(file, 2));
        Assert.Equal(NtStatus.InvalidParameter, await SetAsync(file, 7));
        Assert.Equal(NtStatus.AccessDenied, await SetAsync(reading, 0));

        async ValueTask<NtStatus> SetExAsync(bool enable, bool keep, byte version) => (await peer.IoctlAsync(
            FsctlCode.SetIntegrityInformationEx, file, new SetIntegrityInformationBufferEx(enable, keep, 0, version))).Status;
        Assert.Equal(NtStatus.Success, await SetExAsync(false, false, 1));
        Assert.Equal(NtStatus.Success, await SetExAsync(true, true, 1));
        Assert.Equal(NtStatus.NotSupported, await SetExAsync(true, false, 1));
        Assert.Equal(NtStatus.InvalidParameter, await SetExAsync(false, false, 2));
    }
}
