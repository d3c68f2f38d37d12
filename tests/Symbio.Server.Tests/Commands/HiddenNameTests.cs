using System.Runtime.Versioning;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using Symbio.Storage.Posix;
using Symbio.Testing;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Commands;

/// <summary>Files that are hidden for their names, and what that means for who overwrites them, [MS-FSA] 2.1.5.1.2.</summary>
[SupportedOSPlatform("linux")]
public sealed class HiddenNameTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-hidden-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(".profile")]
    [InlineData("desktop.ini")]
    public async Task Who_overwrites_one_need_not_know_that_it_is_hidden_unless_somebody_has_hidden_it(string name)
    {
        await using TestServer server = await TestServer.StartAsync(
            store: PosixFileStore.Open(_folder, new PosixStoreOptions { HiddenNames = ["desktop.ini"] }));
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        for (int i = 0; i < 2; i++)
        {
            Reply reply = await peer.CreateAsync(
                name, disposition: CreateDisposition.OverwriteIf, attributes: FileAttributes.Normal);
            Assert.Equal(NtStatus.Success, reply.Status);
            await peer.CloseAsync(reply.As<CreateResponse>().FileId);
            Reply seen = await peer.CreateAsync(name, disposition: CreateDisposition.Open);
            Assert.Equal(FileAttributes.Hidden | FileAttributes.Archive, seen.As<CreateResponse>().FileAttributes);
            await peer.CloseAsync(seen.As<CreateResponse>().FileId);
        }

        (_, IStoreFile? file) = await server.Store.OpenAsync(
            name, new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, CancellationToken.None);
        Assert.Equal(
            NtStatus.Success,
            await file!.SetBasicInfoAsync(new(Attributes: FileAttributes.Hidden), CancellationToken.None));
        await file.DisposeAsync();
        Assert.Equal(
            NtStatus.AccessDenied,
            (await peer.CreateAsync(
                name, disposition: CreateDisposition.OverwriteIf, attributes: FileAttributes.Normal)).Status);
    }
}
