using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;

namespace Symbio.Server.Ioctls;

/// <summary>One FSCTL under way: what was asked of which open, and the way to answer.</summary>
/// <param name="Target">Null for those that are about no open.</param>
internal readonly record struct FsctlCall(RequestContext Context, IoctlRequest Request, Open? Target)
{
    /// <summary>The open; only where the row of the table says that there is one.</summary>
    public Open Open => Target!;

    public int MaxOutput => (int)Request.MaxOutputResponse;

    /// <summary>Reads the input; false when it is too short or malformed. More than is needed is no harm.</summary>
    public bool TryReadInput<T>(out T input)
        where T : struct, IInformation<T>
    {
        var reader = new WireReader(Request.Input);
        return T.TryRead(ref reader, out input) && Request.Input.Length >= T.MinimumLength;
    }

    /// <summary>Answers without output.</summary>
    public NtStatus Reply()
    {
        Reserve(0);
        Commit(0);
        return NtStatus.Success;
    }

    /// <summary>Answers with a structure that the caller knows to fit <see cref="MaxOutput"/>.</summary>
    public NtStatus Reply<T>(in T output)
        where T : struct, IInformation<T>
    {
        int length = output.Length;
        var writer = new WireWriter(Reserve(length).Span);
        output.Write(ref writer);
        Commit(length);
        return NtStatus.Success;
    }

    /// <summary>Room for output of up to this many bytes in the response; then <see cref="Commit"/>.</summary>
    public Memory<byte> Reserve(int length) => Context.Response.ReservePayload(IoctlResponse.FixedSize, length);

    public void Commit(int length) => Context.Response.Commit(
        new IoctlResponse(Request.CtlCode, Target?.FileId ?? Request.FileId, (uint)length, default),
        IoctlResponse.FixedSize, length);
}
