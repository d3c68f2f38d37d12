using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Notifications;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Leases;

/// <summary>What changes the listing of the directory "d"; its file is "d\a".</summary>
public enum Act
{
    Create,
    CreateDirectory,
    Delete,
    DeleteOnClose,
    Rename,
    RenameOut,
    RenameIn,
    Replace,
    Link,
    Resize,
    WriteAndClose,
    Overwrite,
    SetAttributes,
    SetWriteTime,
    SetChangeTime,
    SetSecurity,
    AddStream,
}

/// <summary>Leases on directories in a test's words.</summary>
internal static class DirectoryLeasePeer
{
    private const string File = @"d\a";

    public static CreateRequest Directory(string name, params ReadOnlySpan<Contexts> contexts) =>
        Create(name, contexts.IsEmpty ? OplockLevel.None : OplockLevel.Lease, contexts) with
        {
            DesiredAccess = AccessMask.ListDirectory | AccessMask.ReadAttributes,
            CreateOptions = CreateOptions.DirectoryFile,
            CreateDisposition = CreateDisposition.OpenIf,
        };

    public static CreateRequest Directory(string name, int key, LeaseState state, ushort epoch = 0) =>
        Directory(name, LeaseContext(key, state, epoch));

    public static DirectoryChanges ChangesOf(TestServer server) => server.Server.Shares.All.Single(s => !s.IsIpc).Changes;

    public static int LeasedIn(TestServer server) => ChangesOf(server).Leased.Count;

    public static SetInfoRequest RenameRequest(FileId file, string name)
    {
        var information = new FileRenameInformation(false, 0, name);
        byte[] bytes = new byte[Math.Max(information.Length, FileRenameInformation.MinimumLength)];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        return new SetInfoRequest(InfoType.File, (byte)FileInformationClass.Rename, 0, file, bytes);
    }

    /// <summary>Opens a file in a directory by a lease of its own that names the directory's (0: by none).</summary>
    public static async Task<FileId> ChildAsync(ScriptedPeer peer, string name, int parent) =>
        (await peer.OpenAsync(Child(name, parent))).FileId;

    /// <summary>Before anything is cached: what the act needs.</summary>
    public static async Task<FileId> PrepareAsync(ScriptedPeer peer, Act act, int parent = 0)
    {
        await peer.CloseAsync(await peer.OpenDirectoryAsync("d"));
        await peer.CloseAsync(await peer.OpenDirectoryAsync("other"));
        switch (act)
        {
            case Act.Create or Act.CreateDirectory:
                return default;
            case Act.RenameIn:
                return await ChildAsync(peer, @"other\b", parent);
            case Act.Replace:
                await peer.CloseAsync(await peer.OpenAsync(@"d\b"));
                break;
            case Act.Overwrite or Act.AddStream:
                await peer.CloseAsync(await peer.OpenAsync(File));
                return default;
        }

        return await ChildAsync(peer, File, parent);
    }

    public static async Task ActAsync(ScriptedPeer peer, FileId file, Act act, int parent = 0)
    {
        Assert.Equal(NtStatus.Success, act switch
        {
            Act.Create => (await peer.SendAsync(Child(File, parent))).Status,
            Act.CreateDirectory => (await peer.SendAsync(
                Child(@"d\e", parent) with { CreateOptions = CreateOptions.DirectoryFile })).Status,
            Act.Delete => await DeleteAsync(peer, file),
            Act.DeleteOnClose => await DeleteOnCloseAsync(peer, file, parent),
            Act.Rename => (await peer.RenameAsync(file, @"d\b")).Status,
            Act.RenameOut => (await peer.RenameAsync(file, @"other\a")).Status,
            Act.RenameIn => (await peer.RenameAsync(file, File)).Status,
            Act.Replace => (await peer.RenameAsync(file, @"d\b", replace: true)).Status,
            Act.Link => (await peer.SetInfoAsync(file, new FileLinkInformation(false, 0, @"d\b"))).Status,
            Act.Resize => (await peer.SetInfoAsync(file, new FileEndOfFileInformation(1))).Status,
            Act.WriteAndClose => await WriteAndCloseAsync(peer, file),
            Act.Overwrite => (await peer.SendAsync(
                Child(File, parent) with { CreateDisposition = CreateDisposition.Overwrite })).Status,
            Act.SetAttributes => (await peer.SetBasicAsync(file, attributes: FileAttributes.Hidden)).Status,
            Act.SetWriteTime => (await peer.SetBasicAsync(file, write: 1)).Status,
            Act.SetChangeTime => (await peer.SetInfoAsync(
                file, new FileBasicInformation(default, default, default, new FileTime(1), FileAttributes.None))).Status,
            Act.SetSecurity => (await peer.SetDaclAsync(file)).Status,
            _ => (await peer.SendAsync(Child(@"d\a:s", parent, key: 8))).Status,
        });
    }

    private static CreateRequest Child(string name, int parent, int key = 7) =>
        (parent == 0 ? ScriptedPeer.Create(name) : Create(name, OplockLevel.Lease, ChildContext(key, R, parent))) with
        {
            DesiredAccess = AccessMask.FileAll,
        };

    private static async Task<NtStatus> DeleteAsync(ScriptedPeer peer, FileId file)
    {
        NtStatus status = (await peer.DeleteAsync(file)).Status;
        await peer.AssertQuietAsync(); // It is still there.
        await peer.CloseAsync(file);
        return status;
    }

    private static async Task<NtStatus> DeleteOnCloseAsync(ScriptedPeer peer, FileId file, int parent)
    {
        await peer.CloseAsync(file);
        CreateResponse response = await peer.OpenAsync(
            Child(File, parent) with { CreateOptions = CreateOptions.DeleteOnClose });
        await peer.CloseAsync(response.FileId);
        return NtStatus.Success;
    }

    private static async Task<NtStatus> WriteAndCloseAsync(ScriptedPeer peer, FileId file)
    {
        await peer.WriteAsync(file, 0, new byte[1]);
        await peer.CloseAsync(file);
        return NtStatus.Success;
    }
}
