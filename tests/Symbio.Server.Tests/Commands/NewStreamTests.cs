using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage;
using Symbio.Testing;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Commands;

/// <summary>Named streams that a CREATE makes of a file that is there.</summary>
public sealed class NewStreamTests
{
    [Theory] // A stream changes its file, whatever the open asks for.
    [InlineData(AccessMask.FileGenericRead, NtStatus.AccessDenied)]
    [InlineData(AccessMask.FileGenericRead | AccessMask.WriteData, NtStatus.Success)]
    public async Task It_takes_the_right_to_write_to_the_file(AccessMask granted, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("f");
        byte[] descriptor = SecurityDescriptor.Create(
            Sid.BuiltinAdministrators, Sid.BuiltinAdministrators, [Ace.Allow(Sid.Everyone, granted)]).ToArray();
        await peer.SendAsync(new SetInfoRequest(InfoType.Security, 0, (uint)SecurityInformation.Dacl, file, descriptor));

        foreach (CreateDisposition disposition in (CreateDisposition[])[CreateDisposition.OpenIf, CreateDisposition.Create])
        {
            Reply reply = await peer.CreateAsync($"f:{disposition}", AccessMask.ReadAttributes, disposition);
            Assert.Equal(expected, reply.Status);
        }

        Assert.Equal(expected == NtStatus.Success ? 2 : 0, await StreamsAsync(server));
    }

    [Fact]
    public async Task A_file_that_is_read_only_gets_none()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("f");
        await peer.SetBasicAsync(file, attributes: FileAttributes.ReadOnly);

        Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync("f:s", AccessMask.ReadAttributes)).Status);

        Assert.Equal(0, await StreamsAsync(server));
    }

    [Fact]
    public async Task An_open_that_is_not_let_in_makes_none()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("f", AccessMask.Delete);
        const ShareAccess NotDelete = ShareAccess.Read | ShareAccess.Write;

        Assert.Equal(NtStatus.SharingViolation, (await peer.CreateAsync("f:s", share: NotDelete)).Status);
        Assert.Equal(0, await StreamsAsync(server));

        await peer.CloseAsync(file);
        Assert.Equal(NtStatus.Success, (await peer.CreateAsync("f:s", disposition: CreateDisposition.Create, share: NotDelete)).Status);
        Assert.Equal(NtStatus.SharingViolation, (await peer.CreateAsync("F:S", AccessMask.Delete)).Status);
        Assert.Equal(1, await StreamsAsync(server));
    }

    private static async Task<int> StreamsAsync(TestServer server)
    {
        var (_, file) = await server.Store.OpenAsync("f", default, StoreCaller.Service, CancellationToken.None);
        await using (file)
            return (await file!.GetStreamsAsync(CancellationToken.None)).Streams.Count;
    }
}
