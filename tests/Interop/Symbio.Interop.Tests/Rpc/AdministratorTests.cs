using System.Globalization;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Rpc;

/// <summary>A server whose first user is an administrator.</summary>
public sealed class AdministeredServer() : ServerFixture(new ServerSetup { Administrator = true });

/// <summary>What only administrators may ask for.</summary>
public sealed class AdministratorTests(AdministeredServer fixture) : IClassFixture<AdministeredServer>
{
    private ServerProcess Server => fixture.Server;

    [Theory]
    [InlineData("netshareenum", "netname: files")]
    [InlineData("netshareenum 1", "netname: files")]
    [InlineData("netshareenum 2", "netname: files")]
    [InlineData("netshareenum 502", "netname: files")]
    [InlineData("netshareenumall", "netname: IPC$")]
    [InlineData("netsharegetinfo files 1", "netname: files")]
    [InlineData("netsharegetinfo files 2", "netname: files")]
    [InlineData("netsharegetinfo files 502", "netname: files")]
    [InlineData("netsharegetinfo files 1005", "")]
    [InlineData("netsessenum", "Received 1 entries")]
    [InlineData("netfileenum", "")]
    [InlineData("netconnenum files", "")]
    [InlineData("srvinfo 102", "server type")]
    [InlineData("wkssvc_wkstagetinfo", "")]
    public async Task State_is_shown(string command, string text)
    {
        CommandResult result = (await TryAsync(command)).Succeeded();

        result.DoesNotSay("NT_STATUS_").DoesNotSay("WERR_").Says(text);
    }

    [Fact]
    public async Task Open_files_and_connections_are_shown()
    {
        SkipUnlessSymbio();
        Server.WriteLocal(ShareNames.Files, "held open", "x"u8);
        SmbclientPeer smbclient = new(Server);

        // "open" keeps it open while the other clients look.
        CommandResult result = await smbclient.RunInteractiveAsync(
            "open \"held open\"", $"!{Rpcclient("netfileenum")}", $"!{Rpcclient("netconnenum files")}");

        result.Says(@"\held open").DoesNotSay("WERR_");
    }

    private Command Rpcclient(string command) =>
        new(Peers.Require("rpcclient"), "-p", Server.Port.ToString(CultureInfo.InvariantCulture), "-s", Server.ClientConfiguration,
            "-A", Server.AuthenticationFile, Server.Address, "-c", command)
        {
            Context = () => Server.LogTail,
        };

    private Task<CommandResult> TryAsync(string command)
    {
        SkipUnlessSymbio();
        return Rpcclient(command).RunAsync();
    }

    private void SkipUnlessSymbio()
    {
        if (!Server.IsSymbio)
            Assert.Skip("smbd's administrators are root's business");
    }
}
