using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>Create contexts, [MS-SMB2] 2.2.13.2 and 3.3.5.9.1 to 3.3.5.9.14.</summary>
public sealed class CreateContextTests
{
    private delegate void Contexts(ref CreateContextListWriter writer);

    [Fact]
    public async Task Unknown_contexts_are_ignored()
    {
        Reply reply = await CreateAsync((ref CreateContextListWriter w) => w.Add("WHAT"u8, [1, 2, 3]));

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(0, reply.As<CreateResponse>().Contexts.Length);
    }

    [Theory] // 3.3.5.9: a list that is not well formed.
    [InlineData(0, 0xFF)] // Next beyond the end.
    [InlineData(0, 4)] // Next not aligned.
    [InlineData(4, 0xF0)] // NameOffset beyond the end.
    [InlineData(6, 0x80)] // NameLength.
    [InlineData(10, 0xF8)] // DataOffset.
    [InlineData(12, 0x80)] // DataLength.
    public async Task A_malformed_list_is_an_invalid_parameter(int offset, byte value)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] list = List((ref CreateContextListWriter w) => w.Add("AlSi"u8, new byte[8]));
        list[offset] = value;

        Reply reply = await peer.CreateAsync("a.txt", contexts: list);

        Assert.Equal(NtStatus.InvalidParameter, reply.Status);
        Assert.Equal(0, server.Server.Opens.Count);
        Assert.Empty(server.Log.Errors);
    }

    [Theory]
    [InlineData("AlSi", 4)]
    [InlineData("MxAc", 4)]
    [InlineData("SecD", 4)]
    [InlineData("TWrp", 4)]
    [InlineData("ExtA", 3)]
    public async Task Malformed_data_is_refused(string name, int length)
    {
        Reply reply = await CreateAsync(
            (ref CreateContextListWriter w) => w.Add(System.Text.Encoding.ASCII.GetBytes(name), new byte[length]));

        Assert.Equal(name == "ExtA" ? NtStatus.EaListInconsistent : NtStatus.InvalidParameter, reply.Status);
    }

    [Fact] // 3.3.5.9.5
    public async Task Maximal_access_is_told_once_it_is_news()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        var first = (await peer.CreateAsync("a.txt", contexts: List(
            (ref CreateContextListWriter w) => w.Add(new QueryMaximalAccessRequest(null))))).As<CreateResponse>();
        var second = (await peer.CreateAsync("a.txt", contexts: List(
            (ref CreateContextListWriter w) => w.Add(new QueryMaximalAccessRequest(first.LastWriteTime))))).As<CreateResponse>();

        Assert.Equal((NtStatus.Success, AccessMask.FileAll), Maximal(first));
        Assert.Equal(NtStatus.NoneMapped, Maximal(second).Status);

        static (NtStatus Status, AccessMask Access) Maximal(CreateResponse response)
        {
            Assert.True(QueryMaximalAccessResponse.TryRead(Data(response, "MxAc"u8), out QueryMaximalAccessResponse maximal));
            return (maximal.QueryStatus, maximal.MaximalAccess);
        }
    }

    [Fact] // 3.3.5.9.9
    public async Task The_id_on_disk_is_the_files_own()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] list = List((ref CreateContextListWriter w) => w.Add(new QueryOnDiskIdRequest()));

        QueryOnDiskIdResponse a = Id(await peer.CreateAsync("a.txt", contexts: list));
        QueryOnDiskIdResponse again = Id(await peer.CreateAsync("A.TXT", contexts: list));
        QueryOnDiskIdResponse b = Id(await peer.CreateAsync("b.txt", contexts: list));

        Assert.Equal(a, again);
        Assert.NotEqual(a.DiskFileId, b.DiskFileId);
        Assert.Equal(a.VolumeId, b.VolumeId);

        static QueryOnDiskIdResponse Id(Reply reply)
        {
            Assert.True(QueryOnDiskIdResponse.TryRead(Data(reply.As<CreateResponse>(), "QFid"u8), out QueryOnDiskIdResponse id));
            return id;
        }
    }

    [Fact] // 3.3.5.9.3
    public async Task An_allocation_size_is_taken_on_creation()
    {
        Reply reply = await CreateAsync((ref CreateContextListWriter w) => w.Add(new AllocationSize(1 << 20)));

        Assert.Equal(1ul << 20, reply.As<CreateResponse>().AllocationSize);
        Assert.Equal(0ul, reply.As<CreateResponse>().EndOfFile);
    }

    [Fact] // [MS-FSA] 2.1.5.1.2: space is a wish. What another writes at the same moment is not cut off for it.
    public async Task An_overwrite_that_reserves_space_cuts_only_what_was_there_before()
    {
        var memory = new MemoryFileStore();
        var store = new GatedStore(memory);
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync("a.txt"));
        byte[] list = List((ref CreateContextListWriter w) => w.Add(new AllocationSize(4096)));
        store.CloseFor(writes: true);
        ulong id = await peer.PostAsync(
            ScriptedPeer.Create("a.txt", disposition: CreateDisposition.Overwrite, contexts: list));
        await store.WaitForAsync(1); // It has cut the file, and sets attributes.
        var (_, local) = await memory.OpenAsync("a.txt", new(StoreAccess.Write), StoreCaller.Service, CancellationToken.None);
        await using (local)
            await local!.WriteAsync(0, new byte[10_000], CancellationToken.None);

        store.Open();

        Assert.Equal(10_000ul, (await peer.WaitAsync(id)).As<CreateResponse>().EndOfFile);
    }

    [Fact] // 3.3.5.9.2
    public async Task A_security_descriptor_is_set_on_creation_and_holds_for_the_next_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] descriptor = Sddl.Parse("D:P(A;;FR;;;WD)").ToArray();

        FileId file = (await peer.CreateAsync("a.txt", contexts: List(
            (ref CreateContextListWriter w) => w.Add("SecD"u8, descriptor)))).As<CreateResponse>().FileId;

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, new byte[1])).Status); // The creator has what he asked for.
        Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync("a.txt", AccessMask.WriteData)).Status);
        Assert.Equal(NtStatus.Success, (await peer.CreateAsync("a.txt", AccessMask.ReadData)).Status);
    }

    [Fact] // [MS-FSA] 2.1.5.1.2: the right to delete must be there, also where only the most possible was asked for.
    public async Task Maximum_allowed_does_not_delete_on_close_without_the_right_to()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] folder = Sddl.Parse("D:P(A;;0x1201bf;;;WD)").ToArray(); // No FILE_DELETE_CHILD.
        byte[] descriptor = Sddl.Parse("D:P(A;;FR;;;WD)").ToArray();
        await peer.CreateAsync("d", options: CreateOptions.DirectoryFile, contexts: List(
            (ref CreateContextListWriter w) => w.Add("SecD"u8, folder)));
        FileId file = (await peer.CreateAsync(@"d\a.txt", contexts: List(
            (ref CreateContextListWriter w) => w.Add("SecD"u8, descriptor)))).As<CreateResponse>().FileId;
        await peer.CloseAsync(file);

        Reply reply = await peer.CreateAsync(@"d\a.txt", AccessMask.MaximumAllowed, options: CreateOptions.DeleteOnClose);

        Assert.Equal(NtStatus.AccessDenied, reply.Status);
        Assert.Equal(NtStatus.Success, (await peer.CreateAsync(@"d\a.txt", AccessMask.ReadData, CreateDisposition.Open)).Status);
    }

    [Fact] // 3.3.5.9.1
    public async Task Extended_attributes_are_set_on_creation()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] list = [0, 0, 0, 0, 0, 4, 2, 0, .. "NAME\0"u8, 7, 8];

        Reply reply = await peer.CreateAsync("a.txt", contexts: List((ref CreateContextListWriter w) => w.Add("ExtA"u8, list)));

        Assert.Equal(NtStatus.Success, reply.Status);
        (_, Symbio.Storage.IStoreFile? file) = await server.Store.OpenAsync(
            "a.txt", new Symbio.Storage.StoreOpenOptions(Symbio.Storage.StoreAccess.None), Symbio.Storage.StoreCaller.Service, default);
        var attributes = (await file!.GetExtendedAttributesAsync(default)).Attributes;
        Assert.Equal("NAME", Assert.Single(attributes).Name);
        await file.DisposeAsync();
    }

    [Theory] // 3.3.5.9.7 and 3.3.5.9.12: no handle is durable yet, so there is none to come back to.
    [InlineData("DHnC", 16)]
    [InlineData("DH2C", 36)]
    public async Task A_durable_handle_that_never_was_is_not_found(string name, int length)
    {
        Reply reply = await CreateAsync(
            (ref CreateContextListWriter w) => w.Add(System.Text.Encoding.ASCII.GetBytes(name), new byte[length]));

        Assert.Equal(NtStatus.ObjectNameNotFound, reply.Status);
    }

    [Theory] // Answered honestly: not granted.
    [InlineData("RqLs", 32)]
    [InlineData("RqLs", 52)]
    [InlineData("DHnQ", 16)]
    [InlineData("DH2Q", 32)]
    public async Task Leases_and_durable_handles_are_not_granted(string name, int length)
    {
        Reply reply = await CreateAsync(
            (ref CreateContextListWriter w) => w.Add(System.Text.Encoding.ASCII.GetBytes(name), new byte[length]));

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(0, reply.As<CreateResponse>().Contexts.Length);
        Assert.Equal(OplockLevel.None, reply.As<CreateResponse>().OplockLevel);
    }

    private static async Task<Reply> CreateAsync(Contexts contexts)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        Reply reply = await peer.CreateAsync("a.txt", contexts: List(contexts));
        Assert.Empty(server.Log.Errors);
        return reply;
    }

    private static byte[] List(Contexts contexts)
    {
        var writer = new CreateContextListWriter(new byte[1024]);
        contexts(ref writer);
        return writer.Written.ToArray();
    }

    private static ReadOnlyMemory<byte> Data(CreateResponse response, ReadOnlySpan<byte> name)
    {
        foreach (CreateContext context in new CreateContextList(response.Contexts))
        {
            if (context.Is(name))
                return context.Data;
        }

        throw new InvalidOperationException("The context is not there.");
    }
}
