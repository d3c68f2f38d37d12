namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 ERROR Context Response, [MS-SMB2] 2.2.2.1.</summary>
public readonly record struct ErrorContext(ErrorId ErrorId, ReadOnlyMemory<byte> Data)
{
    /// <summary>Bytes before the data: ErrorDataLength and ErrorId.</summary>
    public const int HeaderSize = 8;

    /// <summary>Writes one context, after the padding that a context before it needs.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.Align(8);
        writer.WriteUInt32((uint)Data.Length);
        writer.WriteUInt32((uint)ErrorId);
        writer.WriteBytes(Data.Span);
    }
}

/// <summary>ErrorId of an error context, [MS-SMB2] 2.2.2.1.</summary>
public enum ErrorId : uint
{
    /// <summary>SMB2_ERROR_ID_DEFAULT</summary>
    Default = 0,
    /// <summary>SMB2_ERROR_ID_SHARE_REDIRECT</summary>
    ShareRedirect = 0x72645253,
}

/// <summary>The ErrorData of a 3.1.1 ERROR response: contexts, each 8-byte aligned.</summary>
public readonly record struct ErrorContextList(ReadOnlyMemory<byte> Bytes, int Count)
{
    public ErrorContextEnumerator GetEnumerator() => new(Bytes, Count);

    /// <summary>The first context of <paramref name="id"/>.</summary>
    public bool TryGet(ErrorId id, out ReadOnlyMemory<byte> data)
    {
        foreach (ErrorContext context in this)
        {
            if (context.ErrorId == id)
            {
                data = context.Data;
                return true;
            }
        }

        data = default;
        return false;
    }
}

/// <summary>Walks error contexts; stops at the first malformed one, with IsValid false.</summary>
public ref struct ErrorContextEnumerator
{
    private WireReader _reader;
    private int _left;

    internal ErrorContextEnumerator(ReadOnlyMemory<byte> bytes, int count)
    {
        _reader = new WireReader(bytes);
        _left = count;
    }

    public ErrorContext Current { get; private set; }

    /// <summary>False once a context did not fit in the data.</summary>
    public readonly bool IsValid => _reader.IsValid;

    public bool MoveNext()
    {
        if (_left == 0 || !_reader.IsValid)
            return false;
        _left--;
        _reader.AlignIfPossible(8);
        uint length = _reader.ReadUInt32();
        var id = (ErrorId)_reader.ReadUInt32();
        _reader.Expect(length <= (uint)_reader.Remaining);
        Current = _reader.IsValid ? new ErrorContext(id, _reader.ReadBytes((int)length)) : default;
        return _reader.IsValid;
    }
}
