using System.Net;
using System.Net.Sockets;
using Symbio.Interop.Tests.Clients;

namespace Symbio.Interop.Tests.Servers;

/// <summary>smbd with a configuration of its own: to know that the tests are right. SYMBIO_INTEROP_SERVER=samba.</summary>
public sealed class SambaProcess(ServerSetup setup) : ServerProcess(setup)
{
    protected override async ValueTask<Command> NewCommandAsync()
    {
        string smbd = Peers.Require("smbd");
        if (Setup.Account is not null)
            Assert.Skip("smbd needs root");
        Port = Setup.Port != 0 ? Setup.Port : Port != 0 ? Port : FreePort();
        string configuration = WriteConfiguration();
        foreach (var (user, password) in new[] { (Accounts.User, Accounts.Password), (Accounts.SecondUser, Accounts.SecondPassword) })
        {
            (await new Command(Peers.Require("smbpasswd"), "-c", configuration, "-a", "-s", user) { Input = $"{password}\n{password}\n" }.RunAsync())
                .Succeeded();
        }

        // In a session of its own: when it ends it signals its process group.
        return new Command("/usr/bin/setsid", smbd, "--foreground", "--no-process-group", "--debug-stdout", "-s", configuration);
    }

    protected override async Task ListensAsync(Task said)
    {
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(EndPoint);
                await said;
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }
    }

    protected override bool Read(string line) => line.Contains("smbd version", StringComparison.Ordinal);

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private string WriteConfiguration()
    {
        string Own(string name) => Directory.CreateDirectory(Path.Combine(Folder, "samba", name)).FullName;
        string file = Path.Combine(Folder, "smb.conf");
        string shares = string.Concat(Setup.Shares.Select(s => $"""
            [{s.Name}]
            path = {PathOf(s.Name)}
            read only = {(s.ReadOnly ? "yes" : "no")}
            server smb encrypt = {(s.Encrypt ? "required" : "default")}
            ea support = yes
            store dos attributes = yes
            map archive = no
            vfs objects = acl_xattr catia streams_xattr
            catia:mappings = 0x22:0xf020,0x2a:0xf021,0x3a:0xf022,0x3c:0xf023,0x3e:0xf024,0x3f:0xf025,0x5c:0xf026,0x7c:0xf027

            """));
        File.WriteAllText(file, $"""
            [global]
            server role = standalone server
            smb ports = {Port}
            interfaces = {Address}/8
            bind interfaces only = yes
            disable netbios = yes
            disable spoolss = yes
            load printers = no
            private dir = {Own("private")}
            lock directory = {Own("lock")}
            state directory = {Own("state")}
            cache directory = {Own("cache")}
            pid directory = {Own("pid")}
            ncalrpc dir = {Own("ncalrpc")}
            log level = 1
            usershare max shares = 0
            map to guest = never
            server min protocol = SMB2_02
            server signing = {(Setup.RequireSigning ? "mandatory" : "default")}
            {Setup.SambaGlobal}
            {shares}
            """);
        return file;
    }
}
