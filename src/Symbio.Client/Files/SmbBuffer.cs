using Symbio.Client.Connections;

namespace Symbio.Client;

/// <summary>Bytes in the buffer that they were received in. Valid until disposed, which is to be done once.</summary>
public readonly struct SmbBuffer : IDisposable
{
    private readonly Reply _reply;

    internal SmbBuffer(in Reply reply, ReadOnlyMemory<byte> memory)
    {
        _reply = reply;
        Memory = memory;
    }

    public ReadOnlyMemory<byte> Memory { get; }

    public void Dispose() => _reply.Dispose();
}
