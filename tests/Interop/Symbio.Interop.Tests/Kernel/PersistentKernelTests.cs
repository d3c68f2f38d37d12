using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Kernel;

/// <summary>Linux' cifs.ko with persistent handles, which only a continuously available share has.</summary>
public sealed class PersistentKernelTests(AvailableServer fixture) : IClassFixture<AvailableServer>
{
    [Fact]
    public async Task Work_on_persistent_handles()
    {
        if (!Peers.Long)
            Assert.Skip("takes long: ./test kernel, or SYMBIO_LONG=1");
        await new LinuxClientPeer(fixture.Server) { Options = "persistenthandles", Limit = TimeSpan.FromMinutes(10) }
            .RunAsync("basic", "locks");
    }
}
