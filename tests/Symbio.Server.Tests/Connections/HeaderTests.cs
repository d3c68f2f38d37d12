using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

/// <summary>Receiving any message, [MS-SMB2] 3.3.5.2: what ends the connection and what is answered.</summary>
public sealed class HeaderTests
{
    public static TheoryData<string> Broken => ["empty", "short", "protocol", "size", "response", "compressed", "transform"];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_header_ends_the_connection(string how)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] bytes = peer.Build(new EchoRequest(), signs: false);
        bytes = how switch
        {
            "empty" => [],
            "short" => bytes[..63],
            "protocol" => [1, .. bytes[1..]],
            "size" => [.. bytes[..4], 65, .. bytes[5..]],
            "response" => [.. bytes[..16], 1, .. bytes[17..]],
            "compressed" => [0xFC, .. bytes[1..]],
            _ => [0xFD, .. bytes[1..]],
        };

        await peer.SendFrameAsync(bytes);

        Assert.True(await peer.IsClosedAsync());
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // 3.3.5.2.6, as Windows and Samba have it
    [InlineData(0x13)]
    [InlineData(0x14)]
    [InlineData(0xFFFF)]
    public async Task A_command_that_does_not_exist_is_an_invalid_parameter(int command)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        ulong id = peer.NextMessageId;
        await peer.SendFrameAsync(peer.Build(new EchoRequest(), true, change: h => h with { Command = (Smb2Command)command }));

        Assert.Equal(NtStatus.InvalidParameter, (await peer.WaitAsync(id)).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_command_before_negotiate_ends_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (Smb2Command command in Enum.GetValues<Smb2Command>())
        {
            if (command is Smb2Command.Negotiate or Smb2Command.Cancel)
                continue;
            await using ScriptedPeer peer = server.Connect();
            await peer.SendFrameAsync(peer.Build(new EchoRequest(), false, change: h => h with { Command = command }));
            Assert.True(await peer.IsClosedAsync());
        }

        Assert.Empty(server.Log.Errors);
    }

    [Fact] // 3.3.5.2.6
    public async Task A_body_cut_short_is_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        foreach (Smb2Command command in Enum.GetValues<Smb2Command>())
        {
            if (command is Smb2Command.Cancel or Smb2Command.Negotiate or Smb2Command.ServerToClientNotification)
                continue;
            byte[] bytes = peer.Build(new EchoRequest(), false, change: h => h with { Command = command });
            bytes = bytes[..65];
            peer.Session.Signer!.Sign(bytes);
            Assert.Equal(NtStatus.InvalidParameter, (await peer.ExchangeAsync(bytes)).Status);
        }

        Assert.Empty(server.Log.Errors);
    }

    [Fact] // 3.3.5.17
    public async Task An_echo_needs_no_session()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb210);

        Reply reply = await peer.SendAsync(new EchoRequest());

        Assert.Equal(NtStatus.Success, reply.Status);
    }

    [Theory] // 3.3.5.17
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_echo_that_names_a_session_is_about_that_session(bool signs)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Reply unsigned = await peer.ExchangeAsync(peer.Build(new EchoRequest(), signs: false));
        Reply signed = await peer.ExchangeAsync(peer.Build(new EchoRequest(), signs: true));
        await peer.SendAsync(new LogoffRequest());
        Reply late = await peer.ExchangeAsync(peer.Build(new EchoRequest(), signs));

        Assert.Equal(NtStatus.AccessDenied, unsigned.Status); // The session must sign.
        Assert.Equal((NtStatus.Success, true), (signed.Status, signed.SignatureValid));
        Assert.Equal(NtStatus.UserSessionDeleted, late.Status);
    }

    [Fact] // 3.3.5.2.4
    public async Task A_negotiate_that_says_it_is_signed_is_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        var request = new NegotiateRequest(
            IdList<Dialect>.Of(Dialect.Smb210), SecurityMode.SigningEnabled, Capabilities.None, Guid.NewGuid(), 0, default);

        Reply reply = await peer.ExchangeAsync(peer.Build(request, signs: false, flags: Smb2HeaderFlags.Signed));

        Assert.Equal(NtStatus.InvalidParameter, reply.Status);
        Assert.Equal(NtStatus.Success, (await peer.NegotiateAsync(Dialect.Smb311)).Status);
    }

    [Fact]
    public async Task Nothing_is_answered_after_what_ends_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] bad = peer.Build(new EchoRequest(), false, change: h => h with { MessageId = 1_000_000 });
        byte[] create = peer.Build(ScriptedPeer.Create("a.txt"), signs: true);

        await peer.SendFrameAsync(bad);
        await peer.SendFrameAsync(create);

        Assert.True(await peer.IsClosedAsync());
        await Assert.ThrowsAsync<IOException>(async () => await peer.WaitAsync(peer.NextMessageId - 1));
        await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact]
    public async Task A_frame_that_is_too_long_before_logon_ends_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        await peer.SendFrameAsync(new byte[(128 << 10) + 1]);

        Assert.True(await peer.IsClosedAsync());
        Assert.Empty(server.Log.Errors);
    }
}
