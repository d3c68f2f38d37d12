using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Posix;
using Symbio.Testing;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Commands;

/// <summary>Receiving an SMB2 CREATE Request, [MS-SMB2] 3.3.5.9, and the open itself, [MS-FSA] 2.1.5.1.</summary>
public sealed class CreateTests
{
    [Theory] // Nobody has it open: it is no sharing violation.
    [InlineData(CreateDisposition.OpenIf)]
    [InlineData(CreateDisposition.OverwriteIf)]
    public async Task The_name_of_a_link_that_leads_nowhere_is_taken(CreateDisposition disposition)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("symbio-links-");
        try
        {
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "link"), "missing");
            await using TestServer server = await TestServer.StartAsync(
                store: PosixFileStore.Open(folder.FullName, new PosixStoreOptions { Links = LinkPolicy.Follow }));
            await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

            Assert.Equal(NtStatus.ObjectNameCollision, (await peer.CreateAsync("link", disposition: disposition)).Status);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory] // Or the first WRITE afterwards would take time back, and clients would take that for somebody else's change.
    [InlineData(CreateDisposition.Overwrite)]
    [InlineData(CreateDisposition.OverwriteIf)]
    [InlineData(CreateDisposition.Supersede)]
    public async Task What_is_overwritten_was_last_written_by_the_store_s_clock(CreateDisposition disposition)
    {
        var ahead = new ManualTime();
        ahead.Advance(TimeSpan.FromHours(1));
        await using TestServer server = await TestServer.StartAsync(o => o with { TimeProvider = ahead });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileTime created = (await peer.CreateAsync("a", AccessMask.WriteData)).As<CreateResponse>().LastWriteTime;

        FileTime cut = (await peer.CreateAsync("a", AccessMask.WriteData | AccessMask.Delete, disposition))
            .As<CreateResponse>().LastWriteTime;

        Assert.InRange(cut.Ticks, created.Ticks, FileTime.FromDateTimeOffset(DateTimeOffset.UtcNow).Ticks);
    }

    [Theory] // [MS-FSA] 2.1.5.1
    [InlineData(CreateDisposition.Supersede, true, NtStatus.Success, CreateAction.Superseded)]
    [InlineData(CreateDisposition.Supersede, false, NtStatus.Success, CreateAction.Created)]
    [InlineData(CreateDisposition.Open, true, NtStatus.Success, CreateAction.Opened)]
    [InlineData(CreateDisposition.Open, false, NtStatus.ObjectNameNotFound, CreateAction.Opened)]
    [InlineData(CreateDisposition.Create, true, NtStatus.ObjectNameCollision, CreateAction.Opened)]
    [InlineData(CreateDisposition.Create, false, NtStatus.Success, CreateAction.Created)]
    [InlineData(CreateDisposition.OpenIf, true, NtStatus.Success, CreateAction.Opened)]
    [InlineData(CreateDisposition.OpenIf, false, NtStatus.Success, CreateAction.Created)]
    [InlineData(CreateDisposition.Overwrite, true, NtStatus.Success, CreateAction.Overwritten)]
    [InlineData(CreateDisposition.Overwrite, false, NtStatus.ObjectNameNotFound, CreateAction.Opened)]
    [InlineData(CreateDisposition.OverwriteIf, true, NtStatus.Success, CreateAction.Overwritten)]
    [InlineData(CreateDisposition.OverwriteIf, false, NtStatus.Success, CreateAction.Created)]
    [InlineData((CreateDisposition)6, true, NtStatus.InvalidParameter, CreateAction.Opened)]
    public async Task Dispositions_of_files(CreateDisposition disposition, bool exists, NtStatus status, CreateAction action)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        if (exists)
            await WriteFileAsync(peer, "a.txt", "hello"u8.ToArray());

        Reply reply = await peer.CreateAsync("a.txt", disposition: disposition);

        Assert.Equal(status, reply.Status);
        if (status == NtStatus.Success)
        {
            var response = reply.As<CreateResponse>();
            Assert.Equal(action, response.CreateAction);
            Assert.Equal(action == CreateAction.Opened ? 5ul : 0ul, response.EndOfFile);
            Assert.Equal(FileAttributes.Archive, response.FileAttributes);
        }

        Assert.Empty(server.Log.Errors);
    }

    [Theory]
    [InlineData(CreateDisposition.Create, true, NtStatus.ObjectNameCollision)]
    [InlineData(CreateDisposition.Create, false, NtStatus.Success)]
    [InlineData(CreateDisposition.Open, true, NtStatus.Success)]
    [InlineData(CreateDisposition.Open, false, NtStatus.ObjectNameNotFound)]
    [InlineData(CreateDisposition.OpenIf, true, NtStatus.Success)]
    [InlineData(CreateDisposition.OpenIf, false, NtStatus.Success)]
    [InlineData(CreateDisposition.Overwrite, true, NtStatus.InvalidParameter)]
    [InlineData(CreateDisposition.OverwriteIf, false, NtStatus.InvalidParameter)]
    [InlineData(CreateDisposition.Supersede, true, NtStatus.InvalidParameter)]
    public async Task Dispositions_of_directories(CreateDisposition disposition, bool exists, NtStatus status)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        if (exists)
            await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);

        Assert.Equal(status, (await peer.CreateAsync("d", disposition: disposition, options: CreateOptions.DirectoryFile)).Status);
    }

    [Theory]
    [InlineData("d", CreateOptions.NonDirectoryFile, CreateDisposition.Open, NtStatus.FileIsADirectory)]
    [InlineData("d", CreateOptions.None, CreateDisposition.Open, NtStatus.Success)]
    [InlineData("d", CreateOptions.None, CreateDisposition.OverwriteIf, NtStatus.ObjectNameCollision)]
    [InlineData("f", CreateOptions.DirectoryFile, CreateDisposition.Open, NtStatus.NotADirectory)]
    [InlineData("f", CreateOptions.DirectoryFile, CreateDisposition.OpenIf, NtStatus.NotADirectory)]
    [InlineData("f", CreateOptions.DirectoryFile, CreateDisposition.Create, NtStatus.ObjectNameCollision)]
    [InlineData("n", CreateOptions.DirectoryFile | CreateOptions.NonDirectoryFile, CreateDisposition.OpenIf, NtStatus.InvalidParameter)]
    [InlineData("n", CreateOptions.OpenByFileId, CreateDisposition.OpenIf, NtStatus.NotSupported)]
    [InlineData("n", CreateOptions.ReserveOpfilter, CreateDisposition.OpenIf, NtStatus.NotSupported)]
    [InlineData("n", CreateOptions.CreateTreeConnection, CreateDisposition.OpenIf, NtStatus.NotSupported)]
    [InlineData("n", (CreateOptions)0x01000000, CreateDisposition.OpenIf, NtStatus.InvalidParameter)]
    [InlineData("n", (CreateOptions)0x80000000, CreateDisposition.OpenIf, NtStatus.InvalidParameter)]
    [InlineData("n", (CreateOptions)0x00040000, CreateDisposition.OpenIf, NtStatus.Success)] // smb2.create.gentest
    [InlineData("n", (CreateOptions)0x00080000, CreateDisposition.OpenIf, NtStatus.Success)]
    [InlineData("f", CreateOptions.WriteThrough | CreateOptions.SequentialOnly, CreateDisposition.OpenIf, NtStatus.Success)]
    public async Task Options(string name, CreateOptions options, CreateDisposition disposition, NtStatus status)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        await peer.OpenAsync("f");

        Assert.Equal(status, (await peer.CreateAsync(name, disposition: disposition, options: options)).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_write_without_buffering_is_not_an_append()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Reply reply = await peer.CreateAsync("f", AccessMask.AppendData, options: CreateOptions.NoIntermediateBuffering);

        Assert.Equal(NtStatus.InvalidParameter, reply.Status);
    }

    [Theory] // smb2.create.gentest
    [InlineData(0x00000000u, NtStatus.AccessDenied)]
    [InlineData(0x00000200u, NtStatus.AccessDenied)]
    [InlineData(0x00800000u, NtStatus.AccessDenied)]
    [InlineData(0x04000000u, NtStatus.AccessDenied)]
    [InlineData(0x01000000u, NtStatus.PrivilegeNotHeld)] // ACCESS_SYSTEM_SECURITY
    [InlineData(0x02000000u, NtStatus.Success)] // MAXIMUM_ALLOWED
    [InlineData(0x80000000u, NtStatus.Success)] // GENERIC_READ
    [InlineData(0x00100000u, NtStatus.Success)] // SYNCHRONIZE
    public async Task Desired_access(uint access, NtStatus status)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(status, (await peer.CreateAsync("new", (AccessMask)access)).Status);
        await peer.OpenAsync("old");
        Assert.Equal(status, (await peer.CreateAsync("old", (AccessMask)access)).Status);
    }

    [Theory]
    [InlineData(4u, NtStatus.BadImpersonationLevel)]
    [InlineData(3u, NtStatus.Success)]
    [InlineData(0u, NtStatus.Success)]
    [InlineData(uint.MaxValue, NtStatus.BadImpersonationLevel)]
    public async Task Impersonation_levels(uint level, NtStatus status)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        CreateRequest request = ScriptedPeer.Create("a.txt") with { ImpersonationLevel = (ImpersonationLevel)level };

        Assert.Equal(status, (await peer.SendAsync(request)).Status);
    }

    [Theory] // smb2.create.gentest
    [InlineData(0x00000008u, NtStatus.InvalidParameter)]
    [InlineData(0x00000040u, NtStatus.InvalidParameter)]
    [InlineData(0x00008000u, NtStatus.InvalidParameter)]
    [InlineData(0x00000080u, NtStatus.Success)]
    [InlineData(0x00000027u, NtStatus.Success)]
    public async Task File_attributes(uint attributes, NtStatus status)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(status, (await peer.CreateAsync("a.txt", attributes: (FileAttributes)attributes)).Status);
    }

    [Theory]
    [InlineData(@"none\a.txt", CreateDisposition.OpenIf, NtStatus.ObjectPathNotFound)]
    [InlineData(@"none\a.txt", CreateDisposition.Open, NtStatus.ObjectPathNotFound)]
    [InlineData(@"f\a.txt", CreateDisposition.OpenIf, NtStatus.ObjectPathNotFound)]
    [InlineData(@"d\a.txt", CreateDisposition.OpenIf, NtStatus.Success)]
    [InlineData(@"D\A.TXT", CreateDisposition.OpenIf, NtStatus.Success)]
    [InlineData(@"", CreateDisposition.Open, NtStatus.Success)]
    [InlineData(@"", CreateDisposition.Create, NtStatus.ObjectNameCollision)]
    public async Task Paths(string name, CreateDisposition disposition, NtStatus status)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        await peer.OpenAsync("f");

        Assert.Equal(status, (await peer.CreateAsync(name, disposition: disposition)).Status);
    }

    [Fact] // [MS-FSA] 2.1.5.1.2.1: a read-only file is opened for reading and deleting, not for writing.
    public async Task A_read_only_file_is_not_written()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        Reply created = await peer.CreateAsync("a.txt", attributes: FileAttributes.ReadOnly);
        FileId file = created.As<CreateResponse>().FileId;

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, new byte[1])).Status); // Its creator may.
        foreach (AccessMask access in (AccessMask[])[AccessMask.WriteData, AccessMask.AppendData, AccessMask.GenericWrite])
            Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync("a.txt", access)).Status);
        foreach (CreateDisposition disposition in (CreateDisposition[])
            [CreateDisposition.Overwrite, CreateDisposition.OverwriteIf, CreateDisposition.Supersede])
        {
            Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync("a.txt", AccessMask.ReadData, disposition)).Status);
        }

        Assert.Equal(NtStatus.Success, (await peer.CreateAsync("a.txt", AccessMask.ReadData | AccessMask.Delete)).Status);
        Assert.Equal(NtStatus.CannotDelete, (await peer.CreateAsync(
            "a.txt", AccessMask.Delete, options: CreateOptions.DeleteOnClose)).Status);
        Assert.Equal(NtStatus.CannotDelete, (await peer.CreateAsync(
            "b.txt", AccessMask.Delete, options: CreateOptions.DeleteOnClose, attributes: FileAttributes.ReadOnly)).Status);
        FileId maximal = await peer.OpenAsync("a.txt", AccessMask.MaximumAllowed);
        Assert.Equal(NtStatus.AccessDenied, (await peer.WriteAsync(maximal, 0, new byte[1])).Status);
    }

    [Theory] // A hidden or system file is overwritten only by who knows that it is one.
    [InlineData(FileAttributes.Hidden, FileAttributes.None, NtStatus.AccessDenied)]
    [InlineData(FileAttributes.Hidden, FileAttributes.Hidden, NtStatus.Success)]
    [InlineData(FileAttributes.System, FileAttributes.Hidden, NtStatus.AccessDenied)]
    [InlineData(FileAttributes.System | FileAttributes.Hidden, FileAttributes.System | FileAttributes.Hidden, NtStatus.Success)]
    public async Task Overwriting_hidden_and_system_files(FileAttributes old, FileAttributes @new, NtStatus status)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.CreateAsync("a.txt", attributes: old);

        Assert.Equal(status, (await peer.CreateAsync("a.txt", disposition: CreateDisposition.OverwriteIf, attributes: @new)).Status);
    }

    [Fact] // [MS-FSA] 2.1.5.1.2.2
    public async Task Overwriting_takes_data_and_streams_and_sets_attributes()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await WriteFileAsync(peer, "a.txt", new byte[100]);
        await WriteFileAsync(peer, "a.txt:s", new byte[10]);

        Reply reply = await peer.CreateAsync(
            "a.txt", disposition: CreateDisposition.Overwrite, attributes: FileAttributes.Hidden | FileAttributes.Normal);

        var response = reply.As<CreateResponse>();
        Assert.Equal(0ul, response.EndOfFile);
        Assert.Equal(FileAttributes.Hidden | FileAttributes.Archive, response.FileAttributes);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await peer.CreateAsync("a.txt:s", disposition: CreateDisposition.Open)).Status);
    }

    [Fact] // Overwriting writes: who does not share that keeps it out, but an overwriter is not a writer for ever.
    public async Task Overwriting_needs_to_share_writing_only_while_it_happens()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId reader = await peer.OpenAsync("a.txt", AccessMask.ReadData, share: ShareAccess.Read);

        Assert.Equal(NtStatus.SharingViolation, (await peer.CreateAsync(
            "a.txt", AccessMask.ReadData, CreateDisposition.OverwriteIf)).Status);
        await peer.CloseAsync(reader);
        await peer.OpenAsync("a.txt", AccessMask.ReadData, CreateDisposition.OverwriteIf);
        await peer.OpenAsync("a.txt", AccessMask.ReadData, share: ShareAccess.Read);
    }

    [Fact]
    public async Task Nothing_changes_through_a_read_only_share()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with
        {
            Shares = [o.Shares[0], o.Shares[0] with { Name = "ro", ReadOnly = true }],
        });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await WriteFileAsync(peer, "a.txt", "hello"u8.ToArray());
        await peer.TreeConnectAsync("ro");

        foreach (AccessMask access in (AccessMask[])
        [
            AccessMask.WriteData, AccessMask.AppendData, AccessMask.Delete, AccessMask.WriteAttributes, AccessMask.WriteEa,
            AccessMask.WriteDac, AccessMask.WriteOwner, AccessMask.GenericWrite, AccessMask.GenericAll,
        ])
        {
            Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync("a.txt", access)).Status);
        }

        Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync("b.txt", AccessMask.ReadData)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync("a.txt:s", AccessMask.ReadData)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync("d", AccessMask.ReadData, options: CreateOptions.DirectoryFile)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync("a.txt", AccessMask.ReadData, CreateDisposition.OverwriteIf)).Status);
        FileId file = await peer.OpenAsync("a.txt", AccessMask.MaximumAllowed);
        Assert.Equal(NtStatus.AccessDenied, (await peer.WriteAsync(file, 0, new byte[1])).Status);
        Assert.Equal("hello"u8.ToArray(), (await peer.ReadAsync(file, 0, 10)).As<ReadResponse>().Data.ToArray());
    }

    [Fact]
    public async Task Opens_of_a_session_are_bounded()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxOpensPerSession = 3 } });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.OpenAsync("a.txt");
        await peer.OpenAsync("a.txt");
        await peer.OpenAsync("a.txt");

        Assert.Equal(NtStatus.InsufficientResources, (await peer.CreateAsync("a.txt")).Status);
        await peer.CloseAsync(first);
        await peer.OpenAsync("a.txt");
    }

    private static async Task WriteFileAsync(ScriptedPeer peer, string name, byte[] content)
    {
        FileId file = await peer.OpenAsync(name);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, content)).Status);
        await peer.CloseAsync(file);
    }

    [Theory] // Each of its entries becomes two: one for the folder, one for what is in it.
    [InlineData(1600, NtStatus.InvalidAcl)]
    [InlineData(1000, NtStatus.Success)]
    public async Task A_DACL_that_grows_too_long_by_inheritance_is_refused(int entries, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        Ace ace = Ace.Allow(Sid.UnixUser(1), AccessMask.GenericAll, AceFlags.ObjectInherit | AceFlags.ContainerInherit);
        var descriptor = SecurityDescriptor.Create(null, null, [.. Enumerable.Repeat(ace, entries)]);
        byte[] buffer = new byte[65_000];
        var contexts = new CreateContextListWriter(buffer);
        contexts.Add(CreateContextName.SecD, descriptor.ToArray());

        Reply reply = await peer.CreateAsync("d", options: CreateOptions.DirectoryFile, contexts: contexts.Written.ToArray());

        Assert.Equal(expected, reply.Status);
        Assert.Empty(server.Log.Errors);
        await peer.OpenAsync("still alive");
    }
}
