using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Transport;

namespace Symbio.Client.Connections;

/// <summary>A response that is the awaited one, decrypted and verified. Who receives it disposes it.</summary>
internal readonly struct Reply(SmbConnection connection, Frame frame, in Smb2Header header) : IDisposable
{
    private readonly Smb2Header _header = header;

    public Smb2Header Header => _header;

    public NtStatus Status => _header.Status;

    /// <summary>From the SMB2 header to the end, the padding of a compound chain included.</summary>
    public Memory<byte> Message => frame.Memory;

    public SmbConnection Connection => connection;

    /// <summary>The body; a malformed one ends the connection.</summary>
    public T Read<T>()
        where T : struct, IResponse<T>
    {
        var reader = new WireReader(frame.Memory, Smb2Header.Size);
        if (!T.TryRead(ref reader, out T message))
            throw connection.Fail($"its {_header.Command} response is malformed");
        return message;
    }

    /// <summary>Throws unless the request succeeded.</summary>
    public void ThrowIfFailed(string? subject = null)
    {
        if (!_header.Status.IsSuccess)
            throw new SmbException(_header.Status, _header.Command, subject);
    }

    public void Dispose() => frame.Dispose();
}
