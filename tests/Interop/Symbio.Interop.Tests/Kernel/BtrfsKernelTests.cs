using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Kernel;

/// <summary>Linux' cifs.ko and what a share on btrfs has besides: blocks that files share, and snapshots.</summary>
public sealed class BtrfsKernelTests(BtrfsServer fixture) : IClassFixture<BtrfsServer>
{
    [Fact]
    public async Task Files_share_blocks()
    {
        await RunAsync("reflink");
    }

    [Fact]
    public async Task What_was_is_in_a_snapshot()
    {
        await RunAsync(LinuxClientPeer.ScriptOf("snapshot"));
    }

    // The scripts skip what the server says it cannot do.
    private async Task RunAsync(params IReadOnlyList<string> scripts)
    {
        fixture.RequireAvailable();
        CommandResult result = await new LinuxClientPeer(fixture.Server).RunAsync(scripts);
        Assert.DoesNotContain("\nskip ", result.Output);
    }
}

/// <summary>
/// A server with a share that is a btrfs of its own, with a snapshot: of the file "kept", which said "before". The mount is
/// the server's alone, so it is gone with it.
/// </summary>
public sealed class BtrfsServer : IAsyncLifetime
{
    private const string Mount = """
        set -e
        share=$1/share-files image=$1/btrfs owner=$2; shift 2
        truncate -s 512M "$image"; mkfs.btrfs -q "$image"; mount -o loop "$image" "$share"; rm "$image"
        echo before >"$share/kept"; mkdir "$share/.snapshots"
        btrfs -q subvolume snapshot -r "$share" "$share/.snapshots/@GMT-2026.01.02-03.04.05"
        echo after >"$share/kept"; chown "$owner:" "$share" "$share/kept"
        exec "$@"
        """;

    private readonly string? _missing =
        !Peers.Long ? "takes long: ./test kernel, or SYMBIO_LONG=1"
        : !Environment.IsPrivilegedProcess ? "not root: it mounts a file system"
        : Peers.Find("mkfs.btrfs") is null ? "mkfs.btrfs is not installed: eng/install-peers"
        : null;

    private Fixture? _fixture;

    public ServerProcess Server => _fixture!.Server;

    /// <summary>Skips the test when there cannot be a btrfs here.</summary>
    public void RequireAvailable()
    {
        if (_missing is not null)
            Assert.Skip(_missing);
    }

    public async ValueTask InitializeAsync()
    {
        if (_missing is not null)
            return;
        _fixture = new Fixture();
        await _fixture.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _fixture?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class Fixture() : ServerFixture(new ServerSetup
    {
        Shares = [new(ShareNames.Files, Options: "snapshots=.snapshots/@GMT-%Y.%m.%d-%H.%M.%S")],
        Through =
        [
            Peers.Require("unshare"), "--mount", "--propagation", "private", "sh", "-c", Mount, "sh", "{folder}", Accounts.User,
        ],
    });
}
