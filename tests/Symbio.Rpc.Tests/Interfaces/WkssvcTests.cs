using Symbio.Rpc.Interfaces;
using Symbio.Rpc.Interfaces.Wkssvc;
using Symbio.Rpc.Tests.Hosts;

namespace Symbio.Rpc.Tests.Interfaces;

public sealed class WkssvcTests
{
    [Theory] // [MS-WKST] 3.2.4.1
    [InlineData(100, Win32Error.Success)]
    [InlineData(101, Win32Error.Success)]
    [InlineData(102, Win32Error.AccessDenied)]
    [InlineData(502, Win32Error.AccessDenied)]
    [InlineData(99, Win32Error.InvalidLevel)]
    public async Task The_workstation_is_shown(uint level, Win32Error expected)
    {
        using var user = await BindAsync(TestClient.User);
        var response = await user.CallAsync<NetrWkstaGetInfoRequest, NetrWkstaGetInfoResponse>(0, new() { Level = level });
        Assert.Equal(expected, (Win32Error)response.Status);
        if (response.Info.Level100 is { } info)
            Assert.Equal(("SYMBIO", "WORKGROUP"), (info.ComputerName, info.LanGroup));
    }

    [Fact] // [MS-WKST] 3.2.4.3
    public async Task Users_are_for_administrators()
    {
        using var user = await BindAsync(TestClient.User);
        var denied = await user.CallAsync<NetrWkstaUserEnumRequest, EnumResponse<WkstaUserEnumStruct>>(2, default);
        Assert.Equal(Win32Error.AccessDenied, (Win32Error)denied.Status);

        using var administrator = await BindAsync(TestClient.Administrator);
        var users = await administrator.CallAsync<NetrWkstaUserEnumRequest, EnumResponse<WkstaUserEnumStruct>>(
            2, new() { UserInfo = { Level = 1 }, PreferedMaximumLength = uint.MaxValue });
        Assert.Equal("anna", Assert.Single(users.InfoStruct.Level1!.Value.Buffer!).UserName);
    }

    [Fact] // [MS-WKST] 3.2.4.13 and 3.2.4.22
    public async Task Membership_and_names_are_told()
    {
        using var client = await BindAsync(TestClient.User);
        var join = await client.CallAsync<NetrGetJoinInformationRequest, NetrGetJoinInformationResponse>(20, default);
        Assert.Equal(("WORKGROUP", 2), (join.NameBuffer, join.BufferType));
        var names = await client.CallAsync<NetrEnumerateComputerNamesRequest, NetrEnumerateComputerNamesResponse>(30, default);
        Assert.Equal("symbio.example", Assert.Single(names.Names!.Value.Names!).Value);
    }

    private static Task<TestClient> BindAsync(Symbio.Rpc.Runtime.RpcCaller caller) =>
        TestClient.BindAsync(TestEndpoints.Create(), "wkssvc", WkssvcInterface.Syntax, caller);
}
