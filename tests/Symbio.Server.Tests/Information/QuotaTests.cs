using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Quotas;
using Symbio.Testing;

namespace Symbio.Server.Tests.Information;

/// <summary>SMB2_0_INFO_QUOTA, [MS-SMB2] 3.3.5.20.4 and 3.3.5.21.4, and the file by which clients ask.</summary>
public sealed class QuotaTests
{
    private static readonly Sid s_anna = QuotaStore.Anna;
    private static readonly Sid s_otto = QuotaStore.Otto;
    private static readonly Sid s_stranger = Sid.BuiltinUsers;

    [Fact]
    public async Task An_administrator_goes_through_all_of_them()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenQuotaFileAsync(peer);

        Assert.Equal(
            [new(s_anna, default, 100, 200, 300), new(s_otto, default, 50, -1, -1)], Entries(await QueryAsync(peer, file, All())));
        Assert.Equal(NtStatus.NoMoreEntries, (await QueryAsync(peer, file, All())).Status);
        Assert.Equal(s_anna, Entries(await QueryAsync(peer, file, All(single: true, restart: true))).Single().Sid);
        Assert.Equal(s_otto, Entries(await QueryAsync(peer, file, All(single: true))).Single().Sid);
        Assert.Equal(s_otto, Entries(await QueryAsync(peer, file, All() with { StartSid = s_anna })).Single().Sid);

        // As many as fit, and the others with the next query.
        int one = 40 + s_anna.Length;
        Assert.Equal(s_anna, Entries(await QueryAsync(peer, file, All(restart: true), one + 20)).Single().Sid);
        Assert.Equal(s_otto, Entries(await QueryAsync(peer, file, All(), one + 20)).Single().Sid);
        Assert.Equal(NtStatus.BufferTooSmall, (await QueryAsync(peer, file, All(restart: true), one - 1)).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Accounts_are_asked_for_by_name_also_those_that_nobody_knows()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenQuotaFileAsync(peer);

        Assert.Equal(
            [new(s_stranger, default, 0, -1, -1), new(s_otto, default, 50, -1, -1)],
            Entries(await QueryAsync(peer, file, Of(s_stranger, s_otto))));
    }

    [Fact]
    public async Task An_administrator_sets_limits_and_takes_them_away()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenQuotaFileAsync(peer);

        Assert.Equal(NtStatus.Success, await SetAsync(peer, file, new(s_otto, default, 0, 10, 20)));
        Assert.Equal([new(s_otto, default, 50, 10, 20)], Entries(await QueryAsync(peer, file, Of(s_otto))));
        Assert.Equal(NtStatus.Success, await SetAsync(peer, file, new(s_otto, default, 0, -1, 30)));
        Assert.Equal([new(s_otto, default, 50, -1, 30)], Entries(await QueryAsync(peer, file, Of(s_otto))));
        Assert.Equal(NtStatus.Success, await SetAsync(peer, file, new(s_otto, default, 0, 7, -2)));
        Assert.Equal([new(s_otto, default, 50, -1, -1)], Entries(await QueryAsync(peer, file, Of(s_otto))));
        Assert.Equal(NtStatus.InvalidParameter, await SetAsync(peer, file, new(s_otto, default, 0, -3, 1)));
        Assert.Equal(NtStatus.NoneMapped, await SetAsync(peer, file, new(s_stranger, default, 0, 1, 1)));
        Reply malformed = await peer.SendAsync(new SetInfoRequest(InfoType.Quota, 0, 0, file, new byte[39]));
        Assert.Equal(NtStatus.InvalidParameter, malformed.Status);
    }

    [Fact]
    public async Task Others_learn_of_their_own_alone()
    {
        await using TestServer server = await StartAsync(administrator: false);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenQuotaFileAsync(peer);
        Sid self = Token(server).UserSid;

        Assert.Equal(NtStatus.AccessDenied, (await QueryAsync(peer, file, All())).Status);
        Assert.Equal(NtStatus.AccessDenied, (await QueryAsync(peer, file, Of(s_anna))).Status);
        Assert.Equal(NtStatus.AccessDenied, (await QueryAsync(peer, file, Of(self, s_anna))).Status);
        Assert.Equal([new(self, default, 0, -1, -1)], Entries(await QueryAsync(peer, file, Of(self))));
        Assert.Equal(NtStatus.AccessDenied, await SetAsync(peer, file, new(self, default, 0, -1, -1)));
    }

    [Fact]
    public async Task Requests_are_checked()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenQuotaFileAsync(peer);

        byte[] request = Of(s_anna).ToArray();
        async ValueTask<NtStatus> Query(byte[] input) => (await peer.SendAsync(new QueryInfoRequest(
            InfoType.Quota, 0, 4096, 0, QueryInfoFlags.None, file, input))).Status;
        Assert.Equal(NtStatus.Success, await Query(request));
        for (int length = 0; length < request.Length; length++)
            Assert.Equal(NtStatus.InvalidParameter, await Query(request[..length]));
        byte[] start = (All() with { StartSid = s_anna }).ToArray();
        start[12] = 1; // StartSidOffset: its end is beyond the buffer's.
        Assert.Equal(NtStatus.InvalidParameter, await Query(start));
    }

    [Fact]
    public async Task Where_no_quotas_are_kept_it_says_so()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenQuotaFileAsync(peer);

        Assert.Equal(NtStatus.NotSupported, (await QueryAsync(peer, file, All())).Status);
        Assert.Equal(NtStatus.NotSupported, await SetAsync(peer, file, new(s_otto, default, 0, 1, 1)));
        Assert.Equal(0u, await ControlFlagsAsync(peer, file));
        Assert.Equal(FileSystemAttributes.None, await VolumeQuotasAsync(peer, file));
    }

    [Fact]
    public async Task The_volume_says_that_it_keeps_quotas()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenQuotaFileAsync(peer);

        Assert.Equal((uint)(FileSystemControlFlags.QuotaTrack | FileSystemControlFlags.QuotaEnforce), await ControlFlagsAsync(peer, file));
        Assert.Equal(FileSystemAttributes.VolumeQuotas, await VolumeQuotasAsync(peer, file));
    }

    [Fact]
    public async Task The_quota_file_is_no_file()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenQuotaFileAsync(peer);

        Assert.Equal(NtStatus.AccessDenied, (await peer.WriteAsync(file, 0, new byte[1])).Status);
        Assert.True((await peer.ReadAsync(file, 0, 1)).Status.IsError);
        Assert.Equal(NtStatus.AccessDenied, (await peer.SendAsync(
            new SetInfoRequest(InfoType.File, (byte)FileInformationClass.EndOfFile, 0, file, new byte[8]))).Status);
        Assert.True((await peer.CreateAsync(QuotaFile.Name, disposition: CreateDisposition.Create)).Status.IsError);
        Assert.True((await peer.CreateAsync(QuotaFile.Name, disposition: CreateDisposition.Overwrite)).Status.IsError);
        Assert.Equal(
            NtStatus.AccessDenied,
            (await peer.CreateAsync(
                QuotaFile.Name, AccessMask.Delete, CreateDisposition.Open, CreateOptions.DeleteOnClose)).Status);
        await peer.CloseAsync(file);
        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(await OpenQuotaFileAsync(peer))).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task What_the_answer_has_no_room_for_is_not_asked_for()
    {
        var store = new QuotaStore();
        await using TestServer server = await StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenQuotaFileAsync(peer);

        Sid[] sids = [.. Enumerable.Repeat(s_anna, 1000)];
        Assert.Equal(s_anna, Entries(await QueryAsync(peer, file, Of(sids), 40 + s_anna.Length + 20)).Single().Sid);
        Assert.Equal(1, store.Asked);
        sids = [.. Enumerable.Repeat(s_anna, QuotaList.MaxSids + 1)];
        Assert.Equal(NtStatus.InvalidParameter, (await QueryAsync(peer, file, Of(sids))).Status);
    }

    private static async ValueTask<TestServer> StartAsync(bool administrator = true, QuotaStore? store = null)
    {
        var accounts = new LocalAccounts();
        accounts.Add(TestServer.User, TestServer.Password, administrator);
        return await TestServer.StartAsync(o => o with { Accounts = accounts }, store ?? new QuotaStore());
    }

    private static SecurityToken Token(TestServer server) => server.Server.Sessions.All.Single().Identity!.Token;

    private static ValueTask<FileId> OpenQuotaFileAsync(ScriptedPeer peer) =>
        peer.OpenAsync(QuotaFile.Name, AccessMask.FileGenericRead | AccessMask.FileGenericWrite, CreateDisposition.Open);

    private static QueryQuotaInfo All(bool single = false, bool restart = false) => new(single, restart, [], null);

    private static QueryQuotaInfo Of(params Sid[] sids) => new(false, false, sids, null);

    private static ValueTask<Reply> QueryAsync(ScriptedPeer peer, FileId file, QueryQuotaInfo info, int length = 4096) =>
        peer.SendAsync(new QueryInfoRequest(InfoType.Quota, 0, (uint)length, 0, QueryInfoFlags.None, file, info.ToArray()));

    private static IReadOnlyList<QuotaEntry> Entries(Reply reply)
    {
        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.True(QuotaList.TryRead(reply.As<QueryInfoResponse>().Buffer, out var entries));
        return entries;
    }

    private static async ValueTask<NtStatus> SetAsync(ScriptedPeer peer, FileId file, QuotaEntry entry)
    {
        byte[] bytes = new byte[40 + entry.Sid.Length];
        var writer = new WireWriter(bytes);
        Assert.Equal(1, QuotaList.WriteFitting(ref writer, [entry]));
        return (await peer.SendAsync(new SetInfoRequest(InfoType.Quota, 0, 0, file, bytes))).Status;
    }

    private static async ValueTask<uint> ControlFlagsAsync(ScriptedPeer peer, FileId file) => BitConverter.ToUInt32(
        (await VolumeAsync(peer, file, FileSystemInformationClass.Control)).Span[40..]);

    private static async ValueTask<FileSystemAttributes> VolumeQuotasAsync(ScriptedPeer peer, FileId file) =>
        FileSystemAttributes.VolumeQuotas & (FileSystemAttributes)BitConverter.ToUInt32(
            (await VolumeAsync(peer, file, FileSystemInformationClass.Attribute)).Span);

    private static async ValueTask<ReadOnlyMemory<byte>> VolumeAsync(
        ScriptedPeer peer, FileId file, FileSystemInformationClass informationClass) =>
        (await peer.SendAsync(new QueryInfoRequest(
            InfoType.FileSystem, (byte)informationClass, 4096, 0, QueryInfoFlags.None, file, default)))
        .As<QueryInfoResponse>().Buffer;
}
