using System.Net;
using Symbio.Interop.Tests.Clients;
using Symbio.Storage.Posix;
using Symbio.Testing;

namespace Symbio.Interop.Tests.Smbtorture;

/// <summary>
/// smbtorture's vfs.fruit and its siblings, which are written for Samba's fruit module, with a server in this process. What is
/// missing of their 39: four that need names that begin with "._" or that hold a '/', which [MS-FSCC] 2.1.5 forbids; the sharing
/// of locks with an AFP server; `net vfs stream2adouble`; reads of AFP_AfpInfo that begin at its end and get a byte.
/// </summary>
public sealed class FruitTests : IDisposable
{
    private const string Plain = "plain";

    private static readonly string[] s_everywhere =
    [
        "vfs.fruit.copyfile", "vfs.fruit.write metadata", "vfs.fruit.SMB2/CREATE context AAPL", "vfs.fruit.stream names",
        "vfs.fruit.truncate resource fork to 0 bytes", "vfs.fruit.opening and creating resource fork",
        "vfs.fruit.fsync_resource_fork", "vfs.fruit.rename_dir_openfile", "vfs.fruit.File without AFP_AfpInfo",
        "vfs.fruit.create delete-on-close AFP_AfpInfo", "vfs.fruit.setinfo delete-on-close AFP_AfpInfo",
        "vfs.fruit.setinfo eof AFP_AfpInfo", "vfs.fruit.delete AFP_AfpInfo by writing all 0",
        "vfs.fruit.create delete-on-close AFP_AfpResource", "vfs.fruit.setinfo delete-on-close AFP_AfpResource",
        "vfs.fruit.setinfo eof AFP_AfpResource", "vfs.fruit.setinfo eof stream", "vfs.fruit.null afpinfo", "vfs.fruit.delete",
        "vfs.fruit.read open rsrc after rename", "vfs.fruit.readdir_attr with names with illegal ntfs characters",
        "vfs.fruit.creating rsrc with read-only access", "vfs.fruit.copy-chunk streams", "vfs.fruit.NFS ACE entries",
        "vfs.fruit.empty_stream", "vfs.fruit.writing_afpinfo", "vfs.fruit_file_id.zero file id if AAPL negotiated",
        "vfs.fruit_netatalk.stream names with locally created xattr",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-fruit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(AppleMetadata.Stream, AppleResource.Stream)]
    [InlineData(AppleMetadata.Netatalk, AppleResource.File)]
    public async Task Streams_are_as_macOS_knows_them(AppleMetadata metadata, AppleResource resource)
    {
        string smbtorture = Peers.Require("smbtorture");
        var options = new PosixStoreOptions { AppleMetadata = metadata, AppleResource = resource };
        await using PosixFileStore plain = PosixFileStore.Open(_folder);
        await using TestServer server = await TestServer.StartAsync(
            o => o with
            {
                Endpoints = [new IPEndPoint(IPAddress.Loopback, 0)],
                RequireSigning = false, // smbtorture's sessions come and go.
                Shares = [o.Shares[0], o.Shares[0] with { Name = Plain, Store = plain, AppleExtensions = false }],
            },
            PosixFileStore.Open(_folder, options));
        List<string> tests = [.. s_everywhere];
        if (resource == AppleResource.File)
            tests.Add("vfs.fruit.resource fork IO"); // 64 MiB of it.
        if (metadata == AppleMetadata.Stream)
            tests.Add("vfs.fruit.invalid AFP_AfpInfo"); // Left where others keep streams.

        var failed = new List<string>();
        foreach (string test in tests)
        {
            CommandResult result = await new Command(
                smbtorture, $"//127.0.0.1/{TestServer.Share}", "-p", $"{server.Server.Endpoints[0].Port}",
                "-U", $"{TestServer.User}%{TestServer.Password}", $"--option=torture:localdir={_folder}",
                $"--option=torture:share2={Plain}", test).RunAsync();
            if (!result.Output.Contains("\nsuccess: ", StringComparison.Ordinal))
                failed.Add($"{test}: {result.Text}");
        }

        Assert.Empty(failed);
        Assert.Empty(server.Log.Errors);
    }
}
