using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Kernel;

/// <summary>Linux' cifs.ko with persistent handles, which only a continuously available share has.</summary>
public sealed class PersistentKernelTests(AvailableServer fixture) : IClassFixture<AvailableServer>
{
    [Fact]
    public async Task Work_on_persistent_handles()
    {
        await Client().RunAsync("basic", "locks");
    }

    [Fact]
    public async Task Handles_and_locks_come_back_after_the_connection_was_cut()
    {
        await Client().RunReconnectAsync();
    }

    [Fact]
    public async Task Nothing_is_lost_while_the_connection_is_cut_every_second()
    {
        await Client().RunAsync(LinuxClientPeer.ScriptOf("cuts"));
    }

    private LinuxClientPeer Client()
    {
        if (!Peers.Long)
            Assert.Skip("takes long: ./test kernel, or SYMBIO_LONG=1");
        return new LinuxClientPeer(fixture.Server) { Options = "persistenthandles", Limit = TimeSpan.FromMinutes(10) };
    }
}
