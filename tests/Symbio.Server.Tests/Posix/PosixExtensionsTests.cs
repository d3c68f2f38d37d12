using System.Runtime.Versioning;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Posix;

/// <summary>The SMB 3.1.1 POSIX extensions: who gets them, names, modes and owners.</summary>
[SupportedOSPlatform("linux")]
public sealed class PosixExtensionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-server-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task They_are_there_for_who_asks()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer plain = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = await server.ConnectPosixAsync();

        Assert.False(plain.HasPosix);
        Assert.True(peer.HasPosix);

        // Not negotiated: a context that the server does not know.
        Reply reply = await plain.CreatePosixAsync("A", 0x180);
        Assert.Equal(0, reply.As<CreateResponse>().Contexts.Length);
        Assert.Equal(NtStatus.Success, (await plain.CreateAsync("a", disposition: CreateDisposition.Open)).Status);
    }

    [Fact]
    public async Task A_share_may_be_without_them()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder, s => s with { PosixExtensions = false });
        await using ScriptedPeer peer = await server.ConnectPosixAsync();

        Reply reply = await peer.CreatePosixAsync("a", 0x180);

        Assert.Equal(0, reply.As<CreateResponse>().Contexts.Length);
        Assert.Equal(NtStatus.ObjectNameInvalid, (await peer.CreatePosixAsync("a?c")).Status);
    }

    [Fact] // The share is in memory, and nothing there has a mode.
    public async Task A_store_may_be_without_them()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectPosixAsync();

        Assert.Equal(0, (await peer.CreatePosixAsync("a", 0x180)).As<CreateResponse>().Contexts.Length);
    }

    [Theory] // Exactly these bits: the client has applied its user's umask, ours is none of its business.
    [InlineData(0x1B6, false)] // 0666
    [InlineData(0x180, false)] // 0600
    [InlineData(0x81ED, false)] // 0100755: Linux sends the type as well.
    [InlineData(0x1FF, true)] // 0777
    [InlineData(0x3FF, true)] // 01777
    public async Task What_is_created_has_the_mode_that_is_asked_for(uint mode, bool directory)
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();

        Reply reply = await peer.CreatePosixAsync(
            "new", mode, options: directory ? CreateOptions.DirectoryFile : CreateOptions.None);

        var response = reply.As<CreateResponse>();
        PosixProperties told = ReadContext(response);
        Assert.Equal(mode & 0xFFF, told.Mode);
        Assert.Equal((uint)File.GetUnixFileMode(Path.Combine(_folder, "new")), mode & 0xFFF);
        FilePosixInformation queried = await peer.QueryPosixAsync(response.FileId);
        Assert.Equal(told, queried.Properties);
        Assert.True(told.Owner.TryGetUnixUser(out _));
        Assert.True(told.Group.TryGetUnixGroup(out _));
        Assert.Equal(directory, (queried.FileAttributes & Protocol.Fscc.FileAttributes.Directory) != 0);
    }

    [Fact]
    public async Task Names_differ_by_case()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        FileId lower = await peer.OpenPosixAsync("name", disposition: CreateDisposition.Create);
        FileId upper = await peer.OpenPosixAsync("NAME", disposition: CreateDisposition.Create);

        Assert.NotEqual((await peer.QueryPosixAsync(lower)).Inode, (await peer.QueryPosixAsync(upper)).Inode);
        Assert.Equal(
            NtStatus.ObjectNameNotFound, (await peer.CreatePosixAsync("Name", disposition: CreateDisposition.Open)).Status);
        Assert.Equal(
            NtStatus.ObjectPathNotFound, (await peer.CreatePosixAsync("None/x", disposition: CreateDisposition.Open)).Status);
        Assert.Equal(
            NtStatus.ObjectNameCollision, (await peer.CreatePosixAsync("NAME", disposition: CreateDisposition.Create)).Status);
        Assert.Equal(["NAME", "name"], await peer.ListPosixAsync());

        // Who does not ask for POSIX semantics finds them as ever, the exact spelling first.
        Assert.Equal(NtStatus.Success, (await peer.CreateAsync("nAmE", disposition: CreateDisposition.Open)).Status);
    }

    [Theory]
    [InlineData("a:b", "a:b")]
    [InlineData("\"*:<>?|", "\"*:<>?|")]
    [InlineData("end.", "end.")]
    [InlineData("end ", "end ")]
    [InlineData("a~1", "a~1")]
    [InlineData("d/back\\slash", "back\\slash")]
    [InlineData("d\\plain", "plain")]
    public async Task Names_may_hold_what_windows_forbids(string name, string onDisk)
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        await peer.OpenPosixAsync("d", options: CreateOptions.DirectoryFile);
        bool below = name.StartsWith('d');
        string folder = below ? Path.Combine(_folder, "d") : _folder;

        FileId file = await peer.OpenPosixAsync(name, disposition: CreateDisposition.Create);

        Assert.True(File.Exists(Path.Combine(folder, onDisk)));
        Assert.Contains(onDisk, await peer.ListPosixAsync(below ? "d" : ""));
        Assert.Equal(NtStatus.Success, (await peer.CreatePosixAsync(name, disposition: CreateDisposition.Open)).Status);
        await peer.CloseAsync(file);
        Assert.Equal(NtStatus.Success, await peer.UnlinkAsync(name));
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/./b")]
    [InlineData("../a")]
    [InlineData("a\0b")]
    public async Task Names_that_are_none(string name)
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();

        Assert.Equal(NtStatus.ObjectNameInvalid, (await peer.CreatePosixAsync(name)).Status);
    }

    [Fact] // S-1-5-88-3-mode in a DACL, S-1-5-88-1-uid as owner, as Linux sends them.
    public async Task Mode_and_owner_are_set_by_a_security_descriptor()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        FileId file = await peer.OpenPosixAsync("a", 0x1A4);
        uint uid = ReadUid((await peer.QueryPosixAsync(file)).Properties);
        byte[] descriptor = SecurityDescriptor.Create(
            new Sid(5, 88, 1, uid), new Sid(5, 88, 2, 0),
            Ace.Deny(new Sid(5, 88, 3, 0x1E8), AccessMask.None), Ace.Allow(Sid.AuthenticatedUsers, AccessMask.FileAll)).ToArray();

        Reply mode = await peer.SendAsync(new SetInfoRequest(
            InfoType.Security, 0, (uint)SecurityInformation.Dacl, file, descriptor));
        Reply owner = await peer.SendAsync(new SetInfoRequest(
            InfoType.Security, 0, (uint)SecurityInformation.Owner, file, descriptor));

        Assert.Equal((NtStatus.Success, NtStatus.Success), (mode.Status, owner.Status));
        Assert.Equal(0x1E8u, (await peer.QueryPosixAsync(file)).Properties.Mode);
        Assert.Equal(uid, ReadUid((await peer.QueryPosixAsync(file)).Properties));
    }

    [Fact]
    public async Task The_volume_tells_what_statvfs_tells()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        FileId posix = await peer.OpenPosixAsync("", disposition: CreateDisposition.Open);
        FileId plain = await peer.OpenAsync("", disposition: CreateDisposition.Open);

        Reply reply = await QueryVolumeAsync(peer, posix);

        var reader = new WireReader(reply.As<QueryInfoResponse>().Buffer);
        Assert.True(FileFsPosixInformation.TryRead(ref reader, out FileFsPosixInformation information));
        Assert.True(information.TotalBlocks >= information.BlocksAvailable);
        Assert.True(information.BlocksAvailable >= information.UserBlocksAvailable);
        Assert.Equal(NtStatus.InvalidInfoClass, (await QueryVolumeAsync(peer, plain)).Status);
    }

    [Fact]
    public async Task Truncating_takes_the_data_and_nothing_else()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        FileId file = await peer.OpenPosixAsync(".a", 0x1A4);
        await peer.WriteAsync(file, 0, new byte[10]);
        FileId stream = await peer.OpenAsync(".a:s");
        await peer.CloseAsync(stream);

        Reply reply = await peer.CreatePosixAsync(".a", 0x180, CreateDisposition.OverwriteIf);

        FilePosixInformation after = await peer.QueryPosixAsync(reply.As<CreateResponse>().FileId);
        Assert.Equal((0L, 0x1A4u), (after.EndOfFile, after.Properties.Mode));
        Assert.Equal(NtStatus.Success, (await peer.CreateAsync(".a:s", disposition: CreateDisposition.Open)).Status);
    }

    private static ValueTask<Reply> QueryVolumeAsync(ScriptedPeer peer, FileId file) => peer.SendAsync(new QueryInfoRequest(
        InfoType.FileSystem, (byte)FileSystemInformationClass.Posix, 4096, 0, QueryInfoFlags.None, file, default));

    private static uint ReadUid(PosixProperties properties) =>
        properties.Owner.TryGetUnixUser(out uint uid) ? uid : throw new InvalidDataException();

    private static PosixProperties ReadContext(CreateResponse response)
    {
        foreach (CreateContext context in new CreateContextList(response.Contexts))
        {
            if (context.Is(CreateContextName.Posix) && PosixCreateResponse.TryRead(context.Data, out PosixCreateResponse posix))
                return posix.Properties;
        }

        throw new InvalidDataException("There is no POSIX context.");
    }
}
