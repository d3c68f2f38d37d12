using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

/// <summary>Credits, [MS-SMB2] 3.3.1.1, 3.3.1.2, 3.3.5.2.3 and 3.3.5.2.5.</summary>
public sealed class CreditTests
{
    [Fact]
    public async Task Eight_mebibytes_are_written_and_read_at_once()
    {
        const int Size = 8 << 20;
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Credits = 512 });
        FileId file = await peer.OpenAsync("a.txt");
        byte[] data = new byte[Size];
        new Random(3).NextBytes(data);

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, data)).Status);
        Reply read = await peer.ReadAsync(file, 0, Size);

        Assert.True(data.AsSpan().SequenceEqual(read.As<ReadResponse>().Data.Span));
        Assert.Equal(Size / 65536, read.Header.CreditCharge);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.ReadAsync(file, 0, Size + 1)).Status);
    }

    [Theory]
    [InlineData(0, 65536u, NtStatus.Success)]
    [InlineData(1, 65536u, NtStatus.Success)]
    [InlineData(0, 65537u, NtStatus.InvalidParameter)]
    [InlineData(1, 65537u, NtStatus.InvalidParameter)]
    [InlineData(2, 65537u, NtStatus.Success)]
    [InlineData(2, 131073u, NtStatus.InvalidParameter)]
    public async Task A_request_pays_for_the_larger_of_what_goes_and_what_comes(int charge, uint size, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        FileId root = await peer.OpenAsync("");
        await peer.WriteAsync(file, 0, new byte[200_000]);

        Reply read = await SendAsync(new ReadRequest(0, ReadFlags.None, size, 0, file, 0, Channel.None, 0, default));
        Reply write = await SendAsync(new WriteRequest(
            Smb2Header.Size + WriteRequest.FixedSize, size, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[size]));
        Reply list = await SendAsync(new QueryDirectoryRequest(
            (byte)FileInformationClass.Names, QueryDirectoryFlags.RestartScans, 0, root, size, "*\0"u8.ToArray()));
        Reply notify = await SendAsync(new ChangeNotifyRequest(
            default, size, await peer.OpenAsync("", AccessMask.ReadAttributes), CompletionFilter.FileName));

        Assert.Equal(expected, read.Status);
        Assert.Equal(expected, write.Status);
        Assert.Equal(expected, list.Status);
        Assert.Equal(expected == NtStatus.Success ? NtStatus.AccessDenied : expected, notify.Status); // Which comes after.

        async Task<Reply> SendAsync<T>(T request)
            where T : struct, IRequest<T> =>
            await peer.ExchangeAsync(peer.Build(request, signs: true, change: h => h with { CreditCharge = (ushort)charge }));
    }

    [Fact] // 2.0.2 has no multi-credit requests: every one costs a credit, and 64 KiB is the most.
    public async Task Dialect_2_0_2_ignores_the_charge()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(Dialect.Smb202);
        FileId file = await peer.OpenAsync("a.txt");
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, new byte[65536])).Status);

        byte[] charged = peer.Build(
            new ReadRequest(0, ReadFlags.None, 65536, 0, file, 0, Channel.None, 0, default), true,
            change: h => h with { CreditCharge = 5 });
        peer.NextMessageId -= 4;

        Assert.Equal(NtStatus.Success, (await peer.ExchangeAsync(charged)).Status);
        Assert.Equal(NtStatus.Success, (await peer.ReadAsync(file, 0, 65536)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.ReadAsync(file, 0, 65537)).Status);
    }

    [Theory]
    [InlineData(5000)] // Beyond what was granted.
    [InlineData(-1)] // Used already.
    public async Task A_message_id_outside_the_window_ends_the_connection(int distance)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        await peer.SendFrameAsync(peer.Build(
            new EchoRequest(), true, change: h => h with { MessageId = h.MessageId + (ulong)distance }));

        Assert.True(await peer.IsClosedAsync());
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_charge_beyond_the_window_ends_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        await peer.SendFrameAsync(peer.Build(new EchoRequest(), true, change: h => h with { CreditCharge = ushort.MaxValue }));

        Assert.True(await peer.IsClosedAsync());
    }

    [Fact]
    public async Task Message_ids_may_be_used_in_any_order()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        ulong next = peer.NextMessageId;
        foreach (ulong id in (ulong[])[next + 3, next + 1, next, next + 2])
        {
            Reply reply = await peer.ExchangeAsync(peer.Build(new EchoRequest(), true, change: h => h with { MessageId = id }));
            Assert.Equal(NtStatus.Success, reply.Status);
        }
    }

    [Fact] // smb2.credits.session_setup_credits_granted
    public async Task A_client_gets_what_it_asks_for_up_to_the_bound()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        var options = new PeerOptions { Credits = ushort.MaxValue };

        Assert.Equal(1, (await peer.NegotiateAsync(Dialect.Smb311, options)).Header.Credits); // Nobody knows it yet.
        await peer.LogOnAsync(TestServer.User, TestServer.Password);

        Assert.Equal(8192, peer.Credits);
        await peer.TreeConnectAsync(TestServer.Share);
        Assert.Equal(8192, peer.Credits);
    }

    [Fact] // 3.3.1.2: a client without credits could never speak again.
    public async Task A_client_that_asks_for_none_keeps_what_it_has()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Credits = 0 });
        for (int i = 0; i < 50; i++)
            Assert.Equal(NtStatus.Success, (await peer.SendAsync(new EchoRequest())).Status);

        Assert.True(peer.Credits > 0);
    }

    [Fact] // 3.3.4.2: the interim response gives the credits, the final one none.
    public async Task An_interim_response_grants_and_the_final_one_does_not()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Credits = 3 });
        FileId first = await peer.OpenAsync("a.txt");
        FileId second = await peer.OpenAsync("a.txt");
        await peer.LockAsync(first, new LockElement(0, 1, LockFlags.ExclusiveLock));

        ulong id = await peer.PostAsync(new LockRequest(0, 0, second, new LockElement(0, 1, LockFlags.ExclusiveLock)));
        Reply interim = await peer.WaitAsync(id, acceptInterim: true);
        await peer.LockAsync(first, new LockElement(0, 1, LockFlags.Unlock));
        Reply final = await peer.WaitAsync(id);

        Assert.Equal((NtStatus.Pending, 3), (interim.Status, interim.Header.Credits));
        Assert.Equal((NtStatus.Success, 0), (final.Status, final.Header.Credits));
    }
}
