using System.Runtime.Versioning;
using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Posix;
using Symbio.Testing;

namespace Symbio.Server.Tests.Posix;

/// <summary>A peer that uses the SMB 3.1.1 POSIX extensions, and a server that has them.</summary>
[SupportedOSPlatform("linux")]
internal static class PosixPeer
{
    public const uint NoMode = 0xFFFF;

    public static ValueTask<TestServer> StartAsync(
        string folder, Func<ShareOptions, ShareOptions>? share = null, LinkPolicy links = LinkPolicy.Follow) =>
        TestServer.StartAsync(
            options => options with
            {
                Accounts = new LocalAccounts(new LocalAuthorityOptions { UnixAccounts = new OwnAccount() })
                {
                    { TestServer.User, TestServer.Password },
                },
                Shares = [share?.Invoke(options.Shares[0]) ?? options.Shares[0]],
            },
            PosixFileStore.Open(folder, new PosixStoreOptions { Links = links }));

    public static ValueTask<ScriptedPeer> ConnectPosixAsync(this TestServer server) =>
        server.ConnectAuthenticatedAsync(options: new PeerOptions { Posix = true });

    public static ValueTask<Reply> CreatePosixAsync(
        this ScriptedPeer peer, string name, uint mode = NoMode, CreateDisposition disposition = CreateDisposition.OpenIf,
        CreateOptions options = CreateOptions.None, AccessMask access = AccessMask.FileAll,
        ShareAccess share = ShareAccess.All)
    {
        Span<byte> buffer = stackalloc byte[64];
        var list = new CreateContextListWriter(buffer);
        list.Add(new PosixCreateRequest(mode));
        return peer.CreateAsync(name, access, disposition, options, share, contexts: list.Written.ToArray());
    }

    public static async ValueTask<FileId> OpenPosixAsync(
        this ScriptedPeer peer, string name, uint mode = NoMode, CreateDisposition disposition = CreateDisposition.OpenIf,
        CreateOptions options = CreateOptions.None)
    {
        Reply reply = await peer.CreatePosixAsync(name, mode, disposition, options);
        Assert.Equal(NtStatus.Success, reply.Status);
        return reply.As<CreateResponse>().FileId;
    }

    /// <summary>unlink(2), as Linux does it.</summary>
    public static async ValueTask<NtStatus> UnlinkAsync(this ScriptedPeer peer, string name)
    {
        Reply reply = await peer.CreatePosixAsync(
            name, disposition: CreateDisposition.Open, access: AccessMask.Delete,
            options: CreateOptions.DeleteOnClose | CreateOptions.OpenReparsePoint);
        if (reply.Status == NtStatus.Success)
            await peer.CloseAsync(reply.As<CreateResponse>().FileId);
        return reply.Status;
    }

    public static async ValueTask<FilePosixInformation> QueryPosixAsync(this ScriptedPeer peer, FileId file)
    {
        Reply reply = await peer.SendAsync(new QueryInfoRequest(
            InfoType.File, (byte)FileInformationClass.Posix, 4096, 0, QueryInfoFlags.None, file, default));
        Assert.Equal(NtStatus.Success, reply.Status);
        var reader = new WireReader(reply.As<QueryInfoResponse>().Buffer);
        Assert.True(FilePosixInformation.TryRead(ref reader, out FilePosixInformation information));
        return information;
    }

    public static async ValueTask<IReadOnlyList<string>> ListPosixAsync(this ScriptedPeer peer, string directory = "")
    {
        FileId file = await peer.OpenPosixAsync(
            directory, disposition: CreateDisposition.Open, options: CreateOptions.DirectoryFile);
        var names = new List<string>();
        while (true)
        {
            Reply reply = await peer.SendAsync(new QueryDirectoryRequest(
                (byte)FileInformationClass.Posix, QueryDirectoryFlags.None, 0, file, 65536,
                System.Text.Encoding.Unicode.GetBytes("*")));
            if (reply.Status != NtStatus.Success)
                break;
            var reader = new DirectoryEntryReader(reply.As<QueryDirectoryResponse>().Buffer, FileInformationClass.Posix);
            while (reader.MoveNext())
            {
                if (reader.Name is not ("." or ".."))
                    names.Add(reader.Name.ToString());
            }
        }

        await peer.CloseAsync(file);
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
