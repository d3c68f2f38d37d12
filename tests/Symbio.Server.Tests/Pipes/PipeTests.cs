using System.Buffers.Binary;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Ioctls;
using Symbio.Testing;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Pipes;

/// <summary>Named pipes as SMB2 shows them; the RPC inside is Symbio.Rpc.Tests' business.</summary>
public sealed class PipeTests
{
    // A bind of srvsvc 3.0 with NDR 2.0; the header's first 10 bytes are version, type, flags, data representation, length.
    private static readonly byte[] Bind = Convert.FromHexString(
        "05000b03100000004800000001000000" + "d016d0160000000001000000" + "00000100"
        + "c84f324b7016d30112785a47bf6ee18803000000" + "045d888aeb1cc9119fe808002b10486002000000");

    // NetrRemoteTOD (28) with a null server name.
    private static readonly byte[] RemoteTod = Convert.FromHexString(
        "05000003100000001c00000002000000" + "04000000" + "0000" + "1c00" + "00000000");

    private const byte BindAck = 12;
    private const byte Response = 2;

    private static Task<ScriptedPeer> ConnectAsync(TestServer server, Dialect dialect = Dialect.Smb311) =>
        server.ConnectAuthenticatedAsync(dialect, "IPC$").AsTask();

    [Theory]
    [InlineData("srvsvc")]
    [InlineData(@"\srvsvc")]
    [InlineData("WKSSVC")]
    [InlineData("lsarpc")]
    [InlineData("lsass")]
    public async Task A_pipe_opens_as_on_Windows(string name)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);

        var response = (await peer.CreateAsync(name, AccessMask.GenericRead | AccessMask.GenericWrite, CreateDisposition.Open)).As<CreateResponse>();

        Assert.Equal(CreateAction.Opened, response.CreateAction);
        Assert.Equal(4096u, response.AllocationSize);
        Assert.Equal(FileAttributes.Normal, response.FileAttributes);
        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(response.FileId)).Status);
        Assert.Equal(0, server.Server.Opens.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("spoolss")]
    [InlineData(@"..\srvsvc")]
    public async Task A_pipe_that_does_not_exist_is_not_found(string name)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);

        Assert.Equal(NtStatus.ObjectNameNotFound, (await peer.CreateAsync(name, disposition: CreateDisposition.Open)).Status);
    }

    [Theory]
    [InlineData(Dialect.Smb202)]
    [InlineData(Dialect.Smb311)]
    public async Task Calls_by_transceive(Dialect dialect)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server, dialect);
        FileId pipe = await peer.OpenAsync("srvsvc");

        Reply bound = await peer.IoctlAsync(FsctlCode.PipeTransceive, pipe, Bind);
        Reply called = await peer.IoctlAsync(FsctlCode.PipeTransceive, pipe, RemoteTod);

        Assert.Equal(BindAck, bound.As<IoctlResponse>().Output.Span[2]);
        Assert.Equal(Response, called.As<IoctlResponse>().Output.Span[2]);
        Assert.Equal(pipe, called.As<IoctlResponse>().FileId);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task All_pipes_of_a_session_have_one_bound_for_what_they_hold()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxPipeBytesPerSession = 16_000 } });
        await using ScriptedPeer peer = await ConnectAsync(server);
        await using ScriptedPeer other = await ConnectAsync(server);
        FileId first = await peer.OpenAsync("srvsvc"), second = await peer.OpenAsync("srvsvc");

        NtStatus held = await FillAsync(peer, first, fragments: 3);
        NtStatus refused = await FillAsync(peer, second, fragments: 3);
        NtStatus others = await FillAsync(other, await other.OpenAsync("srvsvc"), fragments: 3);
        await peer.CloseAsync(first);
        FileId third = await peer.OpenAsync("srvsvc");

        Assert.Equal(NtStatus.Success, held);
        Assert.Equal(NtStatus.InsufficientResources, refused);
        Assert.Equal(NtStatus.Success, others);
        Assert.Equal(NtStatus.Success, await FillAsync(peer, third, fragments: 3));

        // Fragments of a request that never ends.
        static async Task<NtStatus> FillAsync(ScriptedPeer peer, FileId pipe, int fragments)
        {
            await peer.WriteAsync(pipe, 0, Bind);
            await peer.ReadAsync(pipe, 0, 4096);
            byte[] fragment = RemoteTod;
            Array.Resize(ref fragment, 4096);
            BinaryPrimitives.WriteUInt16LittleEndian(fragment.AsSpan(8), 4096);
            NtStatus status = NtStatus.Success;
            for (int i = 0; i < fragments; i++)
            {
                fragment[3] = i == 0 ? (byte)1 : (byte)0; // PFC_FIRST_FRAG
                status = (await peer.WriteAsync(pipe, 0, fragment)).Status;
            }

            return status;
        }
    }

    [Fact]
    public async Task Calls_by_write_and_read_in_parts()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        FileId pipe = await peer.OpenAsync("srvsvc");
        await peer.WriteAsync(pipe, 0, Bind);

        Reply peek = await peer.IoctlAsync(FsctlCode.PipePeek, pipe, maxOutput: 16 + 3);
        Reply head = await peer.ReadAsync(pipe, 0, 16);
        var body = (await peer.ReadAsync(pipe, 0, 4096)).As<ReadResponse>();

        ushort length = BinaryPrimitives.ReadUInt16LittleEndian(head.As<ReadResponse>().Data.Span[8..]);
        var peeked = peek.Output<PipePeekResponse>();
        Assert.Equal(NtStatus.BufferOverflow, peek.Status);
        Assert.Equal((NamedPipeState.Connected, 1u, (uint)length, 3), (peeked.NamedPipeState, peeked.NumberOfMessages, peeked.MessageLength, peeked.Data.Length));
        Assert.Equal(NtStatus.BufferOverflow, head.Status);
        Assert.Equal(length - 16u, head.As<ReadResponse>().DataRemaining);
        Assert.Equal(length - 16, body.Data.Length);
    }

    [Fact] // [MS-SMB2] 3.3.5.12, 3.3.5.16
    public async Task A_read_of_an_empty_pipe_waits_and_can_be_cancelled()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        FileId pipe = await peer.OpenAsync("srvsvc");

        ulong id = await peer.PostAsync(ReadOf(pipe));
        Reply interim = await peer.WaitAsync(id, acceptInterim: true);
        await peer.CancelAsync(id, interim.Header.AsyncId);
        Reply final = await peer.WaitAsync(id);

        Assert.Equal(NtStatus.Pending, interim.Status);
        Assert.Equal(NtStatus.Cancelled, final.Status);
        Assert.Equal(interim.Header.AsyncId, final.Header.AsyncId);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(pipe, 0, Bind)).Status);
        Assert.Equal(BindAck, (await peer.ReadAsync(pipe, 0, 4096)).As<ReadResponse>().Data.Span[2]);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_read_that_waits_gets_what_is_written_later()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        FileId pipe = await peer.OpenAsync("srvsvc");

        ulong id = await peer.PostAsync(ReadOf(pipe));
        await peer.WaitAsync(id, acceptInterim: true);
        await peer.WriteAsync(pipe, 0, Bind);
        Reply final = await peer.WaitAsync(id);

        Assert.Equal(BindAck, final.As<ReadResponse>().Data.Span[2]);
    }

    [Fact]
    public async Task A_read_that_waits_ends_when_the_pipe_is_closed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        FileId pipe = await peer.OpenAsync("srvsvc");

        ulong id = await peer.PostAsync(ReadOf(pipe));
        await peer.WaitAsync(id, acceptInterim: true);
        Reply closed = await peer.CloseAsync(pipe);
        Reply final = await peer.WaitAsync(id);

        Assert.Equal(NtStatus.Success, closed.Status);
        Assert.Equal(NtStatus.PipeBroken, final.Status);
    }

    [Fact]
    public async Task After_garbage_the_pipe_is_disconnected()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        FileId pipe = await peer.OpenAsync("srvsvc");
        byte[] garbage = new byte[64];
        garbage.AsSpan().Fill(0xEE);

        await peer.WriteAsync(pipe, 0, garbage);
        Reply read;
        do
        {
            read = await peer.ReadAsync(pipe, 0, 4096);
        }
        while (read.Status == NtStatus.Success);

        Assert.Equal(NtStatus.PipeBroken, read.Status);
        Assert.Equal(NtStatus.PipeDisconnected, (await peer.WriteAsync(pipe, 0, Bind)).Status);
        Assert.Equal(NtStatus.PipeBroken, (await peer.IoctlAsync(FsctlCode.PipePeek, pipe)).Status);
    }

    [Fact]
    public async Task Waiting_for_a_pipe()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        await using ScriptedPeer files = await server.ConnectAuthenticatedAsync();

        Assert.Equal(NtStatus.Success, (await peer.IoctlAsync(FsctlCode.PipeWait, FileId.Any, new PipeWaitRequest(null, "srvsvc"))).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await peer.IoctlAsync(FsctlCode.PipeWait, FileId.Any, new PipeWaitRequest(null, "none"))).Status);
        Assert.Equal(NtStatus.NotSupported, (await files.IoctlAsync(FsctlCode.PipeWait, FileId.Any, new PipeWaitRequest(null, "srvsvc"))).Status);
    }

    [Fact]
    public async Task A_pipe_has_nothing_of_a_file()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        FileId pipe = await peer.OpenAsync("srvsvc");

        Assert.Equal(NtStatus.InvalidDeviceRequest, (await peer.IoctlAsync(FsctlCode.SetSparse, pipe)).Status);
        Assert.Equal(NtStatus.InvalidDeviceRequest, (await peer.IoctlAsync(FsctlCode.GetObjectId, pipe)).Status);
    }

    [Fact]
    public async Task Access_that_was_not_asked_for_is_not_there()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        FileId reader = await peer.OpenAsync("srvsvc", AccessMask.ReadData);
        FileId writer = await peer.OpenAsync("srvsvc", AccessMask.WriteData);

        Assert.Equal(NtStatus.AccessDenied, (await peer.WriteAsync(reader, 0, Bind)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await peer.ReadAsync(writer, 0, 10)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await peer.IoctlAsync(FsctlCode.PipeTransceive, writer, Bind)).Status);
    }

    private static ReadRequest ReadOf(FileId pipe) => new(0, ReadFlags.None, 4096, 0, pipe, 0, Channel.None, 0, default);
}
