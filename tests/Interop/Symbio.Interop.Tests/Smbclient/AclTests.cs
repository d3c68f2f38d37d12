using System.Net;
using System.Net.Sockets;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Smbclient;

/// <summary>smbcacls takes no port, so this server has port 445 of a loopback address of its own.</summary>
public sealed class SmbPortServer() : ServerFixture(new ServerSetup { Address = FreeAddress, Port = 445 })
{
    /// <summary>Null when the port cannot be had.</summary>
    public static string? Problem { get; private set; }

    private static string FreeAddress
    {
        get
        {
            string address = $"127.{Random.Shared.Next(64, 255)}.{Random.Shared.Next(256)}.{Random.Shared.Next(1, 255)}";
            try
            {
                using var probe = new TcpListener(IPAddress.Parse(address), 445);
                probe.Start();
            }
            catch (SocketException e)
            {
                Problem = $"port 445 of {address} cannot be had: {e.Message}";
            }

            return address;
        }
    }

    public override async ValueTask InitializeAsync()
    {
        if (Problem is null)
            await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (Problem is null)
            await base.DisposeAsync();
        else
            await Server.DisposeAsync();
    }
}

/// <summary>Access control lists, shown and changed.</summary>
public sealed class AclTests(SmbPortServer fixture) : IClassFixture<SmbPortServer>
{
    private ServerProcess Server => fixture.Server;

    [Fact]
    public async Task Acl_of_a_new_file_is_shown()
    {
        NewFile("shown");

        CommandResult result = await AclAsync("shown");

        result.Matches(@"^REVISION:1$");
        result.Matches(@"^CONTROL:(\w+\|)*SR(\|\w+)*\|DP");
        result.Matches(@"^OWNER:.+\\" + Accounts.User + "$");
        result.Matches(@"^GROUP:.+");
        result.Matches(@"^ACL:.+:ALLOWED/");
    }

    [Fact]
    public async Task Numeric_acl_shows_sids()
    {
        NewFile("numeric");

        CommandResult result = await AclAsync("numeric", "--numeric");

        result.Matches(@"^OWNER:S-1-5-21-\d+-\d+-\d+-\d+$");
        result.Matches(@"^ACL:S-1-[-\d]+:0/0x[0-9a-f]+/0x[0-9a-f]{8}$");
    }

    [Fact]
    public async Task Ace_is_added_changed_and_deleted()
    {
        string path = NewFile("changed");

        await AclAsync("changed", "-a", "ACL:Everyone:ALLOWED/0x0/READ");
        (await AclAsync("changed", "--numeric")).Matches(@"^ACL:S-1-1-0:0/0x0/0x001200a9$");
        Assert.Contains(Native.ExtendedAttributes(path), n => n is "security.NTACL" or "user.NTACL");

        await AclAsync("changed", "-M", "ACL:Everyone:ALLOWED/0x0/CHANGE");
        (await AclAsync("changed", "--numeric")).Matches(@"^ACL:S-1-1-0:0/0x0/0x001301ff$");

        await AclAsync("changed", "-D", "ACL:Everyone:ALLOWED/0x0/CHANGE");
        (await AclAsync("changed", "--numeric")).DoesNotSay("S-1-1-0:0/0x0/0x001301ff");
    }

    [Fact]
    public async Task Acl_is_replaced()
    {
        NewFile("replaced");

        await AclAsync("replaced", "-S", $"ACL:{Accounts.User}:ALLOWED/0x0/FULL,ACL:{Accounts.SecondUser}:DENIED/0x0/W,ACL:S-1-5-11:ALLOWED/0x0/R");
        CommandResult result = await AclAsync("replaced");

        Assert.Equal(3, result.Lines.Count(l => l.StartsWith("ACL:", StringComparison.Ordinal)));
        result.Matches($@"^ACL:.*\\{Accounts.User}:ALLOWED/0x0/FULL$");
        result.Matches($@"^ACL:.*\\{Accounts.SecondUser}:DENIED/0x0/W$");
        result.Matches(@"^ACL:((?i:NT AUTHORITY)\\Authenticated Users|S-1-5-11):ALLOWED/0x0/R$");
    }

    [Fact] // (Without --domain-sid smbcacls crashes on a server without a domain.)
    public async Task Sddl_goes_there_and_back()
    {
        NewFile("sddl");

        await AclAsync("sddl", "--sddl", "--domain-sid=S-1-5-21-1-2-3", "-S", "D:P(A;;0x1f01ff;;;WD)(A;;0x1200a9;;;BA)");

        (await AclAsync("sddl", "--sddl", "--domain-sid=S-1-5-21-1-2-3")).Matches(@"D:P?\w*\(A;;(FA|0x001f01ff);;;WD\)\(A;;(0x001200a9|FRFX|FXFR);;;BA\)");
    }

    [Fact]
    public async Task New_files_inherit()
    {
        string folder = Server.NewClientFolder();
        File.WriteAllText(Path.Combine(folder, "child"), "x");
        string path = Server.PathOf(ShareNames.Files, "parent");
        Directory.CreateDirectory(path);
        Accounts.Own(path);

        await AclAsync("parent", "-S", $"ACL:{Accounts.User}:ALLOWED/OI|CI/FULL,ACL:S-1-5-11:ALLOWED/OI/READ");
        await (new SmbclientPeer(Server) { Folder = folder }).RunAsync("put child parent/child", "mkdir parent/sub");

        CommandResult child = await AclAsync("parent/child", "--numeric");
        // (Whether they are marked as inherited depends on the parent's control bits.)
        child.Matches(@"^ACL:S-1-5-21-[-\d]+:0/0x1?0/0x001f01ff$");
        child.Matches(@"^ACL:S-1-5-11:0/0x1?0/0x001200a9$");
        CommandResult sub = await AclAsync("parent/sub", "--numeric");
        sub.Matches(@"^ACL:S-1-5-21-[-\d]+:0/0x1?3/0x001f01ff$");
        sub.Matches(@"^ACL:S-1-5-11:0/0x1?9/0x001200a9$");
    }

    [Fact]
    public async Task Denied_user_stays_outside()
    {
        string folder = Server.NewClientFolder();
        NewFile("private");
        await AclAsync("private", "-S", $"ACL:{Accounts.User}:ALLOWED/0x0/FULL");
        SmbclientPeer second = new(Server) { Folder = folder, Credentials = ["-A", Server.SecondAuthenticationFile] };

        (await second.TryAsync("get private")).FailedWith("NT_STATUS_ACCESS_DENIED");
        (await second.TryAsync("del private")).Says("NT_STATUS_ACCESS_DENIED");

        await AclAsync("private", "-a", $"ACL:{Accounts.SecondUser}:ALLOWED/0x0/READ");
        await second.RunAsync("get private");
        (await second.TryAsync("put private")).FailedWith("NT_STATUS_ACCESS_DENIED");
    }

    [Fact]
    public async Task Maximal_access_is_told()
    {
        NewFile("maximal");

        (await AclAsync("maximal", "-x")).Matches(@"^Maximum access: 0x1f[0-9a-f]{4}");
    }

    /// <summary>net takes a port and does not use it, so it is tried here.</summary>
    [Fact]
    public async Task Net_lists_shares()
    {
        NewFile("net");
        CommandResult result = (await new Command(Peers.Require("net"),
            "rpc", "share", "list", "-S", Server.Address, "-I", Server.Address, "-s", Server.ClientConfiguration, "-A", Server.AuthenticationFile)
        {
            Context = () => Server.LogTail,
        }.RunAsync()).Succeeded();

        Assert.Contains(ShareNames.Files, result.Lines);
        Assert.Contains("IPC$", result.Lines);
    }

    private string NewFile(string name)
    {
        if (SmbPortServer.Problem is { } problem)
            Assert.Skip(problem);
        return Server.WriteLocal(ShareNames.Files, name, "content"u8);
    }

    private async Task<CommandResult> AclAsync(string name, params string[] arguments)
    {
        if (SmbPortServer.Problem is { } problem)
            Assert.Skip(problem);
        return (await new Command(Peers.Require("smbcacls"),
            [$"//{Server.Address}/{ShareNames.Files}", name, "-s", Server.ClientConfiguration, "-A", Server.AuthenticationFile, .. arguments])
        {
            Context = () => Server.LogTail,
        }.RunAsync()).Succeeded();
    }
}
