using System.Runtime.Versioning;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Posix;
using Symbio.Testing;

namespace Symbio.Server.Tests.Apple;

/// <summary>kAAPL_SUPPORTS_NFS_ACE: owner and mode come with the DACL, and the mode is set by it.</summary>
[SupportedOSPlatform("linux")]
public sealed class NfsAcesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-nfs-aces-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Only_a_client_that_was_told_so_gets_them()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        Assert.DoesNotContain((await ReadAsync(peer, file)).Dacl!.Aces, IsNfs);

        await peer.QueryAppleAsync();
        Ace[] told = [.. (await ReadAsync(peer, file)).Dacl!.Aces.Where(IsNfs)];

        Assert.Equal(3, told.Length);
        Assert.All(told, ace => Assert.Equal(AccessMask.None, ace.Mask));
        Assert.Contains(told, ace => ace.Sid == new Sid(5, 88, 3, 0x8000 | Mode("a")));
    }

    [Fact]
    public async Task The_mode_alone_can_be_set()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.QueryAppleAsync();
        FileId file = await peer.OpenAsync("a");

        NtStatus status = await WriteAsync(peer, file, new Acl([Ace.Deny(new Sid(5, 88, 3, 0x8180), AccessMask.None)]));

        Assert.Equal((NtStatus.Success, 0x180u), (status, Mode("a"))); // 0600
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, "x"u8.ToArray())).Status);
    }

    [Fact] // A client sends them back with whatever it changes: they are not kept, and there is one of each again.
    public async Task They_are_not_part_of_the_descriptor()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.QueryAppleAsync();
        FileId file = await peer.OpenAsync("a");
        Acl dacl = (await ReadAsync(peer, file)).Dacl!;
        var added = Ace.Allow(Sid.AuthenticatedUsers, AccessMask.FileGenericRead);

        Assert.Equal(NtStatus.Success, await WriteAsync(
            peer, file, new Acl([.. dacl.Aces, Ace.Deny(new Sid(5, 88, 1, 27), AccessMask.None), added])));

        Acl now = (await ReadAsync(peer, file)).Dacl!;
        Assert.Contains(now.Aces, ace => ace.Sid == Sid.AuthenticatedUsers);
        Assert.Equal(3, now.Aces.Count(IsNfs));
        Assert.DoesNotContain(now.Aces, ace => ace.Sid == new Sid(5, 88, 1, 27));
    }

    private static bool IsNfs(Ace ace) => ace.Sid.ToString().StartsWith("S-1-5-88-", StringComparison.Ordinal);

    private uint Mode(string name) => (uint)File.GetUnixFileMode(Path.Combine(_folder, name));

    private static async Task<SecurityDescriptor> ReadAsync(ScriptedPeer peer, FileId file)
    {
        Reply reply = await peer.SendAsync(new QueryInfoRequest(
            InfoType.Security, 0, 4096, (uint)(SecurityInformation.Dacl | SecurityInformation.Owner), QueryInfoFlags.None, file,
            default));
        Assert.True(SecurityDescriptor.TryRead(reply.As<QueryInfoResponse>().Buffer, out SecurityDescriptor? descriptor));
        return descriptor;
    }

    private static async Task<NtStatus> WriteAsync(ScriptedPeer peer, FileId file, Acl dacl)
    {
        byte[] bytes = SecurityDescriptor.Create(Sid.Everyone, Sid.Everyone, [.. dacl.Aces]).ToArray();
        return (await peer.SendAsync(
            new SetInfoRequest(InfoType.Security, 0, (uint)SecurityInformation.Dacl, file, bytes))).Status;
    }
}
