using System.Runtime.Versioning;
using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Storage.Posix;
using Symbio.Testing;

namespace Symbio.Server.Tests.Information;

/// <summary>What setting parts of a descriptor takes, and leaves alone: [MS-FSA] 2.1.5.17.</summary>
public sealed class SetSecurityTests
{
    private static readonly byte[] s_empty = new SecurityDescriptor().ToArray();

    [Theory] // [MS-SMB2] 3.3.5.21.3: what is not specified is ignored. Nothing is left of these, and no right was asked for.
    [InlineData(0u)]
    [InlineData(0x80u)]
    [InlineData(0x0F00_FF80u)]
    [SupportedOSPlatform("linux")]
    public async Task Nothing_is_written_where_no_part_is_named(uint parts)
    {
        string folder = Directory.CreateTempSubdirectory("symbio-server-").FullName;
        try
        {
            await using TestServer server = await TestServer.StartAsync(
                options => options with
                {
                    Accounts = new LocalAccounts(new LocalAuthorityOptions { UnixAccounts = new OwnAccount() })
                    {
                        { TestServer.User, TestServer.Password },
                    },
                },
                PosixFileStore.Open(folder));
            await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
            await peer.CloseAsync(await peer.OpenAsync("a.txt"));
            FileId file = await peer.OpenAsync("a.txt", AccessMask.ReadAttributes, CreateDisposition.Open);

            Reply set = await SetAsync(peer, file, parts, s_empty);

            Assert.Equal(NtStatus.Success, set.Status);
            Assert.NotEqual( // It is made up from the mode, as before.
                SecurityDescriptorControl.None, (await StoredAsync(server)).Control & SecurityDescriptorControl.DaclDefaulted);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData((uint)SecurityInformation.Dacl)]
    public async Task Nothing_is_set_through_a_read_only_share(uint parts)
    {
        var store = new MemoryFileStore(new MemoryStoreOptions());
        await using (TestServer writable = await TestServer.StartAsync(store: store))
        {
            await using ScriptedPeer creator = await writable.ConnectAuthenticatedAsync();
            await creator.CloseAsync(await creator.OpenAsync("a.txt"));
        }

        await using TestServer server = await TestServer.StartAsync(
            options => options with { Shares = [options.Shares[0] with { ReadOnly = true }] }, store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt", AccessMask.ReadAttributes, CreateDisposition.Open);

        Assert.Equal(NtStatus.AccessDenied, (await SetAsync(peer, file, parts, s_empty)).Status);
    }

    [Fact]
    public async Task Two_who_change_different_parts_at_once_both_do()
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        Sid group = Sid.BuiltinAdministrators;
        byte[] dacl = SecurityDescriptor.Create(null, null, Ace.Allow(Sid.Everyone, AccessMask.FileAll)).ToArray();
        byte[] owned = new SecurityDescriptor { Group = group }.ToArray();

        store.CloseFor(writes: true);
        ulong first = await peer.PostAsync(
            new SetInfoRequest(InfoType.Security, 0, (uint)SecurityInformation.Dacl, file, dacl));
        ulong second = await peer.PostAsync(
            new SetInfoRequest(InfoType.Security, 0, (uint)SecurityInformation.Group, file, owned));
        await store.WaitForAsync(1);
        await peer.SendAsync(new EchoRequest()); // The second has come as far as it can.
        store.Open();

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(first)).Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(second)).Status);
        SecurityDescriptor stored = await StoredAsync(server);
        Assert.Equal(group, stored.Group);
        Assert.Equal(Sid.Everyone, Assert.Single(stored.Dacl!.Aces).Sid);
    }

    private static ValueTask<Reply> SetAsync(ScriptedPeer peer, FileId file, uint parts, byte[] descriptor) =>
        peer.SendAsync(new SetInfoRequest(InfoType.Security, 0, parts, file, descriptor));

    private static async Task<SecurityDescriptor> StoredAsync(TestServer server)
    {
        (_, IStoreFile? file) = await server.Store.OpenAsync(
            "a.txt", new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, CancellationToken.None);
        (_, ReadOnlyMemory<byte> bytes) = await file!.GetSecurityDescriptorAsync(CancellationToken.None);
        await file.DisposeAsync();
        Assert.True(SecurityDescriptor.TryRead(bytes, out SecurityDescriptor? descriptor));
        return descriptor;
    }
}
