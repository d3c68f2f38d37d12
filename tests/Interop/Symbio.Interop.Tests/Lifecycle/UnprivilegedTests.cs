using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Lifecycle;

/// <summary>A server without privileges: everything is done as its own account.</summary>
public sealed class UnprivilegedServer() : ServerFixture(new ServerSetup { Account = Environment.IsPrivilegedProcess ? "nobody" : null })
{
    /// <summary>As who else could it run?</summary>
    public static bool Possible => Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv");

    public override ValueTask InitializeAsync() => Possible ? base.InitializeAsync() : ValueTask.CompletedTask;

    public override ValueTask DisposeAsync() => Possible ? base.DisposeAsync() : Server.DisposeAsync();
}

/// <summary>The same as ever, by an account that may nothing.</summary>
public sealed class UnprivilegedTests(UnprivilegedServer fixture) : IClassFixture<UnprivilegedServer>
{
    private ServerProcess Server => fixture.Server;

    [Fact]
    public async Task Files_streams_and_attributes_work()
    {
        if (!UnprivilegedServer.Possible)
            Assert.Skip("not root, so that all other tests test this");
        string folder = Server.NewClientFolder();
        string hash = TestFile.Create(Path.Combine(folder, "file"), 2_000_000);
        TestFile.Create(Path.Combine(folder, "small"), 1000);
        var smbclient = new SmbclientPeer(Server) { Folder = folder };

        CommandResult result = await smbclient.RunAsync(
            "mkdir d", "put file d/f", "get d/f back", "put small d/f:stream", "setea d/f COLOUR green", "geteas d/f", "setmode d/f +h",
            "allinfo d/f", "rename d/f d/g");

        result.Matches(@"COLOUR \(0\) =");
        result.Matches(@"^stream: \[:stream:\$DATA\], 1000 bytes");
        result.Matches(@"^attributes: \w*H");
        Assert.Equal(hash, TestFile.Hash(Path.Combine(folder, "back")));
        string path = Server.PathOf(ShareNames.Files, "d/g");
        Assert.Equal(hash, TestFile.Hash(path));
        Assert.All(Native.ExtendedAttributes(path), n => Assert.StartsWith("user.", n));
        await smbclient.RunAsync("deltree d");
    }
}
