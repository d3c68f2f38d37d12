namespace Symbio.Rpc.Ndr;

/// <summary>Structures, pointers, arrays and full pointers.</summary>
public ref partial struct NdrCodec
{
    /// <summary>A structure or union embedded by value; as a parameter, also one behind a [ref] pointer.</summary>
    public void Struct<T>(ref T value) where T : struct, INdrType
    {
        if (_pass == Pass.Parameters)
        {
            Construct(ref value);
            return;
        }

        Align(T.Alignment);
        value.Marshal(ref this);
    }

    /// <summary>A [unique] pointer to a structure or union.</summary>
    public void Pointer<T>(ref T? value) where T : struct, INdrType
    {
        if (ReferentId(value.HasValue))
            value = default(T);
        if (!Referent(value.HasValue))
            return;
        var referent = value.GetValueOrDefault();
        Construct(ref referent);
        value = referent;
    }

    /// <summary>A pointer to what we do not know: null is all that can be written or read.</summary>
    public void NullPointer()
    {
        uint referentId = 0;
        UInt32(ref referentId);
        Expect(referentId == 0);
    }

    /// <summary>A [unique] pointer to a 32-bit integer.</summary>
    public void Pointer(ref uint? value)
    {
        if (ReferentId(value.HasValue))
            value = 0;
        if (!Referent(value.HasValue))
            return;
        uint referent = value.GetValueOrDefault();
        var pass = Enter(Pass.Scalars);
        UInt32(ref referent);
        Leave(pass);
        value = referent;
    }

    /// <summary>
    /// A [unique] pointer to a conformant array whose size_is stands before it. <paramref name="count"/> is that
    /// member or parameter: it is compared with the array, never trusted.
    /// </summary>
    /// <param name="maximum">The [range] of the count in the IDL.</param>
    public void ArrayPointer<T>(ref T[]? values, uint count, int maximum = int.MaxValue) where T : struct, INdrType
    {
        if (ReferentId(values is not null))
            values = [];
        if (!Referent(values is not null))
        {
            if (_reading && _pass != Pass.Scalars)
                Expect(count == 0);
            return;
        }

        Array(ref values!, maximum);
        if (_reading)
            Expect(count == (uint)values.Length);
    }

    /// <summary>A count and then a [unique] pointer to a conformant array of that size.</summary>
    public void CountedArray<T>(ref uint count, ref T[]? values, int maximum = int.MaxValue)
        where T : struct, INdrType
    {
        if (!_reading)
            count = (uint)(values?.Length ?? 0);
        UInt32(ref count);
        ArrayPointer(ref values, count, maximum);
    }

    /// <summary>A conformant array of structures: the parameter itself, or what a pointer points to.</summary>
    public void Array<T>(ref T[] values, int maximum = int.MaxValue) where T : struct, INdrType
    {
        var pass = Enter(Pass.Scalars);
        if (_reading)
        {
            int count = _reader.ReadCount(T.MinimumSize, (uint)maximum);
            values = count == 0 ? [] : new T[count];
        }
        else
        {
            _writer.WriteUInt32((uint)values.Length);
        }

        Elements(values);
        Leave(pass);
    }

    /// <summary>A [unique] pointer to a conformant array of 32-bit integers whose size is checked by the caller.</summary>
    public void ArrayPointer(ref uint[]? values, int maximum = int.MaxValue)
    {
        if (ReferentId(values is not null))
            values = [];
        if (!Referent(values is not null))
            return;
        var pass = Enter(Pass.Scalars);
        if (_reading)
            values = new uint[_reader.ReadCount(4, (uint)maximum)];
        else
            _writer.WriteUInt32((uint)values!.Length);
        for (int i = 0; i < values!.Length; i++)
            UInt32(ref values[i]);
        Leave(pass);
    }

    /// <summary>A [unique] pointer to a conformant array of bytes; reading takes a slice of the stub.</summary>
    public void BytesPointer(ref ReadOnlyMemory<byte>? value, int maximum = int.MaxValue)
    {
        if (ReferentId(value.HasValue))
            value = ReadOnlyMemory<byte>.Empty;
        if (!Referent(value.HasValue))
            return;
        var bytes = value.GetValueOrDefault();
        Bytes(ref bytes, maximum);
        value = bytes;
    }

    /// <summary>A conformant array of bytes: the parameter itself, or what a pointer points to.</summary>
    public void Bytes(ref ReadOnlyMemory<byte> value, int maximum = int.MaxValue)
    {
        if (_reading)
        {
            value = _reader.ReadBytes(_reader.ReadCount(1, (uint)maximum));
            return;
        }

        _writer.WriteUInt32((uint)value.Length);
        _writer.WriteBytes(value.Span);
    }

    /// <summary>A [ptr] full pointer: the same referent id again means the same referent, [C706] 14.3.11.1.</summary>
    public void FullPointer<T>(ref FullPointer<T> pointer) where T : struct, INdrType
    {
        if (_pass != Pass.Referents)
            UInt32(ref pointer.ReferentId);
        if (_pass == Pass.Scalars || pointer.ReferentId == 0)
            return;

        _fullPointers ??= [];
        if (_fullPointers.TryGetValue(pointer.ReferentId, out object? known))
        {
            Expect(known is T);
            pointer.Value = known as T?;
            return;
        }

        var referent = pointer.Value.GetValueOrDefault();
        Construct(ref referent);
        pointer.Value = referent;
        _fullPointers.Add(pointer.ReferentId, referent);
    }

    /// <summary>Walks a construct: all its scalars, then all its referents.</summary>
    private void Construct<T>(ref T value) where T : struct, INdrType
    {
        var pass = Enter(Pass.Scalars);
        Align(T.Alignment);
        value.Marshal(ref this);
        _pass = Pass.Referents;
        value.Marshal(ref this);
        Leave(pass);
    }

    private void Elements<T>(T[] values) where T : struct, INdrType
    {
        for (int i = 0; i < values.Length && IsValid; i++)
        {
            Align(T.Alignment);
            values[i].Marshal(ref this);
        }

        _pass = Pass.Referents;
        for (int i = 0; i < values.Length && IsValid; i++)
            values[i].Marshal(ref this);
    }

    /// <summary>Marshals a referent id; true when a present pointer was read just now.</summary>
    private bool ReferentId(bool present)
    {
        if (_pass == Pass.Referents)
            return false;
        if (_reading)
            return _reader.ReadUInt32() != 0;
        _writer.WriteUInt32(present ? _referentId += 4 : 0);
        return false;
    }

    /// <summary>True when the referent of a present pointer is to be marshalled now.</summary>
    private readonly bool Referent(bool present) => present && _pass != Pass.Scalars && IsValid;

    private Pass Enter(Pass next)
    {
        var previous = _pass;
        _pass = next;
        if (++_depth > MaxDepth)
            Fail();
        return previous;
    }

    private void Leave(Pass previous)
    {
        _depth--;
        _pass = previous;
    }
}

/// <summary>A [ptr] pointer. The writer chooses equal non-zero ids for equal referents; 0 is null.</summary>
public struct FullPointer<T> where T : struct
{
    public uint ReferentId;
    public T? Value;
}
