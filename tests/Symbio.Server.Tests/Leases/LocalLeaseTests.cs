using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Posix;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Leases;

/// <summary>Oplocks and the leases of local processes, fcntl(2) F_SETLEASE, ask each other.</summary>
public sealed class LocalLeaseTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-lease-").FullName;
    private TestServer _server = null!;
    private ScriptedPeer _peer = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(At("a"), "before");
        _server = await TestServer.StartAsync(
            o => o with { Shares = [.. o.Shares.Select(s => s with { KernelOplocks = true })] },
            PosixFileStore.Open(_folder));
        _peer = await _server.ConnectAuthenticatedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        Assert.Empty(await _server.LeftoversAsync());
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(OplockLevel.Exclusive)]
    [InlineData(OplockLevel.Batch)]
    public async Task A_local_process_waits_for_what_a_client_has_not_written_yet(OplockLevel level)
    {
        FileId file = await _peer.OplockAsync("a", level);
        Task<string> read = ReadAsync("a");

        Assert.Equal(OplockLevel.None, (await _peer.OplockBreakAsync()).OplockLevel);
        await _peer.WriteAsync(file, 0, "after!"u8.ToArray());
        Assert.False(read.IsCompleted);
        Assert.Equal(NtStatus.Success, (await _peer.AcknowledgeAsync(file, OplockLevel.None)).Status);

        Assert.Equal("after!", await read);
    }

    [Fact]
    public async Task A_close_lets_it_in_as_well()
    {
        FileId file = await _peer.OplockAsync("a", OplockLevel.Batch);
        Task<string> read = ReadAsync("a");
        await _peer.OplockBreakAsync();

        await _peer.CloseAsync(file);

        Assert.Equal("before", await read);
    }

    [Fact] // What it reads could change unseen.
    public async Task Nothing_is_cached_of_what_a_local_process_has_open()
    {
        await using FileStream local = File.Open(At("a"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        Assert.Equal(OplockLevel.None, (await _peer.OpenAsync(Create("a", OplockLevel.Batch))).OplockLevel);
        Assert.Equal(OplockLevel.Batch, (await _peer.OpenAsync(Create("b", OplockLevel.Batch))).OplockLevel);
    }

    [Theory] // Who is not alone with the file cannot know what local processes do.
    [InlineData(OplockLevel.LevelII)]
    [InlineData(OplockLevel.Lease)]
    public async Task What_is_shared_is_not_cached(OplockLevel level)
    {
        CreateResponse response = await _peer.OpenAsync(Create("a", level, LeaseContext(1, RWH)));
        Assert.Equal((OplockLevel.None, false), (response.OplockLevel, response.Has("RqLs")));
    }

    [Fact] // The kernel does not tell our own opens from strangers'.
    public async Task Another_client_is_let_in_once_the_first_agrees()
    {
        await using ScriptedPeer other = await _server.ConnectAuthenticatedAsync();
        FileId file = await _peer.OplockAsync("a", OplockLevel.Exclusive);

        ulong id = await other.PostWaitingAsync(Create("a", OplockLevel.Batch));
        Assert.Equal(OplockLevel.None, (await _peer.OplockBreakAsync()).OplockLevel);
        await _peer.AcknowledgeAsync(file, OplockLevel.None);

        Reply reply = await other.WaitAsync(id);
        Assert.Equal((NtStatus.Success, OplockLevel.None), (reply.Status, reply.As<CreateResponse>().OplockLevel));
    }

    [Fact] // [MS-FSA] 2.1.5.1.2. What xattrs take is told apart by looking into the file, on file systems that count it.
    public async Task Who_only_looks_takes_nobody_s_oplock()
    {
        var (_, local) = await _server.Store.OpenAsync("a", default, Storage.StoreCaller.Service, CancellationToken.None);
        await using (local)
            await local!.SetExtendedAttributesAsync([new("LONG", new byte[2000])], CancellationToken.None);
        await using ScriptedPeer other = await _server.ConnectAuthenticatedAsync();
        FileId root = await other.OpenAsync("", AccessMask.ReadData, CreateDisposition.Open, CreateOptions.DirectoryFile);
        await _peer.OplockAsync("a", OplockLevel.Batch);

        FileId looking = await other.OpenAsync("a", AccessMask.ReadAttributes, CreateDisposition.Open);
        Reply closed = await other.CloseAsync(looking, CloseFlags.PostqueryAttrib);
        Reply listed = await other.SendAsync(
            new QueryDirectoryRequest(
                (byte)Protocol.Fscc.FileInformationClass.FullDirectory, QueryDirectoryFlags.None, 0, root, 4096,
                System.Text.Encoding.Unicode.GetBytes("*")), 4096);

        Assert.Equal((NtStatus.Success, NtStatus.Success), (closed.Status, listed.Status));
        await Task.Delay(100, TestContext.Current.CancellationToken); // The kernel tells by a signal.
        await _peer.AssertQuietAsync();
    }

    [Fact]
    public async Task A_client_waits_for_a_local_process_that_has_a_lease()
    {
        Assert.SkipUnless(File.Exists(Python), "There is no python3 here.");
        using Process holder = StartHolder();
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());

        ulong id = await _peer.PostWaitingAsync(ScriptedPeer.Create("a"));
        Assert.Equal("asked", await holder.StandardOutput.ReadLineAsync());
        await _peer.AssertQuietAsync();
        await holder.StandardInput.WriteLineAsync();

        Assert.Equal(NtStatus.Success, (await _peer.WaitAsync(id)).Status);
        await holder.WaitForExitAsync();
    }

    [Fact]
    public async Task An_open_that_waits_for_a_local_process_can_be_cancelled()
    {
        Assert.SkipUnless(File.Exists(Python), "There is no python3 here.");
        using Process holder = StartHolder();
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
        ulong id = await _peer.PostWaitingAsync(ScriptedPeer.Create("a"));

        await _peer.CancelAsync(id);

        Assert.Equal(NtStatus.Cancelled, (await _peer.WaitAsync(id)).Status);
        await holder.StandardInput.WriteLineAsync();
        await holder.WaitForExitAsync();
    }

    private const string Python = "/usr/bin/python3";

    // Keeps its lease, when it is asked for it, until it gets a line.
    private Process StartHolder() => Process.Start(new ProcessStartInfo(Python)
    {
        ArgumentList =
        {
            "-c",
            """
            import fcntl, os, signal, sys
            asked = lambda *_: os.write(1, b"asked\n")
            signal.signal(signal.SIGIO, asked)
            fd = os.open(sys.argv[1], os.O_RDWR)
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            os.write(1, b"held\n")
            sys.stdin.readline()
            """,
            At("a"),
        },
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    // On a thread of its own: it waits in open(2).
    private Task<string> ReadAsync(string name) =>
        Task.Factory.StartNew(() => File.ReadAllText(At(name)), TaskCreationOptions.LongRunning);

    private string At(string path) => Path.Combine(_folder, path);
}
