using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;

namespace Symbio.Server.Tests.Apple;

/// <summary>AFP_AfpInfo, AFP_Resource, and streams of no bytes, as macOS and smbtorture's vfs.fruit know them.</summary>
public sealed class AppleStreamTests
{
    private const string Info = "a:AFP_AfpInfo";
    private const string Fork = "a:AFP_Resource";

    [Fact]
    public async Task Nothing_kept_reads_as_an_info_that_says_nothing()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await StartAsync(server);
        Assert.Equal(NtStatus.ObjectNameNotFound, await peer.TryOpenAsync(Info));

        Reply created = await peer.CreateAsync(Info);
        FileId info = created.As<CreateResponse>().FileId;
        byte[] content = (await peer.ReadAsync(info, 0, 100)).As<ReadResponse>().Data.ToArray();

        Assert.Equal((CreateAction.Created, 60), (created.As<CreateResponse>().CreateAction, content.Length));
        Assert.True(AfpInfo.IsValid(content));
        Assert.False(AfpInfo.IsWorthKeeping(content));
        Assert.Empty(await peer.StreamsAsync("a"));
        Assert.Equal(NtStatus.ObjectNameNotFound, await peer.TryOpenAsync(Info)); // Open is not there yet.
    }

    [Theory]
    [InlineData(0, 60, true)]
    [InlineData(0, 100, true)]
    [InlineData(7, 60, true)] // There is one place for it.
    [InlineData(0, 30, true)] // What is missing is zeros.
    [InlineData(0, 2, false)]
    [InlineData(1, 59, false)]
    public async Task A_write_is_of_an_info_or_refused(int offset, int length, bool accepted)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await StartAsync(server);
        byte[] content = [.. ApplePeer.Info(), .. new byte[40]];

        FileId info = await peer.OpenAsync(Info);
        Reply reply = await peer.WriteAsync(info, (ulong)offset, content.AsMemory(0, length));
        await peer.CloseAsync(info);

        Assert.Equal(accepted ? NtStatus.Success : NtStatus.InvalidParameter, reply.Status);
        if (!accepted)
        {
            Assert.Empty(await peer.StreamsAsync("a"));
            return;
        }

        Assert.Equal([":AFP_AfpInfo:$DATA 60"], await peer.StreamsAsync("a"));
        Assert.Equal(length < 60 ? [.. content[..length], .. new byte[60 - length]] : content[..60], await peer.ReadFileAsync(Info));
    }

    [Theory]
    [InlineData(0)] // The signature,
    [InlineData(6)] // and the version.
    public async Task What_is_no_info_is_refused(int wrong)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await StartAsync(server);
        byte[] content = ApplePeer.Info();
        content[wrong] ^= 1;

        Reply reply = await peer.WriteAsync(await peer.OpenAsync(Info), 0, content);

        Assert.Equal(NtStatus.InvalidParameter, reply.Status);
    }

    [Fact]
    public async Task Its_size_stays()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await StartAsync(server);
        await peer.WriteFileAsync(Info, ApplePeer.Info());
        FileId info = await peer.OpenAsync(Info);

        Assert.Equal(NtStatus.AllottedSpaceExceeded, (await peer.SetInfoAsync(info, new FileEndOfFileInformation(61))).Status);
        Assert.Equal(NtStatus.Success, (await peer.SetInfoAsync(info, new FileEndOfFileInformation(1))).Status);
        Assert.Equal(NtStatus.Success, (await peer.SetInfoAsync(info, new FileEndOfFileInformation(0))).Status);

        Assert.Equal(ApplePeer.Info(), await peer.ReadFileAsync(Info));
    }

    [Fact] // While it is open, too; and another handle can still be used.
    public async Task One_of_zeros_is_gone()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await StartAsync(server);
        await peer.WriteFileAsync(Info, ApplePeer.Info());
        FileId first = await peer.OpenAsync(Info);
        FileId second = await peer.OpenAsync(Info);

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(first, 0, ApplePeer.Info(""))).Status);

        Assert.Empty(await peer.StreamsAsync("a"));
        Assert.Equal(NtStatus.ObjectNameNotFound, await peer.TryOpenAsync(Info));
        await peer.CloseAsync(first);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(second, 0, ApplePeer.Info("otherone"))).Status);
        Assert.Equal(ApplePeer.Info("otherone"), await peer.ReadFileAsync(Info));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_can_be_deleted_and_overwritten(bool overwrites)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await StartAsync(server);
        await peer.WriteFileAsync(Info, ApplePeer.Info());

        FileId info = await peer.OpenAsync(
            Info, disposition: overwrites ? CreateDisposition.Overwrite : CreateDisposition.Open,
            options: overwrites ? CreateOptions.None : CreateOptions.DeleteOnClose);
        await peer.CloseAsync(info);

        Assert.Empty(await peer.StreamsAsync("a"));
    }

    [Fact] // Written by who knows nothing of it, on another share of the same files.
    public async Task What_others_have_left_there_is_not_shown()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [.. o.Shares, o.Shares[0] with { Name = "plain", AppleExtensions = false }] });
        await using ScriptedPeer peer = await StartAsync(server);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync(share: "plain");
        await other.WriteFileAsync(Info, "foo"u8.ToArray());

        Assert.Equal([":AFP_AfpInfo:$DATA 3"], await other.StreamsAsync("a"));
        Assert.Empty(await peer.StreamsAsync("a"));
        Assert.Equal(NtStatus.ObjectNameNotFound, await peer.TryOpenAsync(Info));

        await peer.WriteFileAsync(Info, ApplePeer.Info());
        Assert.Equal(ApplePeer.Info(), await other.ReadFileAsync(Info));
    }

    [Fact]
    public async Task A_resource_fork_is_there_when_it_has_bytes()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await StartAsync(server);
        FileId fork = await peer.OpenAsync(Fork);
        Assert.Equal(NtStatus.ObjectNameNotFound, await peer.TryOpenAsync(Fork));
        await peer.WriteAsync(fork, 0, new byte[10]);
        Assert.Equal(NtStatus.ObjectNameCollision, await peer.TryOpenAsync(Fork, CreateDisposition.Create));
        Assert.Equal([":AFP_Resource:$DATA 10"], await peer.StreamsAsync("a"));

        Assert.Equal(NtStatus.Success, (await peer.SetInfoAsync(fork, new FileEndOfFileInformation(0))).Status);

        Assert.Equal(NtStatus.ObjectNameNotFound, await peer.TryOpenAsync(Fork));
        Assert.Empty(await peer.StreamsAsync("a"));
        FileId again = await peer.OpenAsync(Fork); // What is written by it is not lost with the first handle.
        await peer.WriteAsync(again, 0, "foo"u8.ToArray());
        await peer.CloseAsync(again);
        await peer.CloseAsync(fork);
        Assert.Equal("foo"u8.ToArray(), await peer.ReadFileAsync(Fork));
    }

    [Fact]
    public async Task A_resource_fork_cannot_be_deleted()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await StartAsync(server);
        await peer.WriteFileAsync(Fork, "foo"u8.ToArray());

        FileId fork = await peer.OpenAsync(Fork);
        Assert.Equal(NtStatus.Success, (await peer.DeleteAsync(fork)).Status);
        await peer.CloseAsync(fork);

        Assert.Equal("foo"u8.ToArray(), await peer.ReadFileAsync(Fork));
    }

    [Fact]
    public async Task To_macOS_an_empty_stream_is_none()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer mac = await StartAsync(server);
        await using ScriptedPeer windows = await server.ConnectAuthenticatedAsync();
        await mac.QueryAppleAsync();

        await windows.WriteFileAsync("a:empty", []);
        await mac.WriteFileAsync("a:none", []);
        FileId foo = await mac.OpenAsync("a:foo");
        await mac.WriteAsync(foo, 0, new byte[10]);
        await mac.SetInfoAsync(foo, new FileEndOfFileInformation(0));
        await mac.CloseAsync(foo);

        Assert.Equal([":empty:$DATA 0"], await windows.StreamsAsync("a"));
        Assert.Empty(await mac.StreamsAsync("a"));
        Assert.Equal(NtStatus.ObjectNameNotFound, await mac.TryOpenAsync("a:empty"));
    }

    [Fact]
    public async Task Nothing_stays_behind()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using (ScriptedPeer peer = await StartAsync(server))
        {
            await peer.WriteFileAsync(Info, ApplePeer.Info());
            await peer.OpenAsync(Fork);
        }

        Assert.Empty(await server.LeftoversAsync());
    }

    // With a file "a".
    private static async Task<ScriptedPeer> StartAsync(TestServer server)
    {
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.WriteFileAsync("a", "data"u8.ToArray());
        return peer;
    }
}
