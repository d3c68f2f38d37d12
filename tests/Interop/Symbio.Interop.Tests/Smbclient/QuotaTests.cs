using System.Net;
using System.Net.Sockets;
using Symbio.Identity;
using Symbio.Interop.Tests.Clients;
using Symbio.Testing;

namespace Symbio.Interop.Tests.Smbclient;

/// <summary>
/// smbcquotas, which knows no port but 445: with a server in this process, on an address of the loopback that no other has.
/// Hardly a test machine's file system keeps quotas, so that the store is one that says it does.
/// </summary>
public sealed class QuotaTests
{
    private static readonly IPEndPoint s_endpoint = new(IPAddress.Parse("127.0.0.45"), 445);

    [Fact]
    public async Task Quotas_are_listed_and_set()
    {
        Peers.Require("smbcquotas");
        Peers.RequireRoot("the port is 445");
        RequireFreePort();
        var accounts = new LocalAccounts();
        accounts.Add(TestServer.User, TestServer.Password, administrator: true);
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Accounts = accounts, Endpoints = [s_endpoint] }, new QuotaStore());

        CommandResult list = await RunAsync("-L");
        list.Matches($@"{QuotaStore.Anna}\s*:\s*100/\s*200/\s*300");
        list.Matches($@"{QuotaStore.Otto}\s*:\s*50/\s*{ulong.MaxValue}/\s*{ulong.MaxValue}"); // No limit.
        await RunAsync("-S", $"UQLIM:{QuotaStore.Otto}:1000/2000");
        (await RunAsync("-L")).Matches($@"{QuotaStore.Otto}\s*:\s*50/\s*1000/\s*2000");
        (await RunAsync("-u", QuotaStore.Anna.ToString())).Matches(@":\s*100/\s*200/\s*300");
        await RunAsync("-F");
        Assert.Empty(server.Log.Errors);
    }

    private static async Task<CommandResult> RunAsync(params string[] what)
    {
        var command = new Command(
            Peers.Require("smbcquotas"),
            [$"//{s_endpoint.Address}/{TestServer.Share}", "-n", "-U", $"{TestServer.User}%{TestServer.Password}", .. what]);
        return (await command.RunAsync()).Succeeded();
    }

    private static void RequireFreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(s_endpoint);
        }
        catch (SocketException)
        {
            Assert.Skip("Port 445 is taken.");
        }
    }
}
