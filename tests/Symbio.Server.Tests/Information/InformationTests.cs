using System.Buffers.Binary;
using System.Runtime.Versioning;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Information;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage.Memory;
using Symbio.Storage.Posix;
using Symbio.Testing;

namespace Symbio.Server.Tests.Information;

public sealed class InformationTests
{
    private const uint Plenty = 65536;

    [Theory] // [MS-SMB2] 3.3.5.20.1: too small for the fixed part, for the rest, and enough.
    [InlineData(FileInformationClass.Basic, 40)]
    [InlineData(FileInformationClass.Standard, 24)]
    [InlineData(FileInformationClass.Internal, 8)]
    [InlineData(FileInformationClass.Ea, 4)]
    [InlineData(FileInformationClass.Access, 4)]
    [InlineData(FileInformationClass.Mode, 4)]
    [InlineData(FileInformationClass.Alignment, 4)]
    [InlineData(FileInformationClass.All, 104)]
    [InlineData(FileInformationClass.AlternateName, 8)]
    [InlineData(FileInformationClass.Stream, 32)]
    [InlineData(FileInformationClass.Compression, 16)]
    [InlineData(FileInformationClass.NetworkOpen, 56)]
    [InlineData(FileInformationClass.AttributeTag, 8)]
    [InlineData(FileInformationClass.NormalizedName, 8)]
    [InlineData(FileInformationClass.Id, 24)]
    public Task A_file_query_says_when_the_buffer_is_too_small(FileInformationClass informationClass, uint least) =>
        CheckSizesAsync(InfoType.File, (byte)informationClass, least);

    [Theory] // [MS-SMB2] 3.3.5.20.2
    [InlineData(FileSystemInformationClass.Volume, 24)]
    [InlineData(FileSystemInformationClass.Size, 24)]
    [InlineData(FileSystemInformationClass.Device, 8)]
    [InlineData(FileSystemInformationClass.Attribute, 16)]
    [InlineData(FileSystemInformationClass.Control, 48)]
    [InlineData(FileSystemInformationClass.FullSize, 32)]
    [InlineData(FileSystemInformationClass.ObjectId, 64)]
    [InlineData(FileSystemInformationClass.SectorSize, 28)]
    public Task A_volume_query_says_when_the_buffer_is_too_small(FileSystemInformationClass informationClass, uint least) =>
        CheckSizesAsync(InfoType.FileSystem, (byte)informationClass, least);

    [Fact] // Style rule 5: no class is forgotten; what is not offered has a row that says so.
    public void Every_class_has_a_row()
    {
        Assert.All(Enum.GetValues<FileInformationClass>(), c => Assert.NotNull(FileInformationTable.Find(c)));
        Assert.All(Enum.GetValues<FileSystemInformationClass>(), c => Assert.NotNull(FileSystemInformationTable.Find(c)));
    }

    [Fact]
    public async Task Every_class_is_answered()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        for (int i = 0; i <= byte.MaxValue; i++)
        {
            foreach (InfoType type in Enum.GetValues<InfoType>())
            {
                await QueryAsync(peer, file, type, (byte)i);
                await SetAsync(peer, file, type, (byte)i, new byte[64]);
            }
        }

        Assert.Empty(server.Log.Errors);
    }

    [Fact] // [MS-SMB2] 3.3.5.20.3: the needed length is told, in an error context to a 3.1.1 client.
    public async Task A_security_query_tells_the_length_it_needs()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(Dialect.Smb311);
        FileId file = await peer.OpenAsync("a.txt");
        const uint Parts = (uint)(SecurityInformation.Owner | SecurityInformation.Group | SecurityInformation.Dacl);

        Reply small = await QueryAsync(peer, file, InfoType.Security, 0, 1, Parts);
        Assert.Equal(NtStatus.BufferTooSmall, small.Status);
        Assert.True(small.As<ErrorResponse>().Contexts.TryGet(ErrorId.Default, out ReadOnlyMemory<byte> data));
        uint needed = BinaryPrimitives.ReadUInt32LittleEndian(data.Span);

        Reply enough = await QueryAsync(peer, file, InfoType.Security, 0, needed, Parts);
        Assert.Equal(NtStatus.Success, enough.Status);
        Assert.Equal(needed, enough.As<QueryInfoResponse>().OutputBufferLength);
    }

    [Fact] // STATUS_INVALID_EA_NAME is a warning, and nothing was set all the same.
    [SupportedOSPlatform("linux")]
    public async Task An_extended_attribute_with_no_room_for_its_name_is_refused_in_every_way()
    {
        string folder = Directory.CreateTempSubdirectory("symbio-server-").FullName;
        try
        {
            await using TestServer server = await TestServer.StartAsync(store: PosixFileStore.Open(folder));
            await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
            FileId file = await peer.OpenAsync("a.txt");
            FullEaEntry[] entries =
                [new(false, new string('N', 251), new byte[1]), new(false, "AFTER", new byte[1])];
            byte[] set = new byte[FullEaList.Length(entries)];
            var writer = new WireWriter(set);
            FullEaList.Write(ref writer, entries);
            byte[] buffer = new byte[set.Length + 64];
            var contexts = new CreateContextListWriter(buffer);
            contexts.Add("ExtA"u8, set);
            ReadOnlyMemory<byte> list = contexts.Written.ToArray();

            Reply changed = await peer.SendAsync(new SetInfoRequest(InfoType.File, (byte)FileInformationClass.FullEa, 0, file, set));
            Reply overwritten = await peer.CreateAsync("a.txt", disposition: CreateDisposition.OverwriteIf, contexts: list);
            Reply created = await peer.CreateAsync("b.txt", contexts: list);

            Assert.Equal(NtStatus.InvalidEaName, changed.Status);
            Assert.Equal(NtStatus.InvalidEaName, overwritten.Status);
            Assert.Equal(NtStatus.InvalidEaName, created.Status);
            Assert.False(File.Exists(Path.Combine(folder, "b.txt")));
            Assert.Empty(server.Log.Errors);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact] // [MS-FSA] 2.1.5.15.5: a file has less than 64 KiB of them.
    public async Task Lists_of_extended_attributes_are_bounded()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        FullEaEntry[] many = [.. Enumerable.Range(0, 6000).Select(i => new FullEaEntry(false, $"{i}", default))];
        byte[] set = new byte[FullEaList.Length(many)];
        var writer = new WireWriter(set);
        FullEaList.Write(ref writer, many);
        string[] names = [.. many.Select(entry => "a" + entry.Name)];
        byte[] get = new byte[GetEaList.Length(names)];
        writer = new WireWriter(get);
        GetEaList.Write(ref writer, names);
        byte[] buffer = new byte[set.Length + 64];
        var contexts = new CreateContextListWriter(buffer);
        contexts.Add("ExtA"u8, set);
        ReadOnlyMemory<byte> list = contexts.Written.ToArray();

        Assert.Equal(NtStatus.EaTooLarge, (await peer.CreateAsync("b.txt", contexts: list)).Status);
        Reply refused = await peer.SendAsync(
            new SetInfoRequest(InfoType.File, (byte)FileInformationClass.FullEa, 0, file, set), set.Length);
        Assert.Equal(NtStatus.EaTooLarge, refused.Status);
        Assert.Equal(NtStatus.Success, (await peer.SetEaAsync(file)).Status);
        Reply query = await peer.SendAsync(
            new QueryInfoRequest(
                InfoType.File, (byte)FileInformationClass.FullEa, Plenty, 0, QueryInfoFlags.None, file, get), get.Length);
        Assert.Equal(NtStatus.InvalidParameter, query.Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact] // [MS-FSA] 2.1.5.15.2: a time that could not be set is none that stays.
    public async Task A_time_that_was_refused_does_not_stick()
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        store.RefuseBasicInfo(NtStatus.MediaWriteProtected);
        Assert.Equal(NtStatus.MediaWriteProtected, (await peer.SetBasicAsync(file, write: 1 << 30)).Status);
        store.RefuseBasicInfo(null);
        await peer.WriteAsync(file, 0, new byte[1]);

        FileTime written = (await peer.CloseAsync(file, CloseFlags.PostqueryAttrib)).As<CloseResponse>().LastWriteTime;
        Assert.NotEqual(new FileTime(1 << 30), written);
    }

    [Fact] // [MS-FSA] 2.1.5.15.11
    public async Task A_rename_minds_what_is_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId a = await peer.OpenAsync("a.txt");
        FileId b = await peer.OpenAsync("b.txt");

        Assert.Equal(NtStatus.ObjectNameCollision, await RenameAsync(peer, a, "b.txt", replace: false));
        Assert.Equal(NtStatus.AccessDenied, await RenameAsync(peer, a, "b.txt", replace: true));
        Assert.Equal(NtStatus.ObjectPathNotFound, await RenameAsync(peer, a, @"none\b.txt", replace: false));
        await peer.CloseAsync(b);
        Assert.Equal(NtStatus.Success, await RenameAsync(peer, a, "b.txt", replace: true));
        Assert.Equal(NtStatus.Success, await RenameAsync(peer, a, "B.TXT", replace: false));

        Reply name = await QueryAsync(peer, a, InfoType.File, (byte)FileInformationClass.Name);
        Assert.Equal(@"\B.TXT", Encoding.Unicode.GetString(name.As<QueryInfoResponse>().Buffer.Span[4..]));
    }

    [Theory] // As Windows' open of the directory for the time of a rename has it.
    [InlineData(AccessMask.ReadData, ShareAccess.All, NtStatus.Success)]
    [InlineData(AccessMask.ReadData | AccessMask.Delete, ShareAccess.All, NtStatus.SharingViolation)]
    [InlineData(AccessMask.ReadData, ShareAccess.Read | ShareAccess.Write, NtStatus.Success)] // smb2.notify.rec
    [InlineData(AccessMask.ReadData, ShareAccess.Read | ShareAccess.Delete, NtStatus.SharingViolation)]
    [InlineData(AccessMask.ReadData, ShareAccess.None, NtStatus.SharingViolation)] // smb2.rename.no_share_delete_...
    public async Task A_rename_minds_who_has_the_directory_open(AccessMask access, ShareAccess share, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("d", access, options: CreateOptions.DirectoryFile, share: share);
        FileId file = await peer.OpenAsync(@"d\a.txt");

        Assert.Equal(expected, await RenameAsync(peer, file, @"d\b.txt", replace: false));
    }

    [Fact] // smb2.notify-inotify.inotify-rename
    public async Task A_folder_is_renamed_below_one_that_is_open_with_all_rights()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("d", AccessMask.FileAll, options: CreateOptions.DirectoryFile);
        FileId folder = await peer.OpenAsync(@"d\a", options: CreateOptions.DirectoryFile);

        Assert.Equal(NtStatus.Success, await RenameAsync(peer, folder, @"d\b", replace: false));
    }

    [Fact] // [MS-FSA] 2.1.5.15.3 and 2.1.5.12.29
    public async Task A_file_to_be_deleted_counts_no_link()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        Assert.Equal(NtStatus.Success, await DisposeAsync(peer, file, true));
        Assert.Equal((0u, true), await LinksAsync(peer, file));
        Assert.Equal(NtStatus.Success, await DisposeAsync(peer, file, false));
        Assert.Equal((1u, false), await LinksAsync(peer, file));
    }

    [Fact] // [MS-FSA] 2.1.5.15.2, UserSetChangeTime.
    public async Task A_change_time_that_was_set_survives_a_write_through_the_same_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        var time = new FileTime(FileTime.UnixEpoch - 10_000_000); // Before 1970.
        await SetAsync(peer, file, new FileBasicInformation(default, default, default, time, default));

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, "x"u8.ToArray())).Status);

        Assert.Equal(time, (await BasicAsync(peer, file)).ChangeTime);
    }

    [Fact] // [MS-FSA] 2.1.5.15.2: -1 stops a time, -2 lets it run.
    public async Task A_frozen_write_time_survives_a_write()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        FileTime before = (await BasicAsync(peer, file)).LastWriteTime;

        Assert.Equal(NtStatus.Success, await SetWriteTimeAsync(peer, file, -1));
        await Task.Delay(20);
        await peer.WriteAsync(file, 0, "x"u8.ToArray());
        Assert.Equal(before, (await BasicAsync(peer, file)).LastWriteTime);

        Assert.Equal(NtStatus.Success, await SetWriteTimeAsync(peer, file, -2));
        await peer.WriteAsync(file, 0, "x"u8.ToArray());
        Assert.NotEqual(before, (await BasicAsync(peer, file)).LastWriteTime);
        Assert.Equal(NtStatus.InvalidParameter, await SetWriteTimeAsync(peer, file, -3));
    }

    private static async Task CheckSizesAsync(InfoType type, byte informationClass, uint least)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(Dialect.Smb311);
        FileId file = await peer.OpenAsync("bufsize.txt");
        Reply all = await QueryAsync(peer, file, type, informationClass);
        Assert.Equal(NtStatus.Success, all.Status);
        uint length = all.As<QueryInfoResponse>().OutputBufferLength;

        for (uint size = 0; size <= length; size++)
        {
            Reply reply = await QueryAsync(peer, file, type, informationClass, size);
            Assert.Equal(
                size < least ? NtStatus.InfoLengthMismatch : size < length ? NtStatus.BufferOverflow : NtStatus.Success,
                reply.Status);
        }
    }

    private static ValueTask<Reply> QueryAsync(
        ScriptedPeer peer, FileId file, InfoType type, byte informationClass, uint length = Plenty, uint additional = 0) =>
        peer.SendAsync(new QueryInfoRequest(
            type, informationClass, length, additional, QueryInfoFlags.None, file, default));

    private static ValueTask<Reply> SetAsync(
        ScriptedPeer peer, FileId file, InfoType type, byte informationClass, ReadOnlyMemory<byte> buffer) =>
        peer.SendAsync(new SetInfoRequest(type, informationClass, 0, file, buffer));

    private static async ValueTask<NtStatus> SetAsync<T>(ScriptedPeer peer, FileId file, T information)
        where T : struct, IFileInformation<T>
    {
        byte[] bytes = new byte[information.Length];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        return (await SetAsync(peer, file, InfoType.File, (byte)T.Class, bytes)).Status;
    }

    private static ValueTask<NtStatus> RenameAsync(ScriptedPeer peer, FileId file, string name, bool replace) =>
        SetAsync(peer, file, new FileRenameInformation(replace, 0, name));

    private static ValueTask<NtStatus> DisposeAsync(ScriptedPeer peer, FileId file, bool delete) =>
        SetAsync(peer, file, new FileDispositionInformation(delete));

    private static ValueTask<NtStatus> SetWriteTimeAsync(ScriptedPeer peer, FileId file, long time) =>
        SetAsync(peer, file, new FileBasicInformation(default, default, new FileTime(time), default, default));

    private static async ValueTask<FileBasicInformation> BasicAsync(ScriptedPeer peer, FileId file)
    {
        Reply reply = await QueryAsync(peer, file, InfoType.File, (byte)FileInformationClass.Basic);
        var reader = new WireReader(reply.As<QueryInfoResponse>().Buffer);
        Assert.True(FileBasicInformation.TryRead(ref reader, out FileBasicInformation basic));
        return basic;
    }

    private static async ValueTask<(uint Links, bool DeletePending)> LinksAsync(ScriptedPeer peer, FileId file)
    {
        Reply reply = await QueryAsync(peer, file, InfoType.File, (byte)FileInformationClass.Standard);
        var reader = new WireReader(reply.As<QueryInfoResponse>().Buffer);
        Assert.True(FileStandardInformation.TryRead(ref reader, out FileStandardInformation standard));
        return (standard.NumberOfLinks, standard.DeletePending);
    }
}
