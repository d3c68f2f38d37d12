using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Kernel;

/// <summary>Linux' cifs.ko with handles that outlive the connection; persistent ones only a continuously available share has.</summary>
public sealed class PersistentKernelTests(AvailableServer fixture) : IClassFixture<AvailableServer>
{
    private const string Persistent = "persistenthandles";

    [Fact]
    public async Task Work_on_persistent_handles()
    {
        await Client(Persistent).RunAsync("basic", "locks");
    }

    [Theory]
    [InlineData("")] // Durable ones.
    [InlineData(Persistent)]
    [InlineData("resilienthandles")]
    public async Task Handles_and_locks_come_back_after_the_connection_was_cut(string options)
    {
        LinuxClientPeer client = Client(options);
        client = client with { ToolOptions = ["--add", LinuxClientPeer.ExampleOf("reconnect") + ":/opt/example.sh"] };
        await client.RunAsync(LinuxClientPeer.ScriptOf("reconnect"));
    }

    [Fact]
    public async Task Nothing_is_lost_while_the_connection_is_cut_every_second()
    {
        await Client(Persistent).RunAsync(LinuxClientPeer.ScriptOf("cuts"));
    }

    private LinuxClientPeer Client(string options)
    {
        if (!Peers.Long)
            Assert.Skip("takes long: ./test kernel, or SYMBIO_LONG=1");
        return new LinuxClientPeer(fixture.Server) { Options = options, Limit = TimeSpan.FromMinutes(10) };
    }
}
