using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Notifications;
using Symbio.Testing;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Notifications;

/// <summary>What operations report, and by which filters: [MS-FSA] 2.1.4.1 and where the operations refer to it.</summary>
public sealed class ReportedChangesTests
{
    public static TheoryData<string, CompletionFilter, string> Operations => new()
    {
        { "create", CompletionFilter.FileName, "Added new" },
        { "mkdir", CompletionFilter.DirName, "Added new" },
        { "delete", CompletionFilter.FileName, "Removed a" },
        { "rmdir", CompletionFilter.DirName, "Removed d" },
        { "rename", CompletionFilter.FileName, "RenamedOldName a, RenamedNewName b" },
        { "rename dir", CompletionFilter.DirName, "RenamedOldName d, RenamedNewName b" },
        { "rename out", CompletionFilter.FileName, "Removed a" },
        { "rename in", CompletionFilter.FileName, "Added b" },
        { "rename over", CompletionFilter.FileName, "Removed z, RenamedOldName a, RenamedNewName z" },
        { "spelling", CompletionFilter.FileName, "RenamedOldName a, RenamedNewName A" },
        { "link", CompletionFilter.FileName, "Added b" },
        { "attributes", CompletionFilter.Attributes, "Modified a" },
        { "creation", CompletionFilter.Creation, "Modified a" },
        { "access", CompletionFilter.LastAccess, "Modified a" },
        { "time", CompletionFilter.LastWrite, "Modified a" },
        { "size", CompletionFilter.Size, "Modified a" },
        { "write", CompletionFilter.LastWrite, "Modified a" },
        { "write", CompletionFilter.Size, "Modified a" },
        { "overwrite", CompletionFilter.Attributes, "Modified a" },
        { "overwrite", CompletionFilter.Size, "Modified a" },
        { "ea", CompletionFilter.Ea, "Modified a" },
        { "security", CompletionFilter.Security, "Modified a" },
        { "stream", CompletionFilter.StreamName, "AddedStream a:s" },
        { "stream", CompletionFilter.StreamWrite, "ModifiedStream a:s" },
        { "stream size", CompletionFilter.StreamSize, "ModifiedStream a:s" },
        { "stream file", CompletionFilter.FileName | CompletionFilter.StreamName, "Added new, AddedStream new:s" },
        { "stream delete", CompletionFilter.StreamName, "AddedStream a:s, RemovedStream a:s" },
        { "stream rename", CompletionFilter.StreamName, "AddedStream a:s, RemovedStream a:s, AddedStream a:t" },
        { "read", CompletionFilter.All, "" },
        { "open", CompletionFilter.All, "" },
        { "failed", CompletionFilter.All, "" },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Operation(string operation, CompletionFilter filter, string expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        foreach (string directory in new[] { "w", @"w\d", "o" })
            await peer.CloseAsync(await peer.OpenDirectoryAsync(directory));
        foreach (string file in new[] { @"w\a", @"w\z", @"o\a" })
            await peer.CloseAsync(await peer.OpenAsync(file));
        FileId watched = await peer.OpenDirectoryAsync("w");
        FileId others = await peer.OpenDirectoryAsync("w");
        await peer.BeginAsync(watched, filter);
        await peer.BeginAsync(others, CompletionFilter.All & ~filter);

        await RunAsync(peer, operation);
        if (expected.Length > 0)
        {
            Assert.Equal(expected, await peer.ChangesAsync(watched));
            return;
        }

        ulong id = await peer.WatchAsync(watched, filter); // Nothing is kept.
        await peer.CloseAsync(await peer.OpenAsync(@"w\more"));
        Assert.Equal("Added more", NotifyPeer.Changes(await peer.WaitAsync(id)));
    }

    private static async Task RunAsync(ScriptedPeer peer, string operation)
    {
        string name = operation switch
        {
            "create" or "mkdir" => @"w\new",
            "stream file" => @"w\new:s",
            "rmdir" or "rename dir" => @"w\d",
            "rename in" => @"o\a",
            _ when operation.StartsWith("stream", StringComparison.Ordinal) => @"w\a:s",
            _ => @"w\a",
        };
        CreateDisposition disposition = operation == "overwrite" ? CreateDisposition.Overwrite
            : operation == "failed" ? CreateDisposition.Create : CreateDisposition.OpenIf;
        CreateOptions options = operation is "mkdir" or "rmdir" or "rename dir" ? CreateOptions.DirectoryFile : CreateOptions.None;
        Reply opened = await peer.CreateAsync(name, disposition: disposition, options: options);
        if (operation == "failed")
            return;
        FileId file = opened.As<CreateResponse>().FileId;
        Reply? reply = operation switch
        {
            "delete" or "rmdir" or "stream delete" => await peer.DeleteAsync(file),
            "rename" or "rename dir" => await peer.RenameAsync(file, @"w\b"),
            "rename in" => await peer.RenameAsync(file, @"w\b"),
            "rename out" => await peer.RenameAsync(file, @"o\b"),
            "rename over" => await peer.RenameAsync(file, @"w\z", replace: true),
            "spelling" => await peer.RenameAsync(file, @"w\A", replace: true),
            "stream rename" => await peer.RenameAsync(file, ":t"),
            "link" => await peer.SetInfoAsync(
                file, new FileLinkInformation(false, 0, @"w\b")),
            "attributes" => await peer.SetBasicAsync(file, attributes: FileAttributes.Hidden),
            "creation" => await peer.SetBasicAsync(file, creation: 1L << 56),
            "access" => await peer.SetBasicAsync(file, access: 1L << 56),
            "time" => await peer.SetBasicAsync(file, write: 1L << 56),
            "size" or "stream size" => await peer.SetInfoAsync(
                file, new FileEndOfFileInformation(5)),
            "write" => await peer.WriteAsync(file, 0, "abc"u8.ToArray()),
            "stream" => await peer.WriteAsync(file, 0, "abc"u8.ToArray()),
            "ea" => await peer.SetEaAsync(file),
            "security" => await peer.SetDaclAsync(file),
            "read" => await peer.ReadAsync(file, 0, 0),
            _ => null,
        };
        if (reply is not null)
            Assert.Equal(NtStatus.Success, reply.Status);
        await peer.CloseAsync(file);
    }

    [Fact] // smb2.notify.mask: NTFS tells of a write when the file is closed.
    public async Task Writes_are_told_once_at_the_close()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        FileId root = await peer.OpenDirectoryAsync("");
        ulong id = await peer.WatchAsync(root, CompletionFilter.LastWrite);

        await peer.WriteAsync(file, 0, "1"u8.ToArray());
        await peer.WriteAsync(file, 1, "2"u8.ToArray());
        await peer.CloseAsync(file);

        Assert.Equal("Modified a", NotifyPeer.Changes(await peer.WaitAsync(id)));
        await peer.WatchAsync(root, CompletionFilter.None); // No more.
    }

    [Fact]
    public async Task A_change_that_says_the_same_again_is_left_out()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        FileId root = await peer.OpenDirectoryAsync("");
        await peer.BeginAsync(root, CompletionFilter.All);

        await peer.SetBasicAsync(file, attributes: FileAttributes.Hidden);
        await peer.SetBasicAsync(file, attributes: FileAttributes.Archive);

        Assert.Equal("Modified a", await peer.ChangesAsync(root));
    }

    [Fact]
    public async Task A_watch_follows_its_directory_to_another_name()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId directory = await peer.OpenDirectoryAsync("d");
        await peer.BeginAsync(directory, NotifyPeer.Names);
        FileId mover = await peer.OpenAsync("d", AccessMask.Delete, options: CreateOptions.DirectoryFile);
        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(mover, "e")).Status);

        await peer.OpenAsync(@"E\a");
        await peer.OpenDirectoryAsync("d");
        await peer.OpenAsync(@"d\b");

        Assert.Equal("Added a", await peer.ChangesAsync(directory));
    }
}
