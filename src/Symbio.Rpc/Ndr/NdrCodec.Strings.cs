using Symbio.Protocol.Dtyp;

namespace Symbio.Rpc.Ndr;

/// <summary>Strings, RPC_UNICODE_STRING and RPC_SID.</summary>
public ref partial struct NdrCodec
{
    /// <summary>[string, unique] wchar_t*: null, or a string with its terminator.</summary>
    public void StringPointer(ref string? value)
    {
        if (ReferentId(value is not null))
            value = "";
        if (Referent(value is not null))
            String(ref value!);
    }

    /// <summary>[string] wchar_t* behind a [ref] pointer: a conformant varying array with a terminator.</summary>
    public void String(ref string value)
    {
        var pass = Enter(Pass.Scalars);
        if (_reading)
        {
            uint maximum = _reader.ReadUInt32();
            uint offset = _reader.ReadUInt32();
            int length = _reader.ReadCount(2);
            _reader.Expect(offset == 0 && (uint)length <= maximum && length > 0);
            string text = _reader.ReadChars(length);
            int end = text.IndexOf('\0', StringComparison.Ordinal);
            _reader.Expect(end >= 0);
            value = end >= 0 && _reader.IsValid ? text[..end] : "";
        }
        else
        {
            uint length = (uint)value.Length + 1;
            _writer.WriteUInt32(length);
            _writer.WriteUInt32(0);
            _writer.WriteUInt32(length);
            _writer.WriteChars(value);
            _writer.WriteUInt16(0);
        }

        Leave(pass);
    }

    /// <summary>
    /// A [unique] pointer to a conformant varying array of short [string] arrays of fixed size, each of which is
    /// varying only: offset, count, characters with terminator.
    /// </summary>
    public void VaryingStringArrayPointer(ref string[]? values, int minimumSize, int maximumLength)
    {
        if (ReferentId(values is not null))
            values = [];
        if (!Referent(values is not null))
            return;
        var pass = Enter(Pass.Scalars);
        uint count = (uint)values!.Length;
        uint offset = 0;
        UInt32(ref count);
        UInt32(ref offset);
        if (_reading)
            values = new string[_reader.ReadCount(minimumSize)];
        else
            _writer.WriteUInt32(count);
        Expect(offset == 0 && (uint)values.Length <= count);
        for (int i = 0; i < values.Length && IsValid; i++)
            VaryingString(ref values[i], maximumLength);
        Leave(pass);
    }

    private void VaryingString(ref string value, int maximumLength)
    {
        uint offset = 0;
        UInt32(ref offset);
        if (_reading)
        {
            string text = _reader.ReadChars(_reader.ReadCount(2, (uint)maximumLength));
            _reader.Expect(offset == 0 && text.EndsWith('\0'));
            value = text.TrimEnd('\0');
            return;
        }

        Expect(value.Length < maximumLength);
        _writer.WriteUInt32((uint)value.Length + 1);
        _writer.WriteChars(value);
        _writer.WriteUInt16(0);
    }

    /// <summary>
    /// RPC_UNICODE_STRING, [MS-DTYP] 2.3.10: byte lengths and a pointer; no terminator. Null is a null Buffer.
    /// </summary>
    public void UnicodeString(ref string? value)
    {
        if (_pass == Pass.Parameters)
        {
            var wrapped = new UnicodeStringConstruct { Value = value };
            Construct(ref wrapped);
            value = wrapped.Value;
            return;
        }

        if (_pass == Pass.Scalars)
            UnicodeStringScalars(ref value);
        else if (value is not null)
            UnicodeStringReferent(ref value);
    }

    private void UnicodeStringScalars(ref string? value)
    {
        Align(4);
        if (_reading)
        {
            ushort length = _reader.ReadUInt16();
            ushort maximumLength = _reader.ReadUInt16();
            bool present = _reader.ReadUInt32() != 0;
            _reader.Expect(length <= maximumLength && ((length | maximumLength) & 1) == 0 && (present || length == 0));
            value = present ? "" : null;
            return;
        }

        if (value is { Length: > ushort.MaxValue / 2 })
            _writer.Fail();
        ushort bytes = (ushort)(2 * (value?.Length ?? 0));
        _writer.WriteUInt16(bytes);
        _writer.WriteUInt16(bytes);
        _writer.WriteUInt32(value is null ? 0 : _referentId += 4);
    }

    private void UnicodeStringReferent(ref string value)
    {
        if (_reading)
        {
            uint maximum = _reader.ReadUInt32();
            uint offset = _reader.ReadUInt32();
            int length = _reader.ReadCount(2, ushort.MaxValue / 2);
            _reader.Expect(offset == 0 && (uint)length <= maximum);
            value = _reader.ReadChars(length);
            return;
        }

        _writer.WriteUInt32((uint)value.Length);
        _writer.WriteUInt32(0);
        _writer.WriteUInt32((uint)value.Length);
        _writer.WriteChars(value);
    }

    /// <summary>PRPC_SID: a [unique] pointer to RPC_SID, [MS-DTYP] 2.4.2.3.</summary>
    public void SidPointer(ref Sid? value)
    {
        if (ReferentId(value is not null))
            value = Protocol.Dtyp.Sid.Null;
        if (Referent(value is not null))
            Sid(ref value!);
    }

    /// <summary>RPC_SID behind a [ref] pointer. It is a conformant structure: its count stands in front.</summary>
    public void Sid(ref Sid value)
    {
        if (!_reading)
        {
            _writer.WriteUInt32((uint)value.SubAuthorityCount);
            _writer.WriteBytes(value.Bytes);
            return;
        }

        int count = _reader.ReadCount(4, Protocol.Dtyp.Sid.MaxSubAuthorities);
        byte revision = _reader.ReadByte();
        _reader.Expect(_reader.ReadByte() == count && revision == 1);
        ulong authority = 0;
        for (int i = 0; i < 6; i++)
            authority = (authority << 8) | _reader.ReadByte();
        Span<uint> subAuthorities = stackalloc uint[Protocol.Dtyp.Sid.MaxSubAuthorities];
        for (int i = 0; i < count; i++)
            subAuthorities[i] = _reader.ReadUInt32(); // Not a copy: they follow the byte order.
        if (_reader.IsValid)
            value = new Sid(authority, subAuthorities[..count]);
    }

    private struct UnicodeStringConstruct : INdrType
    {
        public string? Value;

        public void Marshal(ref NdrCodec ndr) => ndr.UnicodeString(ref Value);
    }
}
