namespace Symbio.Protocol.Smb2;

/// <summary>Builds a NegotiateContextList, [MS-SMB2] 2.2.3.1, each context 8-byte aligned.</summary>
public ref struct NegotiateContextListWriter
{
    private WireWriter _writer;

    /// <summary>Writes from the start of <paramref name="destination"/>.</summary>
    public NegotiateContextListWriter(Span<byte> destination) => _writer = new WireWriter(destination);

    /// <summary>NegotiateContextCount.</summary>
    public ushort Count { get; private set; }

    /// <summary>False once a context did not fit.</summary>
    public readonly bool IsValid => _writer.IsValid;

    /// <summary>The list so far.</summary>
    public readonly Span<byte> Written => _writer.Written;

    /// <summary>Appends a context.</summary>
    public void Add<T>(in T context)
        where T : struct, INegotiateContext<T>
    {
        int start = Begin(T.Type);
        context.Write(ref _writer);
        _writer.PatchUInt16(start + 2, (ushort)(_writer.Position - start - 8));
    }

    /// <summary>Appends a context whose data is at hand.</summary>
    public void Add(NegotiateContextType type, ReadOnlySpan<byte> data)
    {
        int start = Begin(type);
        _writer.WriteBytes(data);
        _writer.PatchUInt16(start + 2, (ushort)data.Length);
    }

    private int Begin(NegotiateContextType type)
    {
        _writer.Align(8);
        int start = _writer.Position;
        _writer.WriteUInt16((ushort)type);
        _writer.WriteUInt16(0); // DataLength, known later.
        _writer.WriteUInt32(0); // Reserved
        Count++;
        return start;
    }
}
