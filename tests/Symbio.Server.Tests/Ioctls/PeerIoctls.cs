using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>IOCTLs of a scripted peer.</summary>
internal static class PeerIoctls
{
    public static ValueTask<Reply> IoctlAsync(
        this ScriptedPeer peer, FsctlCode code, FileId file, ReadOnlyMemory<byte> input = default, uint maxOutput = 4096) =>
        peer.SendAsync(new IoctlRequest(code, file, 0, maxOutput, IoctlFlags.IsFsctl, input), (int)maxOutput);

    public static ValueTask<Reply> IoctlAsync<T>(
        this ScriptedPeer peer, FsctlCode code, FileId file, T input, uint maxOutput = 4096)
        where T : struct, IInformation<T> => peer.SendAsync(Request(code, file, input, maxOutput), (int)maxOutput);

    public static IoctlRequest Request<T>(FsctlCode code, FileId file, T input, uint maxOutput = 4096)
        where T : struct, IInformation<T>
    {
        byte[] bytes = new byte[input.Length];
        var writer = new WireWriter(bytes);
        input.Write(ref writer);
        return new IoctlRequest(code, file, 0, maxOutput, IoctlFlags.IsFsctl, bytes);
    }

    public static T Output<T>(this Reply reply)
        where T : struct, IInformation<T>
    {
        var reader = new WireReader(reply.As<IoctlResponse>().Output);
        Assert.True(T.TryRead(ref reader, out T output));
        return output;
    }
}
