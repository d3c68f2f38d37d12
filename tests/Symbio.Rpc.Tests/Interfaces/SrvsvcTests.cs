using Symbio.Rpc.Interfaces;
using Symbio.Rpc.Interfaces.Srvsvc;
using Symbio.Rpc.Ndr;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;
using Symbio.Rpc.Tests.Hosts;

namespace Symbio.Rpc.Tests.Interfaces;

public sealed class SrvsvcTests
{
    private readonly FakeSrvsvcHost _host = new();

    [Fact] // [MS-SRVS] 3.1.4.8
    public async Task Shares_are_listed_for_everyone()
    {
        var response = await ShareEnumAsync(1, TestClient.User);
        Assert.Equal(((uint)Win32Error.Success, 3u, 0u), (response.Status, response.TotalEntries, response.ResumeHandle));
        var shares = response.InfoStruct.Level1!.Value.Buffer!;
        Assert.Equal(["IPC$", "files", "scratch"], shares.Select(share => share.Netname));
        Assert.Equal("Files für alle", shares[1].Remark);
        Assert.Equal(0x80000003, shares[0].Type);
    }

    [Theory]
    [InlineData(0, Win32Error.Success)]
    [InlineData(1, Win32Error.Success)]
    [InlineData(501, Win32Error.Success)]
    [InlineData(2, Win32Error.AccessDenied)]
    [InlineData(502, Win32Error.AccessDenied)]
    [InlineData(503, Win32Error.AccessDenied)]
    [InlineData(3, Win32Error.InvalidLevel)]
    public async Task Levels_with_paths_are_for_administrators(uint level, Win32Error expected)
    {
        Assert.Equal(expected, (Win32Error)(await ShareEnumAsync(level, TestClient.User)).Status);
        var administrator = (Win32Error)(await ShareEnumAsync(level, TestClient.Administrator)).Status;
        Assert.Equal(expected == Win32Error.InvalidLevel ? expected : Win32Error.Success, administrator);

        var one = await CallAsync<NetrShareGetInfoRequest, NetrShareGetInfoResponse>(
            16, new() { NetName = "FILES", Level = level }, TestClient.User);
        Assert.Equal(expected, (Win32Error)one.Status);
    }

    [Fact]
    public async Task Enumerations_resume()
    {
        using var client = await BindAsync(TestClient.User);
        List<string?> names = [];
        uint? resume = 0;
        Win32Error status;
        int calls = 0;
        do
        {
            var response = await client.CallAsync<NetrShareEnumRequest, EnumResponse<ShareEnumStruct>>(15, new()
            {
                InfoStruct = { Level = 0, Level0 = default(InfoContainer<ShareInfo0>) },
                PreferedMaximumLength = 10,
                ResumeHandle = resume,
            });
            status = (Win32Error)response.Status;
            Assert.Equal((uint)(3 - calls), response.TotalEntries);
            names.Add(Assert.Single(response.InfoStruct.Level0!.Value.Buffer!).Netname);
            resume = response.ResumeHandle;
            calls++;
        }
        while (status == Win32Error.MoreData);
        Assert.Equal(Win32Error.Success, status);
        Assert.Equal(["IPC$", "files", "scratch"], names);
    }

    [Fact] // [MS-SRVS] 3.1.4.9
    public async Task Sticky_shares_are_the_permanent_ones()
    {
        using var client = await BindAsync(TestClient.User);
        var response = await client.CallAsync<NetrShareEnumRequest, EnumResponse<ShareEnumStruct>>(
            36, new() { PreferedMaximumLength = uint.MaxValue });
        Assert.Equal(["IPC$", "files"], response.InfoStruct.Level0!.Value.Buffer!.Select(share => share.Netname));
    }

    [Fact] // [MS-SRVS] 3.1.4.10
    public async Task A_share_is_shown_with_its_descriptor()
    {
        var response = await CallAsync<NetrShareGetInfoRequest, NetrShareGetInfoResponse>(
            16, new() { NetName = "files", Level = 502 });
        var share = response.InfoStruct.Level502!.Value;
        Assert.Equal(@"C:\srv\files", share.Path);
        Assert.Equal(Hex.Of(FakeSrvsvcHost.Descriptor), Hex.Of(share.SecurityDescriptor!.Value));
        Assert.Equal((uint)FakeSrvsvcHost.Descriptor.Length, share.Reserved);

        response = await CallAsync<NetrShareGetInfoRequest, NetrShareGetInfoResponse>(
            16, new() { NetName = "files", Level = 1005 }, TestClient.User);
        Assert.Equal(0x30u, response.InfoStruct.Level1005!.Value.Flags);

        response = await CallAsync<NetrShareGetInfoRequest, NetrShareGetInfoResponse>(16, new() { NetName = "x", Level = 1 });
        Assert.Equal(Win32Error.NerrNetNameNotFound, (Win32Error)response.Status);
    }

    [Fact] // [MS-SRVS] 3.1.4.11
    public async Task Only_administrators_change_shares()
    {
        NetrShareSetInfoRequest request = new()
        {
            NetName = "files", Level = 1501,
            InfoStruct = { Level = 1501, Level1501 = new ShareInfo1501 { Reserved = 2, SecurityDescriptor = new byte[] { 1, 2 } } },
        };
        var denied = await CallAsync<NetrShareSetInfoRequest, ParmErrResponse>(17, request, TestClient.User);
        Assert.Equal(Win32Error.AccessDenied, (Win32Error)denied.Status);
        Assert.Null(_host.LastChange);

        var done = await CallAsync<NetrShareSetInfoRequest, ParmErrResponse>(17, request);
        Assert.Equal(Win32Error.Success, (Win32Error)done.Status);
        Assert.Equal("0102", Hex.Of(_host.LastChange!.SecurityDescriptor!.Value));
    }

    [Fact] // [MS-SRVS] 3.1.4.7 and 3.1.4.12
    public async Task Shares_are_added_and_deleted()
    {
        NetrShareAddRequest add = new()
        {
            Level = 2, InfoStruct = { Level = 2, Level2 = new ShareInfo2 { Netname = "new", Path = @"C:\new", MaxUses = 7 } },
        };
        Assert.Equal(Win32Error.AccessDenied, (Win32Error)(await CallAsync<NetrShareAddRequest, ParmErrResponse>(14, add, TestClient.User)).Status);
        Assert.Equal(Win32Error.Success, (Win32Error)(await CallAsync<NetrShareAddRequest, ParmErrResponse>(14, add)).Status);
        Assert.Equal(7u, _host.Shares.Single(share => share.Name == "new").MaxUses);

        NetrShareDelRequest delete = new() { NetName = "new" };
        Assert.Equal(Win32Error.AccessDenied, (Win32Error)(await CallAsync<NetrShareDelRequest, StatusResponse>(18, delete, TestClient.User)).Status);
        Assert.Equal(Win32Error.Success, (Win32Error)(await CallAsync<NetrShareDelRequest, StatusResponse>(18, delete)).Status);
        Assert.Equal(Win32Error.NerrNetNameNotFound, (Win32Error)(await CallAsync<NetrShareDelRequest, StatusResponse>(18, delete)).Status);
    }

    [Fact] // [MS-SRVS] 3.1.4.16
    public async Task A_device_is_checked()
    {
        var shared = await CallAsync<NetrShareCheckRequest, ValueResponse>(20, new() { Device = @"c:\SRV\files\" });
        Assert.Equal((0u, 0u), (shared.Value, shared.Status));
        var other = await CallAsync<NetrShareCheckRequest, ValueResponse>(20, new() { Device = @"C:\x" });
        Assert.Equal(Win32Error.NerrDeviceNotShared, (Win32Error)other.Status);
        var user = await CallAsync<NetrShareCheckRequest, ValueResponse>(20, new() { Device = @"C:\srv\files" }, TestClient.User);
        Assert.Equal(Win32Error.AccessDenied, (Win32Error)user.Status);
    }

    [Theory] // [MS-SRVS] 3.1.4.17
    [InlineData(100, Win32Error.Success)]
    [InlineData(101, Win32Error.Success)]
    [InlineData(102, Win32Error.AccessDenied)]
    [InlineData(502, Win32Error.InvalidLevel)]
    [InlineData(7, Win32Error.InvalidLevel)]
    public async Task The_server_is_shown(uint level, Win32Error expected)
    {
        var response = await CallAsync<NetrServerGetInfoRequest, NetrServerGetInfoResponse>(
            21, new() { Level = level }, TestClient.User);
        Assert.Equal(expected, (Win32Error)response.Status);
        if (response.InfoStruct.Level101 is { } info)
            Assert.Equal((500u, "SYMBIO", 10u, "A test"), (info.PlatformId, info.Name, info.VersionMajor, info.Comment));
    }

    [Fact] // [MS-SRVS] 3.1.4.5
    public async Task Sessions_are_for_administrators()
    {
        Assert.Equal(Win32Error.AccessDenied, (Win32Error)(await SessionEnumAsync(10, null, null, TestClient.User)).Status);
        foreach (uint level in (uint[])[0, 1, 2, 10, 502])
            Assert.Equal(2u, (await SessionEnumAsync(level, null, null)).TotalEntries);

        var one = await SessionEnumAsync(1, @"\\10.0.0.1", "ANNA");
        var session = Assert.Single(one.InfoStruct.Level1!.Value.Buffer!);
        Assert.Equal(("anna", 3u, 100u, 7u), (session.Username, session.NumOpens, session.Time, session.IdleTime));
        Assert.Equal(Win32Error.NerrClientNameNotFound, (Win32Error)(await SessionEnumAsync(1, @"\\x", null)).Status);
        Assert.Equal(Win32Error.NerrUserNotFound, (Win32Error)(await SessionEnumAsync(1, null, "x")).Status);
    }

    [Fact] // [MS-SRVS] 3.1.4.6
    public async Task Sessions_are_closed()
    {
        var response = await CallAsync<NetrSessionDelRequest, StatusResponse>(13, new() { ClientName = @"\\10.0.0.2" });
        Assert.Equal(0u, response.Status);
        Assert.Equal([2ul], _host.ClosedSessions);
        response = await CallAsync<NetrSessionDelRequest, StatusResponse>(13, default);
        Assert.Equal(Win32Error.InvalidParameter, (Win32Error)response.Status);
    }

    [Fact] // [MS-SRVS] 3.1.4.1
    public async Task Connections_are_found_by_share_or_client()
    {
        foreach (string qualifier in (string[])["FILES", @"\\10.0.0.1"])
        {
            var response = await CallAsync<NetrConnectionEnumRequest, EnumResponse<ConnectionEnumStruct>>(
                8, new() { Qualifier = qualifier, InfoStruct = { Level = 1 }, PreferedMaximumLength = uint.MaxValue });
            Assert.Equal("anna", Assert.Single(response.InfoStruct.Level1!.Value.Buffer!).Username);
        }

        var none = await CallAsync<NetrConnectionEnumRequest, EnumResponse<ConnectionEnumStruct>>(8, default);
        Assert.Equal(Win32Error.InvalidParameter, (Win32Error)none.Status);
    }

    [Fact] // [MS-SRVS] 3.1.4.2 to 3.1.4.4
    public async Task Files_are_listed_shown_and_closed()
    {
        var list = await CallAsync<NetrFileEnumRequest, EnumResponse<FileEnumStruct>>(9, new()
        {
            BasePath = @"C:\srv\files", UserName = "anna", InfoStruct = { Level = 3 }, PreferedMaximumLength = uint.MaxValue,
        });
        Assert.Equal(21u, Assert.Single(list.InfoStruct.Level3!.Value.Buffer!).Id);

        var one = await CallAsync<NetrFileGetInfoRequest, NetrFileGetInfoResponse>(10, new() { FileId = 22, Level = 3 });
        Assert.Equal(@"C:\srv\files\b.txt", one.InfoStruct.Level3!.Value.Pathname);

        Assert.Equal(0u, (await CallAsync<NetrFileCloseRequest, StatusResponse>(11, new() { FileId = 22 })).Status);
        var again = await CallAsync<NetrFileCloseRequest, StatusResponse>(11, new() { FileId = 22 });
        Assert.Equal(Win32Error.NerrFileIdNotFound, (Win32Error)again.Status);
    }

    [Fact] // [MS-SRVS] 3.1.4.19 to 3.1.4.21
    public async Task Disks_statistics_and_time_are_told()
    {
        var disks = await CallAsync<NetrServerDiskEnumRequest, NetrServerDiskEnumResponse>(23, default);
        Assert.Equal(["C:", "D:"], disks.Disks.Disks!);

        var statistics = await CallAsync<NetrServerStatisticsGetRequest, NetrServerStatisticsGetResponse>(24, default);
        Assert.Equal((2u, 1u, 9u),
            (statistics.InfoStruct!.Value.BytesSentLow, statistics.InfoStruct.Value.BytesSentHigh, statistics.InfoStruct.Value.FileOpens));

        var time = (await CallAsync<ServerNameRequest, NetrRemoteTodResponse>(28, default)).Info!.Value;
        Assert.Equal((2026u, 2u, 28u, 23u, 59u), (time.Year, time.Month, time.Day, time.Hours, time.Mins));
    }

    [Theory] // [MS-SRVS] 3.1.4.29
    [InlineData("files", 9, Win32Error.Success)]
    [InlineData("fi/les", 9, Win32Error.InvalidName)]
    [InlineData("", 9, Win32Error.InvalidName)]
    [InlineData("SIXTEEN-CHARS-16", 4, Win32Error.InvalidName)]
    [InlineData("files", 99, Win32Error.InvalidParameter)]
    public async Task Names_are_validated(string name, uint type, Win32Error expected)
    {
        var response = await CallAsync<NetprNameRequest, StatusResponse>(33, new() { Name = name, NameType = type });
        Assert.Equal(expected, (Win32Error)response.Status);
    }

    [Fact]
    public async Task File_security_is_not_served_here()
    {
        using var client = await BindAsync(TestClient.Administrator);
        Assert.Equal(FaultStatus.OperationRangeError, (await client.CallRawAsync(39, new byte[40])).Fault);
    }

    private Task<EnumResponse<ShareEnumStruct>> ShareEnumAsync(uint level, RpcCaller caller) =>
        CallAsync<NetrShareEnumRequest, EnumResponse<ShareEnumStruct>>(
            15, new() { InfoStruct = { Level = level }, PreferedMaximumLength = uint.MaxValue, ResumeHandle = 0 }, caller);

    private Task<EnumResponse<SessionEnumStruct>> SessionEnumAsync(
        uint level, string? client, string? user, RpcCaller? caller = null) =>
        CallAsync<NetrSessionEnumRequest, EnumResponse<SessionEnumStruct>>(12, new()
        {
            ClientName = client, UserName = user, InfoStruct = { Level = level }, PreferedMaximumLength = uint.MaxValue,
        }, caller);

    private Task<TestClient> BindAsync(RpcCaller caller) =>
        TestClient.BindAsync(TestEndpoints.Create(_host, time: new FixedTime()), "srvsvc", SrvsvcInterface.Syntax, caller);

    private async Task<TResponse> CallAsync<TRequest, TResponse>(ushort opnum, TRequest request, RpcCaller? caller = null)
        where TRequest : struct, INdrType
        where TResponse : struct, INdrType
    {
        using var client = await BindAsync(caller ?? TestClient.Administrator);
        return await client.CallAsync<TRequest, TResponse>(opnum, request);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 2, 28, 23, 59, 0, TimeSpan.Zero);
    }
}
