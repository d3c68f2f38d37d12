using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Kernel;

/// <summary>
/// Linux' cifs.ko with two network cards, and a server with two addresses: a session of several channels. Both are in a
/// network namespace, because the client opens further channels on port 445 only.
/// </summary>
public sealed class MultichannelKernelTests
{
    private const string Cards = "2";

    [Fact]
    public async Task Data_goes_over_two_channels()
    {
        if (!Peers.Long)
            Assert.Skip("takes long: ./test kernel, or SYMBIO_LONG=1");
        Peers.RequireRoot("it makes a network namespace");
        string tool = Peers.RequireLinuxClient();
        string network = $"symbio-lc-{Environment.ProcessId}";
        (await new Command(tool, "--netns-up", network, "--nics", Cards).RunAsync()).Succeeded();
        try
        {
            await using ServerProcess server = ServerProcess.Create(new ServerSetup
            {
                Address = "0.0.0.0",
                Port = 445,
                Through = [Peers.Require("ip"), "netns", "exec", network],
            });
            await server.StartAsync();
            await new LinuxClientPeer(server)
            {
                Options = "multichannel,max_channels=2", ToolOptions = ["--netns", network, "--nics", Cards],
            }.RunAsync("multichannel");
            Assert.Empty(server.ErrorLines);
        }
        finally
        {
            (await new Command(tool, "--netns-down", network).RunAsync()).Succeeded();
        }
    }
}
