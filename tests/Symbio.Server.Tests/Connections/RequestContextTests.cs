using Symbio.Server.Connections;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

public sealed class RequestContextTests
{
    [Fact] // A request ended on another thread before the receive loop came to say that it does not wait for it.
    public async Task What_the_receive_loop_says_too_late_does_not_count_for_the_next_frame()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        var context = new RequestContext(Assert.Single(server.Server.Connections));
        context.BeginFrame(null!);
        context.Reset();
        Assert.True(context.TryLeaveReceiveLoop());

        context.BeginFrame(null!);

        Assert.True(context.TryHoldReceiveLoop());
        Assert.False(context.TryLeaveReceiveLoop());
        Assert.True(context.HoldsReceiveLoop);
    }
}
