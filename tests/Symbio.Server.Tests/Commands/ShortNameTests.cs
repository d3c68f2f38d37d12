using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>Generated 8.3 names, [MS-FSCC] 2.1.5.2.1: told, opened, listed, renamed to.</summary>
public sealed class ShortNameTests
{
    private const string Long = "A long file name.html";
    private const string LongFolder = "A long folder";

    [Fact]
    public async Task A_generated_name_is_told_and_opens_the_file()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync(Long);
        string told = (await AlternateNameAsync(peer, file))!;
        await peer.CloseAsync(file);

        Assert.Equal(ShortNameOf(Long), told);
        var opened = (await peer.CreateAsync(told.ToLowerInvariant(), disposition: CreateDisposition.OpenIf))
            .As<CreateResponse>();
        Assert.Equal(CreateAction.Opened, opened.CreateAction);
        Assert.Equal(@"\" + Long, await NameAsync(peer, opened.FileId));
        Assert.Equal(NtStatus.ObjectNameCollision, (await peer.CreateAsync(told, disposition: CreateDisposition.Create)).Status);
    }

    [Fact]
    public async Task A_generated_name_may_stand_for_a_folder_in_a_path()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(LongFolder, options: CreateOptions.DirectoryFile);

        FileId file = await peer.OpenAsync(ShortNameOf(LongFolder) + @"\" + Long);

        Assert.Equal($@"\{LongFolder}\{Long}", await NameAsync(peer, file));
        await peer.CloseAsync(file);
        file = await peer.OpenAsync($@"{ShortNameOf(LongFolder)}\{ShortNameOf(Long)}", disposition: CreateDisposition.Open);
        Assert.Equal($@"\{LongFolder}\{Long}", await NameAsync(peer, file));
    }

    [Fact]
    public async Task A_name_of_its_own_comes_before_a_generated_one()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        string own = ShortNameOf(Long);
        await peer.CloseAsync(await peer.OpenAsync(own));
        await peer.CloseAsync(await peer.OpenAsync(Long));

        FileId file = await peer.OpenAsync(own, disposition: CreateDisposition.Open);

        Assert.Equal(@"\" + own, await NameAsync(peer, file));
        Assert.Equal(own, await AlternateNameAsync(peer, file));
        Assert.Equal(NtStatus.ObjectNameNotFound, (await peer.CreateAsync("A12345~6.TXT", disposition: CreateDisposition.Open)).Status);
    }

    [Fact] // [MS-FSA] 2.1.5.6.3
    public async Task A_listing_tells_generated_names_and_finds_by_them()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        foreach (string name in (string[])[Long, "short.txt", "another long name.txt"])
            await peer.CloseAsync(await peer.OpenAsync(name));
        FileId root = await peer.OpenAsync(
            "", AccessMask.FileGenericRead, CreateDisposition.Open, CreateOptions.DirectoryFile);

        Assert.Equal([(Long, ShortNameOf(Long))], await ListAsync(peer, root, ShortNameOf(Long)));
        Assert.Equal([(Long, ShortNameOf(Long))], await ListAsync(peer, root, ShortNameOf(Long)[..7] + "*.htm"));
        Assert.Equal([("short.txt", "")], await ListAsync(peer, root, "short.txt"));
        Assert.Equal([(Long, ShortNameOf(Long))], await ListAsync(peer, root, "*.html"));
    }

    [Fact]
    public async Task A_rename_goes_by_generated_names()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync(LongFolder, options: CreateOptions.DirectoryFile));
        await peer.CloseAsync(await peer.OpenAsync("Another long name"));
        FileId file = await peer.OpenAsync(Long);

        Assert.Equal(NtStatus.ObjectNameCollision, await RenameAsync(peer, file, ShortNameOf("Another long name")));
        Assert.Equal(NtStatus.Success, await RenameAsync(peer, file, ShortNameOf(LongFolder) + @"\a name of some length"));
        Assert.Equal($@"\{LongFolder}\a name of some length", await NameAsync(peer, file));
        string own = $@"{LongFolder}\{ShortNameOf("a name of some length")}";
        Assert.Equal(NtStatus.Success, await RenameAsync(peer, file, own));
        Assert.Equal(@"\" + own, await NameAsync(peer, file));
    }

    [Fact]
    public async Task A_share_may_do_without()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { ShortNames = false }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync(Long);

        Assert.Null(await AlternateNameAsync(peer, file));
        Assert.Equal(
            NtStatus.ObjectNameNotFound, (await peer.CreateAsync(ShortNameOf(Long), disposition: CreateDisposition.Open)).Status);
    }

    private static string ShortNameOf(string name)
    {
        Span<char> generated = stackalloc char[ShortName.MaxLength];
        return generated[..ShortName.Generate(name, generated)].ToString();
    }

    private static async ValueTask<string?> AlternateNameAsync(ScriptedPeer peer, FileId file)
    {
        Reply reply = await QueryAsync(peer, file, FileInformationClass.AlternateName);
        return reply.Status == NtStatus.Success
            ? Encoding.Unicode.GetString(reply.As<QueryInfoResponse>().Buffer.Span[4..])
            : null;
    }

    private static async ValueTask<string> NameAsync(ScriptedPeer peer, FileId file) => Encoding.Unicode.GetString(
        (await QueryAsync(peer, file, FileInformationClass.Name)).As<QueryInfoResponse>().Buffer.Span[4..]);

    private static ValueTask<Reply> QueryAsync(ScriptedPeer peer, FileId file, FileInformationClass informationClass) =>
        peer.SendAsync(new QueryInfoRequest(
            InfoType.File, (byte)informationClass, 4096, 0, QueryInfoFlags.None, file, default));

    private static async ValueTask<NtStatus> RenameAsync(ScriptedPeer peer, FileId file, string name)
    {
        var information = new FileRenameInformation(false, 0, name);
        byte[] bytes = new byte[information.Length];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        return (await peer.SendAsync(new SetInfoRequest(
            InfoType.File, (byte)FileInformationClass.Rename, 0, file, bytes))).Status;
    }

    private static async ValueTask<List<(string Name, string ShortName)>> ListAsync(
        ScriptedPeer peer, FileId directory, string pattern)
    {
        Reply reply = await peer.SendAsync(new QueryDirectoryRequest(
            (byte)FileInformationClass.IdBothDirectory, QueryDirectoryFlags.Reopen, 0, directory, 4096,
            Encoding.Unicode.GetBytes(pattern)));
        Assert.Equal(NtStatus.Success, reply.Status);
        var found = new List<(string, string)>();
        var reader = new DirectoryEntryReader(
            reply.As<QueryDirectoryResponse>().Buffer, FileInformationClass.IdBothDirectory);
        while (reader.MoveNext())
            found.Add((reader.Name.ToString(), reader.ShortName.ToString()));
        return found;
    }
}
