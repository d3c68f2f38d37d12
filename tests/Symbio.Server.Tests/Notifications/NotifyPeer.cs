using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Notifications;

/// <summary>CHANGE_NOTIFY in a test's words.</summary>
internal static class NotifyPeer
{
    public const CompletionFilter Names = CompletionFilter.FileName | CompletionFilter.DirName;

    /// <summary>Opens a directory, making it if need be.</summary>
    public static ValueTask<FileId> OpenDirectoryAsync(this ScriptedPeer peer, string path) =>
        peer.OpenAsync(
            path, AccessMask.ListDirectory, options: path.Length == 0 ? CreateOptions.None : CreateOptions.DirectoryFile);

    /// <summary>Sends a request and waits until it waits.</summary>
    public static async Task<ulong> WatchAsync(
        this ScriptedPeer peer, FileId directory, CompletionFilter filter, NotifyFlags flags = NotifyFlags.None,
        uint length = 4096)
    {
        ulong id = await peer.PostAsync(new ChangeNotifyRequest(flags, length, directory, filter), (int)length);
        Assert.Equal(NtStatus.Pending, (await peer.WaitAsync(id, acceptInterim: true)).Status);
        return id;
    }

    /// <summary>Begins a watch without a request that waits: what happens is kept.</summary>
    public static async Task BeginAsync(
        this ScriptedPeer peer, FileId directory, CompletionFilter filter, NotifyFlags flags = NotifyFlags.None,
        uint length = 4096)
    {
        ulong id = await peer.WatchAsync(directory, filter, flags, length);
        await peer.CancelAsync(id);
        Assert.Equal(NtStatus.Cancelled, (await peer.WaitAsync(id)).Status);
    }

    /// <summary>What a request answers that need not wait.</summary>
    public static async Task<Reply> NotifyAsync(this ScriptedPeer peer, FileId directory, uint length = 4096) =>
        await peer.SendAsync(new ChangeNotifyRequest(NotifyFlags.None, length, directory, CompletionFilter.None), (int)length);

    /// <summary>The changes that have been kept, in one string: "Added a, Removed b".</summary>
    public static async Task<string> ChangesAsync(this ScriptedPeer peer, FileId directory) =>
        Changes(await peer.NotifyAsync(directory));

    public static string Changes(Reply reply)
    {
        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.True(FileNotifyInformation.TryReadList(reply.As<ChangeNotifyResponse>().Buffer, out var changes));
        return string.Join(", ", changes.Select(c => $"{c.Action} {c.FileName}"));
    }
}
