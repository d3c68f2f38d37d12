namespace Symbio.Protocol.Smb2;

/// <summary>NegotiateContextList of a NEGOTIATE request or response, [MS-SMB2] 2.2.3.1.</summary>
/// <param name="Bytes">From the first context to the end of the message.</param>
/// <param name="Count">NegotiateContextCount.</param>
public readonly record struct NegotiateContextList(ReadOnlyMemory<byte> Bytes, int Count)
{
    /// <summary>True when all contexts lie inside the message. A peer's list is to be checked before use.</summary>
    public bool IsValid
    {
        get
        {
            NegotiateContextEnumerator enumerator = GetEnumerator();
            while (enumerator.MoveNext())
            {
            }

            return enumerator.IsValid;
        }
    }

    public NegotiateContextEnumerator GetEnumerator() => new(Bytes, Count);

    /// <summary>Contexts of <paramref name="type"/>; the specification wants at most one of most types.</summary>
    public int CountOf(NegotiateContextType type)
    {
        int count = 0;
        foreach (NegotiateContext context in this)
            count += context.Type == type ? 1 : 0;
        return count;
    }

    /// <summary>The first context of <paramref name="type"/>.</summary>
    public bool TryGet(NegotiateContextType type, out ReadOnlyMemory<byte> data)
    {
        foreach (NegotiateContext context in this)
        {
            if (context.Type == type)
            {
                data = context.Data;
                return true;
            }
        }

        data = default;
        return false;
    }

    /// <summary>The bytes from a stated NegotiateContextOffset to the end of the message.</summary>
    internal static ReadOnlyMemory<byte> ReadBytes(ref WireReader reader, uint offset)
    {
        // Below Position there are the message's own fields; the specification wants 8-byte alignment.
        bool inside = reader.IsValid && offset >= (uint)reader.Position && offset < (uint)reader.Memory.Length;
        reader.Expect(inside && (offset & 7) == 0);
        return reader.IsValid ? reader.Memory[(int)offset..] : default;
    }
}

/// <summary>Walks a negotiate context list; stops at the first malformed context, with IsValid false.</summary>
public ref struct NegotiateContextEnumerator
{
    private WireReader _reader;
    private int _left;
    private bool _first;

    internal NegotiateContextEnumerator(ReadOnlyMemory<byte> bytes, int count)
    {
        _reader = new WireReader(bytes);
        _left = count;
        _first = true;
    }

    public NegotiateContext Current { get; private set; }

    /// <summary>False once a context did not fit in the list.</summary>
    public readonly bool IsValid => _reader.IsValid;

    public bool MoveNext()
    {
        if (_left == 0 || !_reader.IsValid)
            return false;
        _left--;
        if (!_first)
            _reader.AlignIfPossible(8);
        _first = false;

        var type = (NegotiateContextType)_reader.ReadUInt16();
        int length = _reader.ReadUInt16();
        _reader.Skip(4); // Reserved
        Current = new NegotiateContext(type, _reader.ReadBytes(length));
        return _reader.IsValid;
    }
}
