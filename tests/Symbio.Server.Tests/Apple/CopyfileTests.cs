using System.Collections.Immutable;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Ioctls;
using Symbio.Server.Tests.Leases;
using Symbio.Testing;

namespace Symbio.Server.Tests.Apple;

/// <summary>kAAPL_SUPPORTS_OSX_COPYFILE: the server copies a file with all its streams.</summary>
public sealed class CopyfileTests
{
    [Fact]
    public async Task A_file_is_copied_with_its_streams()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.QueryAppleAsync();
        byte[] data = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
        FileId source = await peer.OpenAsync("source");
        await peer.WriteAsync(source, 0, data);
        await peer.WriteFileAsync("source:AFP_AfpInfo", ApplePeer.Info());
        await peer.WriteFileAsync("source:AFP_Resource", new byte[300]);
        await peer.WriteFileAsync("source:com.apple.quarantine", "q"u8.ToArray());
        await peer.WriteFileAsync("target", new byte[200_000]); // It was longer before.
        FileId target = await peer.OpenAsync("target");

        Reply reply = await CopyAsync(peer, source, target);

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(new SrvCopychunkResponse(0, 0, 100_000), reply.Output<SrvCopychunkResponse>());
        Assert.Equal(await peer.StreamsAsync("source"), await peer.StreamsAsync("target"));
        Assert.Equal(ApplePeer.Info(), await peer.ReadFileAsync("target:AFP_AfpInfo"));
        Assert.Equal("q"u8.ToArray(), await peer.ReadFileAsync("target:com.apple.quarantine"));
        Assert.Equal(data[..65536], await peer.ReadFileAsync("target"));
        Assert.Empty(server.Log.Errors);
    }

    [Fact] // As [MS-SMB2] has it.
    public async Task No_chunk_is_nothing_to_everybody_else()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await peer.OpenAsync("source");
        await peer.WriteAsync(source, 0, "data"u8.ToArray());
        FileId target = await peer.OpenAsync("target");

        Reply reply = await CopyAsync(peer, source, target);

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(new SrvCopychunkResponse(0, 0, 0), reply.Output<SrvCopychunkResponse>());
        Assert.Empty(await peer.ReadFileAsync("target"));
    }

    [Fact]
    public async Task What_somebody_has_locked_is_not_copied()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.QueryAppleAsync();
        FileId source = await peer.OpenAsync("source");
        await peer.WriteAsync(source, 0, "data"u8.ToArray());
        FileId target = await peer.OpenAsync("target");
        await other.LockAsync(
            await other.OpenAsync("source"),
            new LockElement(1, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately));

        Assert.Equal(NtStatus.FileLockConflict, (await CopyAsync(peer, source, target)).Status);
    }

    [Fact] // [MS-FSA] 2.1.5.4
    public async Task Who_may_only_append_does_not_copy_over_what_is_there()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.QueryAppleAsync();
        FileId source = await peer.OpenAsync("source");
        await peer.WriteAsync(source, 0, "data"u8.ToArray());
        await peer.WriteFileAsync("target", "there before"u8.ToArray());
        FileId target = await peer.OpenAsync("target", AccessMask.AppendData | AccessMask.ReadData);

        Assert.Equal(NtStatus.AccessDenied, (await CopyAsync(peer, source, target)).Status);
        Assert.Equal("there before"u8.ToArray(), await peer.ReadFileAsync("target"));
    }

    [Fact]
    public async Task Who_has_a_stream_of_the_target_is_asked()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.QueryAppleAsync();
        FileId source = await peer.OpenAsync("source");
        await peer.WriteFileAsync("source:s", "new"u8.ToArray());
        FileId target = await peer.OpenAsync("target");
        await other.WriteFileAsync("target:s", "there before"u8.ToArray());

        FileId held = await other.OpenAsync(
            "target:s", AccessMask.ReadData, share: ShareAccess.Read | ShareAccess.Delete);
        Assert.Equal(NtStatus.SharingViolation, (await CopyAsync(peer, source, target)).Status);
        await other.CloseAsync(held);
        held = await other.OpenAsync("target:s");
        await other.LockAsync(held, new LockElement(100, 1, LockFlags.SharedLock | LockFlags.FailImmediately));
        Assert.Equal(NtStatus.FileLockConflict, (await CopyAsync(peer, source, target)).Status);
        await other.CloseAsync(held);
        Assert.Equal("there before"u8.ToArray(), await other.ReadFileAsync("target:s"));

        await other.LeaseAsync("target:s", 1, LeasePeer.R);
        Assert.Equal(NtStatus.Success, (await CopyAsync(peer, source, target)).Status);
        LeaseBreakNotification told = await other.LeaseBreakAsync();
        Assert.Equal((LeasePeer.R, LeaseState.None), (told.CurrentLeaseState, told.NewLeaseState));
        Assert.Equal("new"u8.ToArray(), await other.ReadFileAsync("target:s"));
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Closing_the_target_waits_for_no_stranger()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.QueryAppleAsync();
        FileId source = await peer.OpenAsync("source");
        await peer.WriteFileAsync("source:s", "new"u8.ToArray());
        FileId target = await peer.OpenAsync("target");
        await other.LeaseAsync("target:s", 1, LeasePeer.RWH);
        Task<Reply> copying = CopyAsync(peer, source, target);
        await other.LeaseBreakAsync();

        await peer.CloseAsync(target);

        Assert.False(copying.IsCompleted); // The break has not been answered yet.
        Assert.Equal(NtStatus.Success, (await other.AcknowledgeAsync(1, LeaseState.None)).Status);
        Assert.Equal(NtStatus.FileClosed, (await copying).Status);
        Assert.Empty(await other.ReadFileAsync("target:s"));
        Assert.Empty(server.Log.Errors);
    }

    private static async Task<Reply> CopyAsync(ScriptedPeer peer, FileId source, FileId target)
    {
        Reply key = await peer.IoctlAsync(FsctlCode.SrvRequestResumeKey, source, maxOutput: 32);
        return await peer.IoctlAsync(
            FsctlCode.SrvCopychunk, target,
            new SrvCopychunkCopy(key.Output<SrvRequestResumeKeyResponse>().ResumeKey, ImmutableArray<SrvCopychunk>.Empty), 12);
    }
}
