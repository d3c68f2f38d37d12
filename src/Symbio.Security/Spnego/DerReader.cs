namespace Symbio.Security.Spnego;

/// <summary>
/// Reads the DER of SPNEGO tokens (ITU-T X.690) where it lies. Definite lengths alone; every length is checked against
/// what contains it; it never throws, where System.Formats.Asn1 would for each byte that a stranger sends wrong.
/// </summary>
internal ref struct DerReader(ReadOnlySpan<byte> data)
{
    public const byte OctetString = 0x04;
    public const byte ObjectIdentifier = 0x06;
    public const byte Enumerated = 0x0A;
    public const byte Sequence = 0x30;
    public const byte Application0 = 0x60;

    private ReadOnlySpan<byte> _rest = data;

    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>The tag byte of [n] EXPLICIT.</summary>
    public static byte Context(int number) => (byte)(0xA0 | number);

    public readonly bool IsNext(byte tag) => !_rest.IsEmpty && _rest[0] == tag;

    /// <summary>Reads one element, which must have that tag.</summary>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> content) => TryRead(tag, out content, out _);

    /// <summary>Reads one element; also gives it whole, with its tag and length as the peer wrote them.</summary>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> content, out ReadOnlySpan<byte> whole)
    {
        content = default;
        whole = default;
        if (!IsNext(tag) || _rest.Length < 2)
            return false;
        int headerSize = 2;
        uint length = _rest[1];
        if (length >= 0x80)
        {
            int lengthSize = (int)(length & 0x7F);
            if (lengthSize is 0 or > 4 || _rest.Length < 2 + lengthSize)
                return false;
            length = 0;
            foreach (byte digit in _rest.Slice(2, lengthSize))
                length = (length << 8) | digit;
            headerSize += lengthSize;
        }
        if (length > (uint)(_rest.Length - headerSize))
            return false;
        content = _rest.Slice(headerSize, (int)length);
        whole = _rest[..(headerSize + (int)length)];
        _rest = _rest[whole.Length..];
        return true;
    }

    /// <summary>Reads [n] EXPLICIT around one element and nothing else.</summary>
    public bool TryReadExplicit(
        int number, byte tag, out ReadOnlySpan<byte> content, out ReadOnlySpan<byte> whole)
    {
        content = default;
        whole = default;
        if (!TryRead(Context(number), out var inner))
            return false;
        var reader = new DerReader(inner);
        return reader.TryRead(tag, out content, out whole) && reader.IsEmpty;
    }

    /// <summary>As <see cref="TryReadExplicit"/>; true with no content, too, when what comes next is not [n].</summary>
    public bool TryReadOptional(int number, byte tag, out ReadOnlySpan<byte> content)
    {
        content = default;
        return !IsNext(Context(number)) || TryReadExplicit(number, tag, out content, out _);
    }
}
