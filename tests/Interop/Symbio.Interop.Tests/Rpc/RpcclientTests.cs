using System.Globalization;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Rpc;

/// <summary>Samba's rpcclient on the pipes of IPC$.</summary>
public sealed class RpcclientTests(DefaultServer fixture) : IClassFixture<DefaultServer>
{
    private ServerProcess Server => fixture.Server;

    [Fact]
    public async Task Server_tells_about_itself()
    {
        CommandResult result = await RunAsync("srvinfo");

        result.Matches(@"platform_id\s*:\s*500");
        result.Matches(@"os version\s*:\s*\d+\.\d+");
        result.Matches(@"server type\s*:\s*0x[0-9a-f]+");
    }

    [Theory]
    [InlineData("netshareenum 1")]
    [InlineData("netshareenumall 1")]
    public async Task Shares_are_enumerated(string command)
    {
        CommandResult result = await RunAsync(command);

        foreach (string share in new[] { ShareNames.Files, ShareNames.ReadOnly, ShareNames.Secret })
            result.Says($"netname: {share}");
        if (command.Contains("all", StringComparison.Ordinal))
            result.Says("netname: IPC$");
    }

    [Fact]
    public async Task Share_is_told_about()
    {
        (await RunAsync("netsharegetinfo files 1")).Says("netname: files");
    }

    [Fact]
    public async Task Unknown_share_is_told()
    {
        (await TryAsync("netsharegetinfo nothing-here 1")).FailedWith("WERR_NERR_NETNAMENOTFOUND", "WERR_INVALID_NAME");
    }

    [Theory]
    [InlineData("netsessenum")]
    [InlineData("netfileenum")]
    [InlineData("netconnenum files")]
    public async Task What_others_do_is_for_administrators(string command)
    {
        (await TryAsync(command)).FailedWith("WERR_ACCESS_DENIED");
    }

    [Fact] // rpcclient prints nothing of it; impacket's test looks at the time.
    public async Task Time_of_day_is_told()
    {
        await RunAsync("netremotetod");
    }

    [Fact]
    public async Task Workstation_tells_about_itself()
    {
        await RunAsync("wkssvc_wkstagetinfo");
    }

    [Fact]
    public async Task Policy_names_the_domain()
    {
        CommandResult result = await RunAsync("lsaquery");

        result.Matches(@"^Domain Name: \S+");
        result.Matches(@"^Domain Sid: S-1-5-21-\d+-\d+-\d+|^domain is not a member|NULL SID");
    }

    [Fact]
    public async Task Names_become_sids_and_names_again()
    {
        string sid = (await RunAsync($"lookupnames {Accounts.User}")).Matches($@"^{Accounts.User} (S-1-5-21-\d+-\d+-\d+-\d+) \(User: 1\)").Groups[1].Value;

        CommandResult result = await RunAsync($"lookupsids {sid} S-1-1-0 S-1-5-18 S-1-5-32-544");

        result.Matches($@"^{sid} \S+\\{Accounts.User} \(1\)");
        result.Matches(@"^S-1-1-0 \\?Everyone \(5\)");
        result.Matches(@"^S-1-5-18 (?i:NT AUTHORITY)\\SYSTEM \(5\)");
        result.Matches(@"^S-1-5-32-544 BUILTIN\\Administrators \(4\)");
    }

    [Fact]
    public async Task Unknown_names_are_told()
    {
        (await TryAsync("lookupnames no-such-user-here")).FailedWith("NT_STATUS_NONE_MAPPED");
        (await TryAsync("lookupsids S-1-5-21-1-2-3-4444")).Matches(@"\*unknown\*|NT_STATUS_NONE_MAPPED");
    }

    [Fact]
    public async Task Many_names_at_once()
    {
        string names = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"no-such-user-{i}"));

        (await RunAsync($"lookupnames {Accounts.User} {names}")).Matches($@"^{Accounts.User} S-1-5-21-");
    }

    private string Port => Server.Port.ToString(CultureInfo.InvariantCulture);

    private async Task<CommandResult> RunAsync(string command)
    {
        CommandResult result = (await TryAsync(command)).Succeeded();
        return result.DoesNotSay("NT_STATUS_").DoesNotSay("WERR_");
    }

    private Task<CommandResult> TryAsync(string command) =>
        new Command(Peers.Require("rpcclient"), "-p", Port, "-s", Server.ClientConfiguration, "-A", Server.AuthenticationFile, Server.Address, "-c", command)
        {
            Context = () => Server.LogTail,
        }.RunAsync();
}
