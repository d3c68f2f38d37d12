// An SMB server inside a program: starts over a store in memory, runs until Enter is pressed, stops.
using System.Net;
using Symbio.Identity;
using Symbio.Server;
using Symbio.Storage.Memory;

await using var server = new SmbServer(new SmbServerOptions
{
    Endpoints = [new IPEndPoint(IPAddress.Loopback, port: 0)], // Any free port.
    Accounts = new LocalAccounts { { "demo", "secret" } },
    Shares = [new ShareOptions { Name = "scratch", Store = new MemoryFileStore(new MemoryStoreOptions()) }],
});
await server.StartAsync();
Console.WriteLine($"smbclient //127.0.0.1/scratch -p {server.Endpoints[0].Port} -U demo%secret");
Console.ReadLine();
await server.StopAsync();
