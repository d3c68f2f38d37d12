using System.Runtime.Versioning;
using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using Symbio.Storage.Posix;
using Symbio.Testing;

namespace Symbio.Server.Tests.Information;

/// <summary>Descriptors that the POSIX store makes up from mode bits: not inherited, not stored, and no clients' business.</summary>
[SupportedOSPlatform("linux")]
public sealed class MadeUpSecurityTests : IDisposable
{
    private const SecurityInformation Parts =
        SecurityInformation.Owner | SecurityInformation.Group | SecurityInformation.Dacl;

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-server-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_created_has_mode_bits_and_no_descriptor_of_its_own()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync("d", options: CreateOptions.DirectoryFile));
        await peer.CloseAsync(await peer.OpenAsync(@"d\a.txt"));

        Assert.Equal(
            NtStatus.Success, (await peer.CreateAsync(@"d\a.txt", AccessMask.FileAll, CreateDisposition.Open)).Status);
        Assert.True(ObjectIsMadeUp(await StoredAsync(server, @"d\a.txt")));
        Assert.True(ObjectIsMadeUp(await StoredAsync(server, "d")));
        Assert.Equal(
            UnixFileMode.None,
            File.GetUnixFileMode(Path.Combine(_folder, "d", "a.txt"))
                & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute));
    }

    [Fact] // Else every user would be the owner of every file.
    public async Task Where_one_account_works_for_all_users_files_have_descriptors()
    {
        await using TestServer server = await TestServer.StartAsync(store: PosixFileStore.Open(_folder));
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync("a.txt"));

        Assert.False(ObjectIsMadeUp(await StoredAsync(server, "a.txt")));
    }

    [Fact]
    public async Task Clients_do_not_see_the_mark_and_do_not_store_it()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        SecurityDescriptor seen = await QueryAsync(peer, file);
        Reply set = await peer.SendAsync(new SetInfoRequest(
            InfoType.Security, 0, (uint)SecurityInformation.Dacl, file, seen.ToArray()));

        Assert.False(ObjectIsMadeUp(seen));
        Assert.Equal(NtStatus.Success, set.Status);
        Assert.False(ObjectIsMadeUp(await StoredAsync(server, "a.txt")));
    }

    private ValueTask<TestServer> StartAsync() => TestServer.StartAsync(
        options => options with
        {
            Accounts = new LocalAccounts(new LocalAuthorityOptions { UnixAccounts = new OwnAccount() })
            {
                { TestServer.User, TestServer.Password },
            },
        },
        PosixFileStore.Open(_folder));

    private static bool ObjectIsMadeUp(SecurityDescriptor descriptor) =>
        (descriptor.Control & SecurityDescriptorControl.DaclDefaulted) != 0;

    private static async Task<SecurityDescriptor> StoredAsync(TestServer server, string path)
    {
        (_, IStoreFile? file) = await server.Store.OpenAsync(
            path, new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, CancellationToken.None);
        (_, ReadOnlyMemory<byte> bytes) = await file!.GetSecurityDescriptorAsync(CancellationToken.None);
        await file.DisposeAsync();
        Assert.True(SecurityDescriptor.TryRead(bytes, out SecurityDescriptor? descriptor));
        return descriptor;
    }

    private static async Task<SecurityDescriptor> QueryAsync(ScriptedPeer peer, FileId file)
    {
        Reply reply = await peer.SendAsync(new QueryInfoRequest(
            InfoType.Security, 0, 65536, (uint)Parts, QueryInfoFlags.None, file, default));
        Assert.True(SecurityDescriptor.TryRead(reply.As<QueryInfoResponse>().Buffer, out SecurityDescriptor? descriptor));
        return descriptor;
    }
}
