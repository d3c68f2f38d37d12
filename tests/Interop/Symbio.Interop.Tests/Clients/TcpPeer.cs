using Symbio.Interop.Tests.Servers;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;
using Symbio.Transport;
using Symbio.Transport.Tcp;

namespace Symbio.Interop.Tests.Clients;

/// <summary>A scripted peer over TCP.</summary>
internal static class TcpPeer
{
    public static async Task<ScriptedPeer> ConnectAsync(
        ServerProcess server, string share = ShareNames.Files, PeerOptions? options = null)
    {
        var peer = new ScriptedPeer(await TcpTransport.ConnectAsync(server.EndPoint, new FramePool(), CancellationToken.None));
        Require(await peer.NegotiateAsync(Dialect.Smb311, options));
        Require(await peer.LogOnAsync(Accounts.User, Accounts.Password));
        Require(await peer.TreeConnectAsync(share));
        return peer;
    }

    public static void Require(Reply reply)
    {
        if (reply.Status != NtStatus.Success)
            Assert.Fail($"{reply.Header.Command}: {reply.Status}");
    }
}
