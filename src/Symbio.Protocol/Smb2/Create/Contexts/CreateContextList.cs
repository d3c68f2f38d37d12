namespace Symbio.Protocol.Smb2;

/// <summary>The chain of create contexts of a CREATE request or response, [MS-SMB2] 2.2.13.2.</summary>
/// <param name="Bytes">From the first context to the end of the last.</param>
public readonly record struct CreateContextList(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>True when every context is well-formed. A peer's list is to be checked before use.</summary>
    public bool IsValid
    {
        get
        {
            CreateContextEnumerator enumerator = GetEnumerator();
            while (enumerator.MoveNext())
            {
            }

            return enumerator.IsValid;
        }
    }

    public CreateContextEnumerator GetEnumerator() => new(Bytes);

    /// <summary>The data of the first context that bears <paramref name="name"/>.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlyMemory<byte> data)
    {
        foreach (CreateContext context in this)
        {
            if (context.Is(name))
            {
                data = context.Data;
                return true;
            }
        }

        data = default;
        return false;
    }
}

/// <summary>Walks create contexts; stops at the first malformed one, with IsValid false.</summary>
public ref struct CreateContextEnumerator
{
    /// <summary>Next, NameOffset, NameLength, Reserved, DataOffset and DataLength.</summary>
    internal const int HeaderSize = 16;

    private ReadOnlyMemory<byte> _rest;

    internal CreateContextEnumerator(ReadOnlyMemory<byte> bytes)
    {
        _rest = bytes;
        IsValid = true;
    }

    public CreateContext Current { get; private set; }

    /// <summary>False once a context was malformed.</summary>
    public bool IsValid { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty || !IsValid)
            return false;

        var chain = new WireReader(_rest);
        uint next = chain.ReadUInt32();
        if (!chain.IsValid || (next & 7) != 0 || (next != 0 && (next < HeaderSize || next > (uint)_rest.Length)))
            return IsValid = false;

        // All that a context holds lies before the next one.
        ReadOnlyMemory<byte> own = next == 0 ? _rest : _rest[..(int)next];
        IsValid = TryRead(own, out CreateContext context);
        Current = context;
        if (next != 0 && next == (uint)_rest.Length)
            IsValid = false; // Next points at nothing.
        _rest = next == 0 ? default : _rest[(int)next..];
        return IsValid;
    }

    private static bool TryRead(ReadOnlyMemory<byte> bytes, out CreateContext context)
    {
        var reader = new WireReader(bytes, position: 4);
        uint nameOffset = reader.ReadUInt16();
        uint nameLength = reader.ReadUInt16();
        reader.Skip(2); // Reserved
        uint dataOffset = reader.ReadUInt16();
        uint dataLength = reader.ReadUInt32();

        reader.Expect(nameLength >= 4 && nameOffset >= HeaderSize && (nameOffset & 7) == 0);
        ReadOnlyMemory<byte> name = reader.SliceAt(nameOffset, nameLength);
        if (dataLength != 0)
            reader.Expect((dataOffset & 7) == 0 && dataOffset >= nameOffset + nameLength);
        context = new CreateContext(name, reader.SliceAt(dataOffset, dataLength));
        return reader.IsValid;
    }
}
