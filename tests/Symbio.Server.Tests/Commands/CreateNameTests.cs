using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>Names in a CREATE, [MS-FSCC] 2.1.5, [MS-SMB2] 3.3.5.9 and [MS-FSA] 2.1.5.1.</summary>
public sealed class CreateNameTests
{
    public static TheoryData<string, NtStatus> Names => new()
    {
        { @"\a", NtStatus.InvalidParameter }, { @"\", NtStatus.InvalidParameter }, { @"\\a", NtStatus.InvalidParameter },
        { "a*", NtStatus.ObjectNameInvalid }, { "a?", NtStatus.ObjectNameInvalid }, { "a<", NtStatus.ObjectNameInvalid },
        { "a>", NtStatus.ObjectNameInvalid }, { "a\"", NtStatus.ObjectNameInvalid }, { "a|", NtStatus.ObjectNameInvalid },
        { "a/b", NtStatus.ObjectNameInvalid }, { "a\u0001", NtStatus.ObjectNameInvalid }, { "a\0b", NtStatus.ObjectNameInvalid },
        { "..", NtStatus.ObjectPathSyntaxBad }, { @"d\..", NtStatus.Success }, { @"d\..\..", NtStatus.ObjectPathSyntaxBad },
        { @"d\..\a", NtStatus.Success }, { @"..\a", NtStatus.ObjectPathSyntaxBad }, { @"d\..\..\a", NtStatus.ObjectPathSyntaxBad }, { ".", NtStatus.ObjectNameInvalid }, { @"d\.\a", NtStatus.ObjectNameInvalid },
        { @"d\\a", NtStatus.ObjectNameInvalid }, { @"a\", NtStatus.ObjectNameInvalid }, { @"d\", NtStatus.Success },
        { "...", NtStatus.Success }, { "a b", NtStatus.Success }, { "ä\u4E2D\uD83D\uDE00", NtStatus.Success },
        { new string('a', 255), NtStatus.Success }, { new string('a', 256), NtStatus.ObjectNameInvalid },
        // Streams, [MS-FSCC] 2.1.5.3
        { "a:", NtStatus.ObjectNameInvalid }, { "a:s", NtStatus.Success }, { "a:s:$DATA", NtStatus.Success },
        { "a::$DATA", NtStatus.Success }, { "a:s:$data", NtStatus.Success }, { "a:s:$BAD", NtStatus.ObjectNameInvalid },
        { "a:s:", NtStatus.ObjectNameInvalid }, { "a:s:$DATA:", NtStatus.ObjectNameInvalid }, { "a::", NtStatus.ObjectNameInvalid },
        { @"a:s\b", NtStatus.ObjectNameInvalid }, { "a:s/b", NtStatus.ObjectNameInvalid },
        { "d:s", NtStatus.Success }, { "d::$DATA", NtStatus.FileIsADirectory }, { "d::$INDEX_ALLOCATION", NtStatus.Success },
        { "d:$I30:$INDEX_ALLOCATION", NtStatus.Success }, { "a:" + new string('s', 256), NtStatus.ObjectNameInvalid },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Name(string name, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("a");
        await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);

        Assert.Equal(expected, (await peer.CreateAsync(name)).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_name_of_an_odd_number_of_bytes_is_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Reply reply = await peer.SendAsync(ScriptedPeer.Create("") with { NameBytes = "abc"u8.ToArray() });

        Assert.Equal(NtStatus.InvalidParameter, reply.Status);
    }

    [Fact]
    public async Task Names_are_found_in_any_case_and_kept_as_they_were_made()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("Straße.TXT");

        var found = (await peer.CreateAsync("STRAßE.txt", disposition: CreateDisposition.OpenIf)).As<CreateResponse>();

        Assert.Equal(CreateAction.Opened, found.CreateAction);
        Assert.Equal(1, ((Symbio.Cluster.Local.LocalCoordinator)server.Server.Coordinator).FileCount);
    }

    [Fact] // Not an SMB matter, but nobody may make the server fall over an unpaired surrogate.
    public async Task An_unpaired_surrogate_is_answered()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        await peer.SendAsync(ScriptedPeer.Create("") with { NameBytes = Encoding.Unicode.GetBytes("a").Concat(new byte[] { 0, 0xD8 }).ToArray() });

        Assert.Empty(server.Log.Errors);
    }
}
