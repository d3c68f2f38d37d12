using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

public sealed class ReadWriteTests
{
    public static TheoryData<Dialect, bool> Protections => new()
    {
        { Dialect.Smb202, false }, { Dialect.Smb210, false }, { Dialect.Smb300, false }, { Dialect.Smb302, false },
        { Dialect.Smb311, false }, { Dialect.Smb300, true }, { Dialect.Smb302, true }, { Dialect.Smb311, true },
    };

    [Theory] // [MS-SMB2] 3.3.5.12, 3.3.5.13
    [MemberData(nameof(Protections))]
    public async Task What_was_written_is_read(Dialect dialect, bool encrypt)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect, options: new PeerOptions { Encrypt = encrypt });
        FileId file = await peer.OpenAsync("a.txt");

        Reply written = await peer.WriteAsync(file, 0, "hello"u8.ToArray());
        Reply read = await peer.ReadAsync(file, 0, 100);

        Assert.Equal(NtStatus.Success, written.Status);
        Assert.Equal(NtStatus.Success, read.Status);
        Assert.Equal("hello"u8.ToArray(), read.As<ReadResponse>().Data.ToArray());
        Assert.Equal(encrypt, read.WasEncrypted);
        Assert.Equal(!encrypt, read.SignatureValid);
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // 2.2.19 and 2.2.21: what 3.x calls Channel is reserved before.
    [InlineData(Dialect.Smb202, NtStatus.Success)]
    [InlineData(Dialect.Smb210, NtStatus.Success)]
    [InlineData(Dialect.Smb300, NtStatus.InvalidParameter)]
    public async Task A_channel_is_looked_at_where_there_are_any(Dialect dialect, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);
        FileId file = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(file, 0, new byte[1]);
        const Channel Some = Channel.RdmaV1;
        var write = new WriteRequest(
            Smb2Header.Size + WriteRequest.FixedSize, 1, 0, file, Some, 0, WriteFlags.None, default, new byte[1]);

        Assert.Equal(expected, (await peer.SendAsync(new ReadRequest(0, ReadFlags.None, 1, 0, file, 0, Some, 0, default))).Status);
        Assert.Equal(expected, (await peer.SendAsync(write)).Status);
    }

    [Fact] // [MS-SMB2] 3.3.5.12
    public async Task Read_past_end_of_file_fails_with_end_of_file()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(file, 0, "hello"u8.ToArray());

        Reply reply = await peer.ReadAsync(file, 5, 1);

        Assert.Equal(NtStatus.EndOfFile, reply.Status);
    }

    [Theory] // smb2.read.eof: of a file of 5 bytes.
    [InlineData(0ul, 5u, 5u, NtStatus.Success, 5)]
    [InlineData(0ul, 10u, 0u, NtStatus.Success, 5)]
    [InlineData(0ul, 10u, 6u, NtStatus.EndOfFile, 0)]
    [InlineData(0ul, 1u, 65536u, NtStatus.EndOfFile, 0)]
    [InlineData(0ul, 5u, 10u, NtStatus.EndOfFile, 0)]
    [InlineData(5ul, 0u, 0u, NtStatus.Success, 0)]
    [InlineData(5ul, 0u, 1u, NtStatus.EndOfFile, 0)]
    [InlineData(4ul, 2u, 0u, NtStatus.Success, 1)]
    [InlineData(4ul, 1u, 2u, NtStatus.EndOfFile, 0)]
    [InlineData(100ul, 1u, 0u, NtStatus.EndOfFile, 0)]
    [InlineData((ulong)long.MaxValue - 1, 1u, 0u, NtStatus.EndOfFile, 0)]
    [InlineData((ulong)long.MaxValue, 1u, 0u, NtStatus.InvalidParameter, 0)]
    [InlineData(ulong.MaxValue, 1u, 0u, NtStatus.InvalidParameter, 0)]
    public async Task Reads(ulong offset, uint length, uint minimum, NtStatus status, int count)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(file, 0, "hello"u8.ToArray());

        Reply reply = await peer.ReadAsync(file, offset, length, minimum);

        Assert.Equal(status, reply.Status);
        if (status == NtStatus.Success)
            Assert.Equal(count, reply.As<ReadResponse>().Data.Length);
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // [MS-FSA] 2.1.5.4
    [InlineData((ulong)long.MaxValue, 1, NtStatus.InvalidParameter)]
    [InlineData(ulong.MaxValue - 1, 1, NtStatus.InvalidParameter)]
    [InlineData(ulong.MaxValue, 0, NtStatus.InvalidParameter)]
    [InlineData(1ul << 63, 0, NtStatus.InvalidParameter)]
    [InlineData(1000ul, 0, NtStatus.Success)]
    public async Task Writes(ulong offset, int length, NtStatus status)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        Assert.Equal(status, (await peer.WriteAsync(file, offset, new byte[length])).Status);
        var closed = (await peer.CloseAsync(file, CloseFlags.PostqueryAttrib)).As<CloseResponse>();
        Assert.Equal(0ul, closed.EndOfFile); // Writing nothing makes nothing longer.
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // [MS-FSA] 2.1.5.4: a handle that may only append.
    [InlineData(AccessMask.AppendData, 0ul)]
    [InlineData(AccessMask.AppendData, 2ul)]
    [InlineData(AccessMask.AppendData, 9ul)]
    public async Task Appends(AccessMask access, ulong offset)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId all = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(all, 0, "hello"u8.ToArray());
        FileId file = await peer.OpenAsync("a.txt", access);

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, offset, "!"u8.ToArray())).Status);

        Assert.Equal("hello!"u8.ToArray(), (await peer.ReadAsync(all, 0, 100)).As<ReadResponse>().Data.ToArray());
    }

    [Theory] // smb2.read.access, smb2.read.dir
    [InlineData(AccessMask.ReadData, NtStatus.Success, NtStatus.AccessDenied)]
    [InlineData(AccessMask.Execute, NtStatus.Success, NtStatus.AccessDenied)]
    [InlineData(AccessMask.ReadAttributes, NtStatus.AccessDenied, NtStatus.AccessDenied)]
    [InlineData(AccessMask.WriteData, NtStatus.AccessDenied, NtStatus.Success)]
    [InlineData(AccessMask.AppendData, NtStatus.AccessDenied, NtStatus.Success)]
    public async Task Rights(AccessMask access, NtStatus read, NtStatus write)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.WriteAsync(await peer.OpenAsync("a.txt"), 0, new byte[5]);
        FileId file = await peer.OpenAsync("a.txt", access);

        Assert.Equal(read, (await peer.ReadAsync(file, 0, 1)).Status);
        Assert.Equal(write, (await peer.WriteAsync(file, 0, new byte[1])).Status);
    }

    [Fact]
    public async Task A_directory_holds_no_data()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);

        Assert.Equal(NtStatus.InvalidDeviceRequest, (await peer.ReadAsync(file, 0, 1)).Status);
        Assert.Equal(NtStatus.InvalidDeviceRequest, (await peer.WriteAsync(file, 0, new byte[1])).Status);
    }

    [Fact] // 3.3.5.12, 3.3.5.13: no RDMA here.
    public async Task A_channel_that_the_connection_is_not_is_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        Reply read = await peer.SendAsync(new ReadRequest(0, ReadFlags.None, 1, 0, file, 0, (Channel)1, 0, default));

        Assert.Equal(NtStatus.InvalidParameter, read.Status);
    }

    [Theory] // Written through by the request or by the open.
    [InlineData(WriteFlags.WriteThrough, CreateOptions.None)]
    [InlineData(WriteFlags.None, CreateOptions.WriteThrough)]
    public async Task Write_through(WriteFlags flags, CreateOptions options)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt", options: options);

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, new byte[3], flags)).Status);
    }
}
