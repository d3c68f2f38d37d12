using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Information;

/// <summary>Who opens a name while another file takes it: [MS-FSA] 2.1.5.15.11 and 2.1.5.15.6 refuse what is open.</summary>
public sealed class ReplaceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_created_meanwhile_is_not_replaced(bool link)
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("x");

        store.CloseFor(writes: true);
        ulong replacing = await PostAsync(peer, file, "y", link);
        await store.WaitForAsync(1); // There was no y.
        FileId created = await other.OpenAsync("y", disposition: CreateDisposition.Create);
        store.Open();

        Assert.Equal(NtStatus.AccessDenied, (await peer.WaitAsync(replacing)).Status);
        Assert.Equal(NtStatus.Success, (await other.WriteAsync(created, 0, "other"u8.ToArray())).Status);
        await other.CloseAsync(created);
        Assert.Equal("other", await ReadAsync(other, await other.OpenAsync("y", disposition: CreateDisposition.Open)));
        Assert.Empty(server.Log.Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_opens_what_is_being_replaced_gets_what_replaces_it(bool link)
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync("y"));
        FileId file = await peer.OpenAsync("x");
        await peer.WriteAsync(file, 0, "new"u8.ToArray());

        store.CloseFor(writes: true);
        ulong replacing = await PostAsync(peer, file, "y", link);
        await store.WaitForAsync(1); // Nobody had y open.
        ulong opening = await other.PostAsync(
            ScriptedPeer.Create("y", AccessMask.ReadData, CreateDisposition.Open));
        Assert.Equal(NtStatus.Pending, (await other.WaitAsync(opening, acceptInterim: true)).Status);
        store.Open();

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(replacing)).Status);
        Reply opened = await other.WaitAsync(opening);
        Assert.Equal(NtStatus.Success, opened.Status);
        Assert.Equal("new", await ReadAsync(other, opened.As<CreateResponse>().FileId));
        Assert.Empty(server.Log.Errors);
    }

    private static async Task<ulong> PostAsync(ScriptedPeer peer, FileId file, string name, bool link)
    {
        byte[] bytes = link
            ? Bytes(new FileLinkInformation(ReplaceIfExists: true, 0, name))
            : Bytes(new FileRenameInformation(ReplaceIfExists: true, 0, name));
        var infoClass = link ? FileInformationClass.Link : FileInformationClass.Rename;
        return await peer.PostAsync(new SetInfoRequest(InfoType.File, (byte)infoClass, 0, file, bytes));
    }

    private static byte[] Bytes<T>(T information)
        where T : struct, IFileInformation<T>
    {
        byte[] bytes = new byte[Math.Max(information.Length, T.MinimumLength)];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        return bytes;
    }

    private static async Task<string> ReadAsync(ScriptedPeer peer, FileId file) =>
        Encoding.UTF8.GetString((await peer.ReadAsync(file, 0, 100)).As<ReadResponse>().Data.Span);
}
