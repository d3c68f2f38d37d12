using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Leases;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Commands;

/// <summary>
/// Who overwrites a file deletes its named streams, [MS-FSA] 2.1.5.1.2. Those that are open go with their last handle, as all
/// that is deleted does, 2.1.5.5.
/// </summary>
public sealed class OverwrittenStreamsTests
{
    private const AccessMask ReadAndWrite = AccessMask.ReadData | AccessMask.WriteData;

    [Theory]
    [InlineData(CreateDisposition.Overwrite)]
    [InlineData(CreateDisposition.OverwriteIf)]
    [InlineData(CreateDisposition.Supersede)]
    public async Task A_stream_that_is_open_goes_with_its_last_handle(CreateDisposition disposition)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync("a.txt:closed"));
        FileId stream = await peer.OpenAsync("a.txt:open", ReadAndWrite);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(stream, 0, "kept"u8.ToArray())).Status);

        await other.CloseAsync(await other.OpenAsync("a.txt", AccessMask.WriteData, disposition));

        Assert.Equal(NtStatus.ObjectNameNotFound, await LookAsync(other, "a.txt:closed"));
        Assert.Equal(NtStatus.DeletePending, await LookAsync(other, "a.txt:open"));
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(stream, 4, " on"u8.ToArray())).Status);
        Assert.Equal("kept on"u8.ToArray(), (await peer.ReadAsync(stream, 0, 100)).As<ReadResponse>().Data.ToArray());
        await peer.CloseAsync(stream);
        Assert.Equal(NtStatus.ObjectNameNotFound, await LookAsync(other, "a.txt:open"));
        Assert.Equal(NtStatus.Success, await LookAsync(other, "a.txt"));
    }

    [Theory]
    [InlineData(CreateDisposition.OverwriteIf, NtStatus.Success)]
    [InlineData(CreateDisposition.Supersede, NtStatus.SharingViolation)] // It asks for DELETE.
    public async Task Who_does_not_share_deletion_keeps_others_from_superseding(CreateDisposition disposition, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId stream = await peer.OpenAsync(
            "a.txt:open", ReadAndWrite, share: ShareAccess.Read | ShareAccess.Write);

        Reply reply = await peer.CreateAsync("a.txt", AccessMask.WriteData | AccessMask.Delete, disposition);
        if (disposition != CreateDisposition.Supersede)
            reply = await peer.CreateAsync("a.txt", AccessMask.WriteData, disposition);

        Assert.Equal(expected, reply.Status);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(stream, 0, "kept"u8.ToArray())).Status);
    }

    [Fact]
    public async Task A_stream_of_which_only_a_handle_is_cached_goes_at_once()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId cached = await peer.LeaseAsync("a.txt:cached", 1, RH);

        ulong overwriting = await other.PostWaitingAsync(
            ScriptedPeer.Create("a.txt", AccessMask.WriteData, CreateDisposition.Overwrite));
        LeaseBreakNotification told = await peer.LeaseBreakAsync();
        Assert.Equal((RH, R), (told.CurrentLeaseState, told.NewLeaseState));
        await peer.CloseAsync(cached);

        Assert.Equal(NtStatus.Success, (await other.WaitAsync(overwriting)).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, await LookAsync(other, "a.txt:cached"));
    }

    [Fact]
    public async Task By_whichever_name_a_stream_is_open_it_is_the_same()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        Assert.Equal(
            NtStatus.Success, (await peer.SetInfoAsync(file, new Protocol.Fscc.FileLinkInformation(false, 0, "b.txt"))).Status);
        await peer.CloseAsync(file);
        FileId stream = await peer.OpenAsync("b.txt:open", ReadAndWrite);

        await peer.CloseAsync(await peer.OpenAsync("a.txt", AccessMask.WriteData, CreateDisposition.Overwrite));

        Assert.Equal(NtStatus.DeletePending, await LookAsync(peer, "a.txt:open"));
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(stream, 0, "kept"u8.ToArray())).Status);
        await peer.CloseAsync(stream);
        Assert.Equal(NtStatus.ObjectNameNotFound, await LookAsync(peer, "a.txt:open"));
    }

    private static async Task<NtStatus> LookAsync(ScriptedPeer peer, string name)
    {
        Reply reply = await peer.CreateAsync(name, AccessMask.ReadAttributes, CreateDisposition.Open);
        if (reply.Status == NtStatus.Success)
            await peer.CloseAsync(reply.As<CreateResponse>().FileId);
        return reply.Status;
    }
}
