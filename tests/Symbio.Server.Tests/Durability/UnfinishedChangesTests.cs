using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Ioctls;
using Symbio.Server.Tests.Leases;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage.Memory;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Durability;

/// <summary>What changes a file by one request.</summary>
public enum Change
{
    Write,
    Copychunk,
    DuplicateExtents,
    OffloadWrite,
    OffloadZeros,
    Trim,
    SetZeroData,
    SetSparse,
    SetReparsePoint,
    SetAllocation,
    SetBasic,
    SetEa,
    SetSecurity,
    Rename,
    Link,
}

/// <summary>
/// Whoever may count on an open being closed ([MS-SMB2] 3.3.5.9.13, where it is another instance of the same application) finds
/// done what the store was at for it, and nothing of it lands on top of what he does.
/// </summary>
public sealed class UnfinishedChangesTests
{
    private const int Size = 16 << 10;

    private static readonly Guid App = Guid.NewGuid();

    public static TheoryData<Change> Changes => [.. Enum.GetValues<Change>()];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task The_file_is_taken_after_them(Change change)
    {
        var store = new GatedStore(new MemoryFileStore());
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer old = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await old.OpenAsync("source");
        await old.WriteAsync(source, 0, Enumerable.Repeat((byte)1, Size).ToArray());
        FileId file = (await old.OpenAsync(Request(ShareAccess.All))).FileId;
        if (change != Change.SetReparsePoint)
            await old.WriteAsync(file, 0, new byte[Size]);
        Func<ValueTask<Reply>> run = await PrepareAsync(old, source, file, change);

        store.CloseFor(writes: true);
        Task<Reply> changing = run().AsTask();
        await store.WaitForAsync(1);
        ulong create = await peer.PostAsync(Request(ShareAccess.None));
        await peer.ExchangeAsync(peer.Build(new EchoRequest(), signs: true)); // The CREATE has got as far as it gets.

        bool isOpen = server.Server.Opens.All.Any(open => open.FileName == "a");
        store.Open();
        Assert.False(isOpen); // The old one was gone, the new one not there.
        Assert.Equal(NtStatus.Success, (await changing).Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(create)).Status);
        await OplockTests.AssertNothingLeftAsync(server, old, peer);
    }

    private static CreateRequest Request(ShareAccess share) =>
        Create("a", OplockLevel.None, static (ref CreateContextListWriter w) => w.Add(new AppInstanceId(App))) with
        {
            CreateDisposition = CreateDisposition.OpenIf,
            CreateOptions = CreateOptions.OpenReparsePoint,
            ShareAccess = share,
        };

    // With what has to be asked for first.
    private static async Task<Func<ValueTask<Reply>>> PrepareAsync(
        ScriptedPeer peer, FileId source, FileId file, Change change)
    {
        switch (change)
        {
            case Change.Copychunk:
                Reply key = await peer.IoctlAsync(FsctlCode.SrvRequestResumeKey, source);
                var copy = new SrvCopychunkCopy(key.Output<SrvRequestResumeKeyResponse>().ResumeKey, [new SrvCopychunk(0, 0, 4096)]);
                return () => peer.IoctlAsync(FsctlCode.SrvCopychunk, file, copy);
            case Change.DuplicateExtents:
                return () => peer.IoctlAsync(FsctlCode.DuplicateExtentsToFile, file, new DuplicateExtentsData(source, 0, 0, 4096));
            case Change.OffloadWrite:
                Reply token = await peer.IoctlAsync(FsctlCode.OffloadRead, source, new OffloadReadInput(32, 0, 0, 0, 4096));
                var offload = new OffloadWriteInput(544, 0, 0, 4096, 0, token.Output<OffloadReadOutput>().Token);
                return () => peer.IoctlAsync(FsctlCode.OffloadWrite, file, offload);
            case Change.OffloadZeros:
                var zeros = new OffloadWriteInput(544, 0, 0, 4096, 0, OffloadToken.ZeroData);
                return () => peer.IoctlAsync(FsctlCode.OffloadWrite, file, zeros);
            case Change.Trim:
                return () => peer.IoctlAsync(FsctlCode.FileLevelTrim, file, new FileLevelTrim(0, [new FileLevelTrimRange(0, 4096)]));
            case Change.SetZeroData:
                return () => peer.IoctlAsync(FsctlCode.SetZeroData, file, new FileZeroDataInformation(0, 4096));
            case Change.SetSparse:
                return () => peer.IoctlAsync(FsctlCode.SetSparse, file, new SetSparseBuffer(true));
            case Change.SetReparsePoint:
                var data = new ReparseDataBuffer((ReparseTag)0x80000019, Guid.Empty, new byte[8]);
                return () => peer.IoctlAsync(FsctlCode.SetReparsePoint, file, data, 0);
            default:
                return () => change switch
                {
                    Change.Write => peer.WriteAsync(file, 0, new byte[1]),
                    Change.SetAllocation => peer.SetInfoAsync(file, new FileAllocationInformation(Size)),
                    Change.SetBasic => peer.SetBasicAsync(file, attributes: FileAttributes.Hidden),
                    Change.SetEa => peer.SetEaAsync(file),
                    Change.SetSecurity => peer.SetDaclAsync(file),
                    Change.Rename => peer.RenameAsync(file, "b"),
                    Change.Link => peer.SetInfoAsync(file, new FileLinkInformation(false, 0, "c")),
                    _ => throw new ArgumentOutOfRangeException(nameof(change)),
                };
        }
    }
}
