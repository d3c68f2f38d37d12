using System.Buffers;

namespace Symbio.Client.Connections;

/// <summary>Bytes that follow a request's fixed part and are put straight into the outgoing frame.</summary>
internal interface IPayload
{
    int Length { get; }

    void Write(Span<byte> destination);
}

/// <summary>Most requests have none.</summary>
internal readonly struct NoPayload : IPayload
{
    public int Length => 0;

    public void Write(Span<byte> destination)
    {
    }
}

/// <summary>Bytes that the caller has, copied once.</summary>
internal readonly struct MemoryPayload(ReadOnlyMemory<byte> bytes) : IPayload
{
    public int Length => bytes.Length;

    public void Write(Span<byte> destination) => bytes.Span.CopyTo(destination);
}

/// <summary>Bytes that the caller makes in their place.</summary>
internal readonly struct FilledPayload<TState>(int length, TState state, SpanAction<byte, TState> fill) : IPayload
{
    public int Length => length;

    public void Write(Span<byte> destination) => fill(destination, state);
}
