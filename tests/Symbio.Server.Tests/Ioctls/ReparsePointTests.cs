using System.Runtime.Versioning;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Posix;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Storage.Posix;
using Symbio.Testing;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>
/// FSCTL_SET_REPARSE_POINT, GET and DELETE ([MS-FSA] 2.1.5.10.37, .14 and .3), and what CREATE does with what they make,
/// on a store that keeps reparse points itself and on one that makes symbolic links of them.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ReparsePointTests : IDisposable
{
    private const uint ThirdPartyTag = 0x00000077;

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-reparse-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("memory", false)]
    [InlineData("report", false)]
    [InlineData("follow", false)]
    [InlineData("memory", true)]
    [InlineData("report", true)]
    public async Task A_link_is_made_told_and_unmade(string kind, bool directory)
    {
        await using TestServer server = await StartAsync(kind);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync("target", options: Kind(directory)));
        FileId file = await peer.OpenAsync("link", options: Kind(directory) | CreateOptions.OpenReparsePoint);

        Assert.Equal(NtStatus.Success, (await SetAsync(peer, file, Link("target"))).Status);

        Assert.Equal("target", Target(await peer.IoctlAsync(FsctlCode.GetReparsePoint, file)));
        var tag = await QueryAsync<FileAttributeTagInformation>(peer, file, FileInformationClass.AttributeTag);
        Assert.Equal(ReparseTag.SymbolicLink, tag.ReparseTag);
        Assert.Equal(
            FileAttributes.ReparsePoint | (directory ? FileAttributes.Directory : 0),
            tag.FileAttributes & (FileAttributes.ReparsePoint | FileAttributes.Directory));
        await peer.CloseAsync(file);
        file = await peer.OpenAsync(
            "link", disposition: CreateDisposition.Open, options: Kind(directory) | CreateOptions.OpenReparsePoint);
        Assert.Equal("target", Target(await peer.IoctlAsync(FsctlCode.GetReparsePoint, file)));

        Reply deleted = await peer.IoctlAsync(
            FsctlCode.DeleteReparsePoint, file, new ReparseDataBuffer(ReparseTag.SymbolicLink, Guid.Empty, default));
        Assert.Equal(NtStatus.Success, deleted.Status);
        Assert.Equal(NtStatus.NotAReparsePoint, (await peer.IoctlAsync(FsctlCode.GetReparsePoint, file)).Status);
        await peer.CloseAsync(file);
        Reply plain = await peer.CreateAsync("link", AccessMask.ReadAttributes, CreateDisposition.Open, Kind(directory));
        Assert.Equal(NtStatus.Success, plain.Status);
        Assert.Equal(FileAttributes.None, plain.As<CreateResponse>().FileAttributes & FileAttributes.ReparsePoint);
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // POSIX clients separate with '/' or '\\', and ':' is a character like others.
    [InlineData("d/link/a/b", "/a/b")]
    [InlineData(@"d\link\a\b", @"\a\b")]
    [InlineData("d/link/a:b", "/a:b")]
    [InlineData("e:f/link/a", "/a")]
    [InlineData(@"d/link/a\b", @"/a\b")]
    [InlineData("d/link", "")]
    public async Task What_a_posix_client_is_told_is_counted_in_its_own_spelling(string name, string unparsed)
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder, links: LinkPolicy.Report);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        foreach (string folder in (string[])["d", "e:f"])
        {
            await peer.CloseAsync(await peer.OpenPosixAsync(folder, options: CreateOptions.DirectoryFile));
            string onDisk = Directory.GetDirectories(_folder).Single(path => (Path.GetFileName(path) == "d") == (folder == "d"));
            File.CreateSymbolicLink(Path.Combine(onDisk, "link"), "../elsewhere");
        }

        Reply reply = await peer.CreatePosixAsync(name, disposition: CreateDisposition.Open);

        Assert.Equal(NtStatus.StoppedOnSymlink, reply.Status);
        Assert.Equal(Encoding.Unicode.GetByteCount(unparsed), Told(reply, Dialect.Smb311).UnparsedPathLength);
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // [MS-SMB2] 2.2.2.2.1.1
    [InlineData("memory", Dialect.Smb311, @"d\link\a\b.txt", @"\a\b.txt")]
    [InlineData("report", Dialect.Smb311, @"d\link\a\b.txt", @"\a\b.txt")]
    [InlineData("report", Dialect.Smb311, @"D\LINK\a\b.txt", @"\a\b.txt")]
    [InlineData("report", Dialect.Smb302, @"d\link\a", @"\a")]
    [InlineData("memory", Dialect.Smb210, @"d\link\a", @"\a")]
    [InlineData("memory", Dialect.Smb311, @"d\link", "")]
    [InlineData("report", Dialect.Smb311, @"d\link", "")]
    [InlineData("report", Dialect.Smb311, @"d\link:stream", ":stream")]
    [InlineData("report", Dialect.Smb311, @"d\link\", @"\")]
    [InlineData("report", Dialect.Smb311, @"d\link\a:s", @"\a:s")]
    public async Task Who_comes_upon_a_link_is_told_where_it_leads(string kind, Dialect dialect, string name, string unparsed)
    {
        await using TestServer server = await StartAsync(kind);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);
        await peer.CloseAsync(await peer.OpenAsync("d", options: CreateOptions.DirectoryFile));
        await MakeLinkAsync(peer, @"d\link", Link(@"..\elsewhere"), CreateOptions.DirectoryFile);

        foreach (CreateDisposition disposition in (CreateDisposition[])[CreateDisposition.Open, CreateDisposition.OpenIf])
        {
            Reply reply = await peer.CreateAsync(name, AccessMask.FileAll, disposition);

            Assert.Equal(NtStatus.StoppedOnSymlink, reply.Status);
            SymbolicLinkErrorResponse told = Told(reply, dialect);
            Assert.Equal(Encoding.Unicode.GetByteCount(unparsed), told.UnparsedPathLength);
            Assert.Equal(SymbolicLinkFlags.Relative, told.Flags);
            Assert.Equal(@"..\elsewhere", Encoding.Unicode.GetString(told.SubstituteName.Span));
            Assert.Equal(@"..\elsewhere", Encoding.Unicode.GetString(told.PrintName.Span));
        }

        Assert.Empty(server.Log.Errors);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("report")]
    public async Task An_absolute_link_is_told_as_it_was_set(string kind)
    {
        const string Target = @"\??\UNC\server\share\folder";
        await using TestServer server = await StartAsync(kind);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await MakeLinkAsync(peer, "link", new(Target, @"\\server\share\folder", IsRelative: false));

        SymbolicLinkErrorResponse told = Told(
            await peer.CreateAsync("link", disposition: CreateDisposition.Open), Dialect.Smb311);

        Assert.Equal(SymbolicLinkFlags.None, told.Flags);
        Assert.Equal(Target, Encoding.Unicode.GetString(told.SubstituteName.Span));
        Assert.Equal(@"\\server\share\folder", Encoding.Unicode.GetString(told.PrintName.Span));
    }

    [Fact]
    public async Task On_disk_it_is_a_symbolic_link_and_the_other_way_round()
    {
        await using TestServer server = await StartAsync("report");
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await MakeLinkAsync(peer, "made", Link(@"..\a folder\.b"));
        File.CreateSymbolicLink(Path.Combine(_folder, "found"), "sub/x:y");
        File.CreateSymbolicLink(Path.Combine(_folder, "full"), "/etc/hostname");

        Assert.Equal("../a folder/.b", new FileInfo(Path.Combine(_folder, "made")).LinkTarget);
        SymbolicLinkErrorResponse found = Told(
            await peer.CreateAsync("found", disposition: CreateDisposition.Open), Dialect.Smb311);
        Assert.Equal("sub\\x\uF022y", Encoding.Unicode.GetString(found.SubstituteName.Span));
        SymbolicLinkErrorResponse full = Told(
            await peer.CreateAsync("full", disposition: CreateDisposition.Open), Dialect.Smb311);
        Assert.Equal(@"\etc\hostname", Encoding.Unicode.GetString(full.SubstituteName.Span));
        Assert.Equal(SymbolicLinkFlags.None, full.Flags);
    }

    [Fact]
    public async Task Where_links_are_followed_only_who_asks_for_the_link_gets_it()
    {
        await using TestServer server = await StartAsync("follow");
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync("target"));
        await MakeLinkAsync(peer, "link", Link("target"));

        Reply followed = await peer.CreateAsync("link", AccessMask.ReadAttributes, CreateDisposition.Open);
        Reply itself = await peer.CreateAsync(
            "link", AccessMask.ReadAttributes | AccessMask.Delete, CreateDisposition.Open,
            CreateOptions.OpenReparsePoint | CreateOptions.DeleteOnClose);

        Assert.Equal(FileAttributes.Archive, followed.As<CreateResponse>().FileAttributes);
        Assert.Equal(FileAttributes.ReparsePoint, itself.As<CreateResponse>().FileAttributes);
        await peer.CloseAsync(itself.As<CreateResponse>().FileId);
        Assert.Equal(["target"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Where_links_are_hidden_there_are_none()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "target");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "folder"), ".");
        await using TestServer server = await StartAsync("hide");
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("target");

        Assert.Equal(NtStatus.ObjectNameNotFound, (await OpenAsync(peer, "link")).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await OpenAsync(peer, "LINK", CreateOptions.OpenReparsePoint)).Status);
        Assert.Equal(NtStatus.ObjectPathNotFound, (await OpenAsync(peer, @"folder\target")).Status);
        Assert.Equal(NtStatus.InvalidDeviceRequest, (await SetAsync(peer, file, Link("x"))).Status);
        Assert.Equal([".", "..", "target"], await NamesAsync(peer));
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("report")]
    [InlineData("follow")]
    public async Task Access_based_listings_show_links_too(string kind)
    {
        await using TestServer server = await StartAsync(kind, accessBased: true);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await MakeLinkAsync(peer, "link", Link("nowhere"));

        Assert.Equal([".", "..", "link"], await NamesAsync(peer, FileInformationClass.IdBothDirectory));
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("report")]
    public async Task Other_tags_are_kept_and_handled_by_nobody(string kind)
    {
        await using TestServer server = await StartAsync(kind);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        await peer.WriteAsync(file, 0, "data"u8.ToArray());
        var data = new ReparseDataBuffer((ReparseTag)ThirdPartyTag, Guid.NewGuid(), new byte[] { 1, 2, 3 });

        Assert.Equal(NtStatus.Success, (await peer.IoctlAsync(FsctlCode.SetReparsePoint, file, data)).Status);

        var told = (await peer.IoctlAsync(FsctlCode.GetReparsePoint, file)).Output<ReparseDataBuffer>();
        Assert.Equal((data.Tag, data.ReparseGuid), (told.Tag, told.ReparseGuid));
        Assert.Equal(data.Data.ToArray(), told.Data.ToArray());
        Assert.Equal(
            NtStatus.IoReparseTagMismatch, (await SetAsync(peer, file, Link("x"))).Status);
        Assert.Equal(
            NtStatus.ReparseAttributeConflict,
            (await peer.IoctlAsync(FsctlCode.SetReparsePoint, file, data with { ReparseGuid = Guid.NewGuid() })).Status);
        Assert.Equal(NtStatus.IoReparseTagNotHandled, (await OpenAsync(peer, "a")).Status);
        Reply itself = await OpenAsync(peer, "a", CreateOptions.OpenReparsePoint);
        Assert.Equal(FileAttributes.ReparsePoint, itself.As<CreateResponse>().FileAttributes & FileAttributes.ReparsePoint);
        FileId reading = await peer.OpenAsync(
            "a", AccessMask.ReadData, CreateDisposition.Open, CreateOptions.OpenReparsePoint);
        Assert.Equal("data"u8.ToArray(), (await peer.ReadAsync(reading, 0, 10)).As<ReadResponse>().Data.ToArray());
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("report")]
    public async Task Listings_tell_the_tag_in_place_of_the_size_of_EAs(string kind)
    {
        await using TestServer server = await StartAsync(kind);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await MakeLinkAsync(peer, "link", Link("nowhere"));

        Reply reply = await ListAsync(peer, "link", FileInformationClass.IdBothDirectory);

        ReadOnlyMemory<byte> entry = reply.As<QueryDirectoryResponse>().Buffer;
        Assert.Equal((uint)FileAttributes.ReparsePoint, BitConverter.ToUInt32(entry.Span[56..]) & 0x400);
        Assert.Equal((uint)ReparseTag.SymbolicLink, BitConverter.ToUInt32(entry.Span[64..])); // EaSize
    }

    [Fact]
    public async Task What_is_no_file_on_disk_has_the_tag_of_NFS()
    {
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", Path.Combine(_folder, "pipe")))
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        await using TestServer server = await StartAsync("follow");
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(NtStatus.IoReparseTagNotHandled, (await OpenAsync(peer, "pipe")).Status);
        FileId pipe = await peer.OpenAsync(
            "pipe", AccessMask.FileGenericRead, CreateDisposition.Open, CreateOptions.OpenReparsePoint);
        var data = (await peer.IoctlAsync(FsctlCode.GetReparsePoint, pipe)).Output<ReparseDataBuffer>();

        Assert.Equal(ReparseTag.Nfs, data.Tag);
        Assert.Equal(BitConverter.GetBytes((ulong)NfsFileType.Fifo), data.Data.ToArray());
        Assert.Equal(NtStatus.AccessDenied, (await peer.ReadAsync(pipe, 0, 10)).Status);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("report")]
    public async Task Buffers_are_checked(string kind)
    {
        await using TestServer server = await StartAsync(kind);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        byte[] link = Bytes(new ReparseDataBuffer(ReparseTag.SymbolicLink, Guid.Empty, Bytes(Link("x"))));

        async ValueTask<NtStatus> Set(byte[] input) => (await peer.IoctlAsync(FsctlCode.SetReparsePoint, file, input)).Status;
        Assert.Equal(NtStatus.IoReparseDataInvalid, await Set([]));
        Assert.Equal(NtStatus.IoReparseDataInvalid, await Set(link[..7]));
        Assert.Equal(NtStatus.IoReparseDataInvalid, await Set(link[..^1]));
        Assert.Equal(NtStatus.IoReparseDataInvalid, await Set([.. link, 0]));
        Assert.Equal(NtStatus.IoReparseDataInvalid, await Set(new byte[ReparseDataBuffer.MaxLength + 1]));
        Assert.Equal(NtStatus.IoReparseTagInvalid, await Set(new byte[24]));
        Assert.Equal(NtStatus.IoReparseDataInvalid, await Set(Bytes(new ReparseDataBuffer(ReparseTag.SymbolicLink, Guid.Empty, Bytes(Link(""))))));
        Assert.Equal(
            NtStatus.NotADirectory, await Set(Bytes(new ReparseDataBuffer(ReparseTag.MountPoint, Guid.Empty, new byte[12]))));
        Assert.Equal(NtStatus.Success, await Set(link));
        Assert.Equal(NtStatus.BufferTooSmall, (await peer.IoctlAsync(FsctlCode.GetReparsePoint, file, default, 7)).Status);
        Reply part = await peer.IoctlAsync(FsctlCode.GetReparsePoint, file, default, 10);
        Assert.Equal(NtStatus.BufferOverflow, part.Status);
        Assert.Equal(10, part.As<IoctlResponse>().Output.Length);
        Assert.Equal(NtStatus.IoReparseDataInvalid, (await peer.IoctlAsync(FsctlCode.DeleteReparsePoint, file, link)).Status);
        Assert.Equal(
            NtStatus.IoReparseTagMismatch,
            (await peer.IoctlAsync(
                FsctlCode.DeleteReparsePoint, file, new ReparseDataBuffer(ReparseTag.Nfs, Guid.Empty, default))).Status);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("report")]
    public async Task Rights_and_contents_are_checked(string kind)
    {
        await using TestServer server = await StartAsync(kind);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId reading = await peer.OpenAsync("a", AccessMask.FileGenericRead);
        FileId stream = await peer.OpenAsync("a:s");
        FileId folder = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        await peer.CloseAsync(await peer.OpenAsync(@"d\x"));

        Assert.Equal(NtStatus.AccessDenied, (await SetAsync(peer, reading, Link("x"))).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await SetAsync(peer, stream, Link("x"))).Status);
        Assert.Equal(NtStatus.DirectoryNotEmpty, (await SetAsync(peer, folder, Link("x"))).Status);
        Assert.Equal(NtStatus.NotAReparsePoint, (await peer.IoctlAsync(FsctlCode.GetReparsePoint, reading)).Status);
    }

    [Fact] // Linux cannot give a file back its data once it is a link.
    public async Task A_file_with_data_or_other_names_becomes_no_link_on_disk()
    {
        await using TestServer server = await StartAsync("report");
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        await peer.WriteAsync(file, 0, "data"u8.ToArray());

        Assert.Equal(NtStatus.NotSupported, (await SetAsync(peer, file, Link("x"))).Status);

        Assert.Equal("data"u8.ToArray(), (await peer.ReadAsync(file, 0, 10)).As<ReadResponse>().Data.ToArray());
        Assert.Equal(["a"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    private async ValueTask<TestServer> StartAsync(string kind, bool accessBased = false)
    {
        IFileStore store = kind == "memory"
            ? new MemoryFileStore()
            : PosixFileStore.Open(
                _folder, new PosixStoreOptions { Links = Enum.Parse<LinkPolicy>(kind, ignoreCase: true) });
        return await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { AccessBasedEnumeration = accessBased }] }, store);
    }

    private static CreateOptions Kind(bool directory) =>
        directory ? CreateOptions.DirectoryFile : CreateOptions.NonDirectoryFile;

    private static SymbolicLinkReparseData Link(string target) => new(target, target, IsRelative: true);

    private static ValueTask<Reply> SetAsync(ScriptedPeer peer, FileId file, SymbolicLinkReparseData link) =>
        peer.IoctlAsync(
            FsctlCode.SetReparsePoint, file, new ReparseDataBuffer(ReparseTag.SymbolicLink, Guid.Empty, Bytes(link)), 0);

    private static async ValueTask MakeLinkAsync(
        ScriptedPeer peer, string name, SymbolicLinkReparseData link, CreateOptions kind = CreateOptions.None)
    {
        FileId file = await peer.OpenAsync(name, options: kind | CreateOptions.OpenReparsePoint);
        Assert.Equal(NtStatus.Success, (await SetAsync(peer, file, link)).Status);
        await peer.CloseAsync(file);
    }

    private static ValueTask<Reply> OpenAsync(ScriptedPeer peer, string name, CreateOptions options = CreateOptions.None) =>
        peer.CreateAsync(name, AccessMask.ReadAttributes, CreateDisposition.Open, options);

    private static string Target(Reply reply)
    {
        var data = reply.Output<ReparseDataBuffer>();
        Assert.Equal(ReparseTag.SymbolicLink, data.Tag);
        var reader = new WireReader(data.Data);
        Assert.True(SymbolicLinkReparseData.TryRead(ref reader, out var link));
        Assert.True(link.IsRelative);
        return link.SubstituteName;
    }

    private static SymbolicLinkErrorResponse Told(Reply reply, Dialect dialect)
    {
        var error = reply.As<ErrorResponse>();
        Assert.Equal(dialect == Dialect.Smb311 ? 1 : 0, error.ErrorContextCount);
        ReadOnlyMemory<byte> data = error.ErrorData;
        if (dialect == Dialect.Smb311)
            Assert.True(error.Contexts.TryGet(ErrorId.Default, out data));
        Assert.True(SymbolicLinkErrorResponse.TryRead(data, out var response));
        return response;
    }

    private static async ValueTask<T> QueryAsync<T>(ScriptedPeer peer, FileId file, FileInformationClass informationClass)
        where T : struct, IInformation<T>
    {
        Reply reply = await peer.SendAsync(new QueryInfoRequest(
            InfoType.File, (byte)informationClass, 4096, 0, QueryInfoFlags.None, file, default));
        Assert.Equal(NtStatus.Success, reply.Status);
        var reader = new WireReader(reply.As<QueryInfoResponse>().Buffer);
        Assert.True(T.TryRead(ref reader, out T information));
        return information;
    }

    private static async ValueTask<Reply> ListAsync(ScriptedPeer peer, string pattern, FileInformationClass informationClass)
    {
        FileId root = await peer.OpenAsync("", AccessMask.FileGenericRead, CreateDisposition.Open);
        return await peer.SendAsync(new QueryDirectoryRequest(
            (byte)informationClass, QueryDirectoryFlags.RestartScans, 0, root, 65536, Encoding.Unicode.GetBytes(pattern)));
    }

    private static async ValueTask<string[]> NamesAsync(
        ScriptedPeer peer, FileInformationClass informationClass = FileInformationClass.Names)
    {
        Reply reply = await ListAsync(peer, "*", informationClass);
        var reader = new DirectoryEntryReader(reply.As<QueryDirectoryResponse>().Buffer, informationClass);
        var names = new List<string>();
        while (reader.MoveNext())
            names.Add(reader.Name.ToString());
        return [.. names.Order(StringComparer.Ordinal)];
    }

    private static byte[] Bytes<T>(T data)
        where T : struct, IInformation<T>
    {
        byte[] bytes = new byte[data.Length];
        var writer = new WireWriter(bytes);
        data.Write(ref writer);
        return bytes;
    }
}
