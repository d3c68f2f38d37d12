using Symbio.Protocol;
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
}
