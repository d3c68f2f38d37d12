using System.Collections.Immutable;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Testing;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>[MS-SMB2] 3.3.5.15: what all FSCTLs have in common, and FSCTL_VALIDATE_NEGOTIATE_INFO.</summary>
public sealed class IoctlTests
{
    [Fact]
    public async Task An_ioctl_that_is_no_fsctl_is_not_supported()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");

        Reply reply = await peer.SendAsync(
            new IoctlRequest(FsctlCode.GetCompression, file, 0, 2, IoctlFlags.None, default));

        Assert.Equal(NtStatus.NotSupported, reply.Status);
    }

    [Theory]
    [InlineData(FsctlCode.DfsGetReferrals, NtStatus.FsDriverRequired)]
    [InlineData(FsctlCode.DfsGetReferralsEx, NtStatus.FsDriverRequired)]
    [InlineData(FsctlCode.QueryNetworkInterfaceInfo, NtStatus.Success)]
    public async Task What_is_about_no_open_wants_a_FileId_of_all_ones(FsctlCode code, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");

        Assert.Equal(expected, (await peer.IoctlAsync(code, FileId.Any)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(code, file)).Status);
    }

    [Fact]
    public async Task Unknown_codes_unknown_opens_and_refused_codes()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");

        Assert.Equal(NtStatus.NotSupported, (await peer.IoctlAsync((FsctlCode)0x0009FFF0 & (FsctlCode)~0x2000u, file)).Status);
        Assert.Equal(NtStatus.InvalidDeviceRequest, (await peer.IoctlAsync((FsctlCode)0x83840003, file)).Status);
        Assert.Equal(NtStatus.InvalidDeviceRequest, (await peer.IoctlAsync(FsctlCode.MarkHandle, file)).Status);
        Assert.Equal(NtStatus.NotAReparsePoint, (await peer.IoctlAsync(FsctlCode.GetReparsePoint, file)).Status);
        Assert.Equal(NtStatus.NotSupported, (await peer.IoctlAsync(FsctlCode.PipeTransceive, file)).Status);
        Assert.Equal(NtStatus.FileClosed, (await peer.IoctlAsync(FsctlCode.GetCompression, new FileId(1, 2))).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Sizes_are_bounded_by_MaxTransactSize_and_by_the_credits_paid()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(Dialect.Smb202);
        await using ScriptedPeer modern = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        FileId same = await modern.OpenAsync("a");

        Reply tooLarge = await peer.IoctlAsync(FsctlCode.GetCompression, file, maxOutput: (64 << 10) + 1);
        Reply unpaid = await modern.SendAsync(
            new IoctlRequest(FsctlCode.GetCompression, same, 1, 65536, IoctlFlags.IsFsctl, default));
        Reply paid = await modern.SendAsync(
            new IoctlRequest(FsctlCode.GetCompression, same, 0, 65536, IoctlFlags.IsFsctl, default));

        Assert.Equal(NtStatus.InvalidParameter, tooLarge.Status);
        Assert.Equal(NtStatus.InvalidParameter, unpaid.Status);
        Assert.Equal(NtStatus.Success, paid.Status);
    }

    [Theory] // [MS-SMB2] 3.3.5.15.12
    [InlineData(Dialect.Smb210)]
    [InlineData(Dialect.Smb300)]
    [InlineData(Dialect.Smb302)]
    public async Task A_true_validate_negotiate_info_is_answered(Dialect dialect)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);
        Negotiated negotiated = server.Server.Connections.Single().Negotiated!;

        Reply reply = await peer.IoctlAsync(FsctlCode.ValidateNegotiateInfo, FileId.Any, Truth(negotiated), maxOutput: 24);

        Assert.Equal(NtStatus.Success, reply.Status);
        var output = reply.Output<ValidateNegotiateInfoResponse>();
        Assert.Equal((ushort)dialect, output.Dialect);
        Assert.Equal((ushort)negotiated.ServerSecurityMode, output.SecurityMode);
        Assert.Equal((uint)negotiated.ServerCapabilities, output.Capabilities);
    }

    [Theory] // [MS-SMB2] 3.3.5.15.12
    [InlineData("dialects")]
    [InlineData("guid")]
    [InlineData("mode")]
    [InlineData("capabilities")]
    [InlineData("room")]
    [InlineData("3.1.1")]
    public async Task A_false_validate_negotiate_info_ends_the_connection(string lie)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(lie == "3.1.1" ? Dialect.Smb311 : Dialect.Smb302);
        ValidateNegotiateInfoRequest request = Truth(server.Server.Connections.Single().Negotiated!);
        request = lie switch
        {
            "dialects" => request with { Dialects = [0x0202, 0x0302] },
            "guid" => request with { ClientGuid = Guid.NewGuid() },
            "mode" => request with { SecurityMode = (ushort)(request.SecurityMode ^ 2) },
            "capabilities" => request with { Capabilities = request.Capabilities ^ 1 },
            _ => request,
        };

        await Assert.ThrowsAsync<IOException>(async () => await peer.IoctlAsync(
            FsctlCode.ValidateNegotiateInfo, FileId.Any, request, lie == "room" ? 23u : 24u));
        Assert.Contains(server.Log.Lines, line => line.Text.Contains("FSCTL_VALIDATE_NEGOTIATE_INFO"));
    }

    [Fact] // [MS-FSA] 2.1.5.10.1, 2.1.5.10.13
    public async Task Object_ids_are_stable_and_differ_between_files()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId a = await peer.OpenAsync("a");
        FileId b = await peer.OpenAsync("b");

        var first = (await peer.IoctlAsync(FsctlCode.CreateOrGetObjectId, a)).Output<FileObjectIdBuffer>();
        var again = (await peer.IoctlAsync(FsctlCode.GetObjectId, a)).Output<FileObjectIdBuffer>();
        var other = (await peer.IoctlAsync(FsctlCode.GetObjectId, b)).Output<FileObjectIdBuffer>();

        Assert.Equal(first, again);
        Assert.NotEqual(first.ObjectId, other.ObjectId);
        Assert.Equal(first.BirthVolumeId, other.BirthVolumeId);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.GetObjectId, a, maxOutput: 63)).Status);
    }

    [Fact] // [MS-FSA] 2.1.5.10.9, 2.1.5.10.34
    public async Task No_file_is_compressed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");

        Reply get = await peer.IoctlAsync(FsctlCode.GetCompression, file, maxOutput: 2);

        Assert.Equal(CompressionFormat.None, get.Output<CompressionState>().CompressionFormat);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.GetCompression, file, maxOutput: 1)).Status);
        Assert.Equal(NtStatus.Success, (await SetAsync(CompressionFormat.None)).Status);
        Assert.Equal(NtStatus.NotSupported, (await SetAsync(CompressionFormat.Default)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.SetCompression, file, new byte[1])).Status);

        ValueTask<Reply> SetAsync(CompressionFormat format) =>
            peer.IoctlAsync(FsctlCode.SetCompression, file, new CompressionState(format));
    }

    private static ValidateNegotiateInfoRequest Truth(Negotiated negotiated) => new(
        (uint)negotiated.ClientCapabilities, negotiated.ClientGuid, (ushort)negotiated.ClientSecurityMode,
        [.. negotiated.ClientDialects.Select(dialect => (ushort)dialect)]);
}
