namespace Symbio.Protocol.Smb2;

/// <summary>Builds a chain of create contexts, [MS-SMB2] 2.2.13.2, each 8-byte aligned and linked by Next.</summary>
public ref struct CreateContextListWriter
{
    private WireWriter _writer;
    private int _last;

    /// <summary>Writes from the start of <paramref name="destination"/>.</summary>
    public CreateContextListWriter(Span<byte> destination)
    {
        _writer = new WireWriter(destination);
        _last = -1;
    }

    /// <summary>False once a context did not fit.</summary>
    public readonly bool IsValid => _writer.IsValid;

    /// <summary>The chain so far.</summary>
    public readonly Span<byte> Written => _writer.Written;

    /// <summary>Appends a context.</summary>
    public void Add<T>(in T context)
        where T : struct, ICreateContext<T>
    {
        int data = Begin(T.Name);
        context.Write(ref _writer);
        End(data);
    }

    /// <summary>Appends a context whose data is at hand.</summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        int start = Begin(name);
        _writer.WriteBytes(data);
        End(start);
    }

    private int Begin(ReadOnlySpan<byte> name)
    {
        _writer.Align(8);
        int start = _writer.Position;
        if (_last >= 0)
            _writer.PatchUInt32(_last, (uint)(start - _last));
        _last = start;

        _writer.WriteUInt32(0); // Next, known when another context follows.
        _writer.WriteUInt16(CreateContextEnumerator.HeaderSize);
        _writer.WriteUInt16((ushort)name.Length);
        _writer.WriteUInt16(0);
        _writer.WriteUInt16(0); // DataOffset and DataLength, known at the end.
        _writer.WriteUInt32(0);
        _writer.WriteBytes(name);
        _writer.Align(8);
        return _writer.Position;
    }

    private readonly void End(int dataStart)
    {
        int length = _writer.Position - dataStart;
        if (length == 0)
            return; // No data: DataOffset and DataLength stay 0.
        _writer.PatchUInt16(_last + 10, (ushort)(dataStart - _last));
        _writer.PatchUInt32(_last + 12, (uint)length);
    }
}
