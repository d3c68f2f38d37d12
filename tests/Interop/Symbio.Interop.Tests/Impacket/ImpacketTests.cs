using System.Globalization;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Impacket;

/// <summary>
/// impacket, a client in Python that has nothing in common with Samba. The scripts check, and say "done". (3.1.1 is left
/// out: impacket 0.10 signs its sessions wrongly, and smbd turns it away too.)
/// </summary>
public sealed class ImpacketTests(DefaultServer fixture) : IClassFixture<DefaultServer>
{
    private ServerProcess Server => fixture.Server;

    [Theory]
    [InlineData("2.0.2")]
    [InlineData("2.1")]
    [InlineData("3.0")]
    public async Task Files_are_worked_with(string dialect)
    {
        await RunAsync("session.py", ShareNames.Files, dialect);
    }

    [Fact]
    public async Task Encrypted_share_is_worked_with()
    {
        await RunAsync("session.py", ShareNames.Secret, "3.0");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(2000)]
    public async Task Rpc_works_in_fragments(int size)
    {
        await RunAsync("rpc.py", ShareNames.Files, size.ToString(CultureInfo.InvariantCulture));
    }

    private async Task RunAsync(string script, params string[] arguments)
    {
        var command = new Command(Peers.RequireImpacket(),
            [
                Path.Combine(AppContext.BaseDirectory, "Scripts", script), Server.Address, Server.Port.ToString(CultureInfo.InvariantCulture),
                Accounts.User, Accounts.Password, .. arguments,
            ])
        {
            Context = () => Server.LogTail,
        };
        (await command.RunAsync()).Succeeded().Says("done");
    }
}
