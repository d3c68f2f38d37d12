using Symbio.Rpc.Interfaces;
using Symbio.Rpc.Interfaces.Srvsvc;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Tests.Hosts;

internal sealed class FakeSrvsvcHost : ISrvsvcHost
{
    public static readonly byte[] Descriptor = Convert.FromHexString(
        "0100048014000000200000000000000000000000" + "010100000000000100000000" + "010100000000000100000000");

    public List<ShareRecord> Shares { get; } =
    [
        new("IPC$", ShareTypes.Ipc | ShareTypes.Special, "Remote IPC", ""),
        new("files", ShareTypes.DiskTree, "Files für alle", @"C:\srv\files")
        {
            CurrentUses = 2, Flags = 0x30, SecurityDescriptor = Descriptor,
        },
        new("scratch", ShareTypes.DiskTree | ShareTypes.Temporary, "", @"C:\srv\scratch") { MaxUses = 5 },
    ];

    public List<SessionRecord> Sessions { get; } =
    [
        new(1, "10.0.0.1", "anna")
        {
            OpenCount = 3, Connected = TimeSpan.FromSeconds(100), Idle = TimeSpan.FromSeconds(7), TransportName = "tcp",
        },
        new(2, "10.0.0.2", "ben") { Flags = SessionUserFlags.Guest },
    ];

    public List<ConnectionRecord> Connections { get; } =
        [new(11, "files", "anna", "10.0.0.1") { OpenCount = 3, Connected = TimeSpan.FromSeconds(90) }];

    public List<FileRecord> Files { get; } =
    [
        new(21, @"C:\srv\files\a.txt", "anna") { Permissions = FilePermissions.Read, LockCount = 1 },
        new(22, @"C:\srv\files\b.txt", "ben"),
        new(23, @"C:\srv\scratch\c.txt", "anna"),
    ];

    public List<ulong> ClosedSessions { get; } = [];

    public ShareChange? LastChange { get; private set; }

    public ServerRecord GetServer() => new("SYMBIO", "A test") { Disks = ["C:", "D:"] };

    public ServerStatistics GetStatistics() =>
        new(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)) { BytesSent = 0x1_0000_0002, FileOpens = 9 };

    public ValueTask<IReadOnlyList<ShareRecord>> GetSharesAsync(RpcCaller caller, CancellationToken cancellationToken) =>
        new(Shares);

    public ValueTask<ShareRecord?> FindShareAsync(RpcCaller caller, string name, CancellationToken cancellationToken) =>
        new(Shares.Find(share => share.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));

    public ValueTask<Win32Error> AddShareAsync(RpcCaller caller, ShareRecord share, CancellationToken cancellationToken)
    {
        Shares.Add(share);
        return new(Win32Error.Success);
    }

    public ValueTask<Win32Error> SetShareAsync(
        RpcCaller caller, string name, ShareChange change, CancellationToken cancellationToken)
    {
        LastChange = change;
        return new(Win32Error.Success);
    }

    public ValueTask<Win32Error> DeleteShareAsync(RpcCaller caller, string name, CancellationToken cancellationToken) =>
        new(Shares.RemoveAll(share => share.Name == name) > 0 ? Win32Error.Success : Win32Error.NotSupported);

    public ValueTask<IReadOnlyList<SessionRecord>> GetSessionsAsync(
        RpcCaller caller, CancellationToken cancellationToken) => new(Sessions);

    public ValueTask<Win32Error> CloseSessionAsync(
        RpcCaller caller, SessionRecord session, CancellationToken cancellationToken)
    {
        ClosedSessions.Add(session.Id);
        return new(Win32Error.Success);
    }

    public ValueTask<IReadOnlyList<ConnectionRecord>> GetConnectionsAsync(
        RpcCaller caller, CancellationToken cancellationToken) => new(Connections);

    public ValueTask<IReadOnlyList<FileRecord>> GetFilesAsync(RpcCaller caller, CancellationToken cancellationToken) =>
        new(Files);

    public ValueTask<Win32Error> CloseFileAsync(RpcCaller caller, uint fileId, CancellationToken cancellationToken) =>
        new(Files.RemoveAll(file => file.Id == fileId) > 0 ? Win32Error.Success : Win32Error.NerrFileIdNotFound);
}
