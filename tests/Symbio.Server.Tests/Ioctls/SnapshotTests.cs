using System.Collections.Immutable;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>Previous versions: FSCTL_SRV_ENUMERATE_SNAPSHOTS, @GMT tokens and SMB2_CREATE_TIMEWARP_TOKEN.</summary>
public sealed class SnapshotTests
{
    private const string Old = "@GMT-2020.01.02-03.04.05";
    private const string New = "@GMT-2021.01.02-03.04.05";

    [Fact] // [MS-SMB2] 3.3.5.15.1
    public async Task The_snapshots_that_have_the_file_are_listed_the_newest_first()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenAsync("");
        FileId file = await peer.OpenAsync("a");
        FileId fresh = await peer.OpenAsync("fresh");

        Assert.Equal([New, Old], (await ListAsync(peer, root)).Snapshots);
        Assert.Equal([Old], (await ListAsync(peer, file)).Snapshots);
        Assert.Equal(new SrvSnapshotArray(0, 2, []), await ListAsync(peer, fresh));
        SrvSnapshotArray count = await ListAsync(peer, root, maxOutput: 16);
        Assert.Equal((2u, 0), (count.NumberOfSnapshots, count.Snapshots.Length));
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.SrvEnumerateSnapshots, root, maxOutput: 15)).Status);
    }

    [Fact]
    public async Task A_share_without_snapshots_has_none()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenAsync("");

        Assert.Equal(NtStatus.NotSupported, (await peer.IoctlAsync(FsctlCode.SrvEnumerateSnapshots, root)).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await peer.CreateAsync("", contexts: Timewarp(2020))).Status);
    }

    [Theory]
    [InlineData(Old + @"\a", 0)]
    [InlineData(@"a\" + Old, 0)]
    [InlineData("a", 2020)]
    public async Task The_file_is_read_as_it_was(string name, int timewarp)
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.WriteAsync(await peer.OpenAsync("a"), 0, "now"u8.ToArray());

        Reply reply = await peer.CreateAsync(
            name, AccessMask.ReadData, CreateDisposition.Open, contexts: timewarp == 0 ? default : Timewarp(timewarp));

        Assert.Equal(NtStatus.Success, reply.Status);
        FileId file = reply.As<CreateResponse>().FileId;
        Assert.Equal("then"u8.ToArray(), (await peer.ReadAsync(file, 0, 100)).As<ReadResponse>().Data.ToArray());
        Assert.Equal([Old], (await ListAsync(peer, file)).Snapshots);
    }

    [Fact]
    public async Task Nothing_in_a_snapshot_can_be_changed()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        FileId file = await peer.OpenAsync(Old + @"\a", disposition: CreateDisposition.Open);
        Assert.Equal(NtStatus.MediaWriteProtected, (await peer.WriteAsync(file, 0, new byte[1])).Status);
        Assert.Equal(
            NtStatus.MediaWriteProtected, (await peer.IoctlAsync(FsctlCode.SetZeroData, file, new FileZeroDataInformation(0, 1))).Status);
        Assert.Equal(NtStatus.MediaWriteProtected, (await peer.CreateAsync(Old + @"\b")).Status);
        Assert.Equal(
            NtStatus.MediaWriteProtected,
            (await peer.CreateAsync(Old + @"\a", disposition: CreateDisposition.OverwriteIf)).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_time_that_no_snapshot_has_is_not_found()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(NtStatus.ObjectNameNotFound, (await Open(@"@GMT-2019.01.02-03.04.05\a")).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await Open("a", Timewarp(2019))).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await Open(New + @"\a")).Status);

        ValueTask<Reply> Open(string name, ReadOnlyMemory<byte> contexts = default) =>
            peer.CreateAsync(name, AccessMask.ReadData, CreateDisposition.Open, contexts: contexts);
    }

    [Fact] // Where the server is east of Greenwich it is a local time beyond all.
    public async Task The_last_moment_of_all_is_a_time_too()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] buffer = new byte[256];
        var contexts = new CreateContextListWriter(buffer);
        contexts.Add(new TimewarpToken(new FileTime(DateTimeOffset.MaxValue.ToFileTime())));

        Reply reply = await peer.CreateAsync(
            "a", AccessMask.ReadData, CreateDisposition.Open, contexts: contexts.Written.ToArray());

        Assert.Equal(NtStatus.ObjectNameNotFound, reply.Status);
        Assert.Empty(server.Log.Errors);
    }

    private static async ValueTask<TestServer> StartAsync()
    {
        var older = new MemoryFileStore();
        var (_, file) = await older.CreateAsync(
            "a", new StoreCreateOptions { Access = StoreAccess.Write }, StoreCaller.Service, CancellationToken.None);
        await file!.WriteAsync(0, "then"u8.ToArray(), CancellationToken.None);
        await file.DisposeAsync();
        var source = new ListedSnapshots(ImmutableSortedDictionary<DateTimeOffset, IFileStore>.Empty
            .Add(At(2020), older).Add(At(2021), new MemoryFileStore()));
        return await TestServer.StartAsync(o => o with { Shares = [o.Shares[0] with { Snapshots = source }] });
    }

    private static DateTimeOffset At(int year) => new(year, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static byte[] Timewarp(int year)
    {
        byte[] buffer = new byte[256];
        var contexts = new CreateContextListWriter(buffer);
        contexts.Add(new TimewarpToken(FileTime.FromDateTimeOffset(At(year))));
        return contexts.Written.ToArray();
    }

    private static async ValueTask<SrvSnapshotArray> ListAsync(ScriptedPeer peer, FileId file, uint maxOutput = 4096) =>
        (await peer.IoctlAsync(FsctlCode.SrvEnumerateSnapshots, file, maxOutput: maxOutput)).Output<SrvSnapshotArray>();

    private sealed class ListedSnapshots(ImmutableSortedDictionary<DateTimeOffset, IFileStore> stores) : ISnapshotSource
    {
        public ValueTask<IReadOnlyList<DateTimeOffset>> ListAsync(CancellationToken cancellationToken) =>
            new([.. stores.Keys.Reverse()]);

        public ValueTask<(NtStatus Status, IFileStore? Store)> OpenAsync(
            DateTimeOffset time, CancellationToken cancellationToken) =>
            new(stores.TryGetValue(time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond)), out IFileStore? store)
                ? (NtStatus.Success, store)
                : (NtStatus.ObjectNameNotFound, null));
    }
}
