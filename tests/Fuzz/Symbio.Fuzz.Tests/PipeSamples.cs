using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>What goes over a named pipe: DCE/RPC inside READ, WRITE and FSCTL_PIPE_TRANSCEIVE.</summary>
internal static class PipeSamples
{
    /// <summary>bind to srvsvc 3.0 with NDR 2.0, [C706] 12.6.4.3.</summary>
    public static byte[] Bind { get; } = Convert.FromHexString(
        "05000B03100000004800000001000000B810B8100000000001000000"
        + "00000100C84F324B7016D30112785A47BF6EE18803000000"
        + "045D888AEB1CC9119FE808002B10486002000000");

    // NetrShareEnum, level 1.
    private static readonly byte[] ShareEnum = Convert.FromHexString(
        "0500000310000000380000000200000020000000" + "00000F00"
        + "000000000100000001000000000002000000000000000000FFFFFFFF00000000");

    /// <summary>A pipe that has been bound.</summary>
    public static async ValueTask<(FileId Pipe, uint Tree)> OpenAsync(ScriptedPeer peer)
    {
        uint files = peer.TreeId;
        await peer.TreeConnectAsync("IPC$");
        uint tree = peer.TreeId;
        FileId pipe = await peer.OpenAsync("srvsvc");
        await peer.WriteAsync(pipe, 0, Bind);
        await peer.ReadAsync(pipe, 0, 4096);
        peer.TreeId = files;
        return (pipe, tree);
    }

    public static IEnumerable<Sample> Create()
    {
        yield return S("WRITE bind", static t => new WriteRequest(
            112, (uint)Bind.Length, 0, t.Pipe, Channel.None, 0, WriteFlags.None, default, Bind));
        yield return S("IOCTL transceive", static t => new IoctlRequest(
            (FsctlCode)0x11C017, t.Pipe, 0, 4096, IoctlFlags.IsFsctl, ShareEnum));
        yield return S("WRITE request", static t => new WriteRequest(
            112, (uint)ShareEnum.Length, 0, t.Pipe, Channel.None, 0, WriteFlags.None, default, ShareEnum));
        yield return S("READ pipe", static t => new ReadRequest(80, ReadFlags.None, 1024, 0, t.Pipe, 0, Channel.None, 0, default));
        yield return S("IOCTL pipe peek", static t => new IoctlRequest((FsctlCode)0x11400C, t.Pipe, 0, 256, IoctlFlags.IsFsctl, default));
        yield return S("CREATE pipe", static _ => ScriptedPeer.Create("lsarpc"));
        yield return S("QUERY_INFO pipe", static t => new QueryInfoRequest(InfoType.File, 24, 256, 0, QueryInfoFlags.None, t.Pipe, default));
        yield return S("SET_INFO pipe", static t => new SetInfoRequest(InfoType.File, 23, 0, t.Pipe, new byte[8]));
    }

    private static Sample S<T>(string name, Func<Target, T> request)
        where T : struct, IRequest<T> => new(name, t =>
        {
            uint files = t.Peer.TreeId;
            t.Peer.TreeId = t.IpcTree;
            byte[] bytes = t.Peer.Build(request(t), signs: false);
            t.Peer.TreeId = files;
            return bytes;
        });
}
