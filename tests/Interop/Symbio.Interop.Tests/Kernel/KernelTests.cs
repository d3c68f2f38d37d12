using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Kernel;

/// <summary>Linux' cifs.ko: the mount that most people will use.</summary>
public sealed class KernelTests(DefaultServer fixture) : IClassFixture<DefaultServer>
{
    private ServerProcess Server => fixture.Server;

    /// <summary>The wire is looked at while a short script runs; then everyday work, in one boot.</summary>
    [Fact]
    public async Task Everyday_work_and_its_packets()
    {
        string script = LinuxClientPeer.ScriptOf("capture");
        var client = new LinuxClientPeer(Server);
        if (!Environment.IsPrivilegedProcess || Peers.Find("dumpcap") is null)
        {
            await client.RunAsync("basic");
            return;
        }

        await using Capture capture = await Capture.StartAsync(Server);
        Task<CommandResult> run = client.RunAsync(script, "basic");
        string end = Server.PathOf(ShareNames.Files, "capture-ends");
        while (!File.Exists(end) && !run.IsCompleted)
            await Task.Delay(100);
        Task check = capture.CheckAsync();
        await run;
        await check;
    }

    [Fact]
    public async Task Everyday_work_encrypted()
    {
        await new LinuxClientPeer(Server, ShareNames.Secret) { Options = "seal" }.RunAsync("basic");
    }

    /// <summary>The SMB 3.1.1 POSIX extensions; with the option by which Linux sends chmod.</summary>
    [Fact]
    public async Task Posix_extensions()
    {
        await new LinuxClientPeer(Server) { Options = "posix,modefromsid,idsfromsid" }
            .RunAsync(LinuxClientPeer.ScriptOf("posix"));
    }

    /// <summary>Two clients that write to the same files, and what their own counters say of their leases.</summary>
    [Fact]
    public async Task Two_mounts_see_each_others_changes()
    {
        if (!Peers.Long)
            Assert.Skip("takes long: ./test kernel, or SYMBIO_LONG=1");
        await new LinuxClientPeer(Server).RunAsync(LinuxClientPeer.ScriptOf("mounts"));
    }

    [Theory]
    [InlineData("")] // Durable ones.
    [InlineData("resilienthandles")]
    public async Task Handles_and_locks_come_back_after_the_connection_was_cut(string options)
    {
        if (!Peers.Long)
            Assert.Skip("takes long: ./test kernel, or SYMBIO_LONG=1");
        await new LinuxClientPeer(Server) { Options = options }.RunReconnectAsync();
    }

    /// <summary>
    /// Byte-range locks of the mount and of a process on the server's machine. With a lease that lets it cache writes Linux
    /// keeps the locks to itself.
    /// </summary>
    [Fact]
    public async Task Locks_of_local_processes()
    {
        Peers.RequireLinuxClient();
        string folder = Server.PathOf(ShareNames.Files);
        var local = new Command(Peers.Require("python3"), Path.Combine(AppContext.BaseDirectory, "Scripts/locallocks.py"), folder)
        {
            Limit = TimeSpan.FromSeconds(300),
        };
        Task<CommandResult> guest = new LinuxClientPeer(Server) { Options = "nolease" }
            .RunAsync(LinuxClientPeer.ScriptOf("locallocks"));
        (await local.RunAsync()).Succeeded();
        await guest;
    }

    /// <summary>Everything that linux-client has for what is implemented; hours of a small machine's time in all.</summary>
    [Theory]
    [InlineData("2.1", "")]
    [InlineData("3.0", "")]
    [InlineData("3.1.1", "")]
    [InlineData("3.1.1", "seal")]
    [InlineData("3.0", "seal")]
    [InlineData("3.1.1", "posix,file_mode=0644")] // With posix, 6.1 shows file_mode (0755) from an open to the next query.
    [InlineData("3.1.1", "resilienthandles")]
    public async Task All_examples(string version, string options)
    {
        if (!Peers.Long)
            Assert.Skip("takes long: ./test kernel, or SYMBIO_LONG=1");
        var client = new LinuxClientPeer(Server) { Version = version, Options = options, Limit = TimeSpan.FromMinutes(40) };

        string[] examples = ["basic", "fio", "dbench", "git", "locks", "xattr", "sqlite"];
        if (version != "2.1") // There cifs.ko knows no fallocate, which sparse is about.
            examples = [.. examples, "sparse"];
        await client.RunAsync([LinuxClientPeer.ScriptOf("noflusher"), .. examples]);
    }
}
