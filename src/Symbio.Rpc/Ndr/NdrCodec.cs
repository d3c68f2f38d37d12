using Symbio.Protocol.Dtyp;

namespace Symbio.Rpc.Ndr;

/// <summary>
/// Marshals a value to or from NDR 2.0, [C706] 14 with [MS-RPCE] 2.2.4. The same calls read and write.
/// </summary>
/// <remarks>
/// NDR puts the referents of embedded pointers behind the outermost construct that contains the pointers
/// ([C706] 14.3.12.3). A construct is therefore walked twice: once for its scalars (in which a pointer is only its
/// referent id) and once for its referents. Each method knows what to do in which pass, so that a type's
/// <see cref="INdrType.Marshal"/> lists its members a single time. Among the parameters of an operation, which are
/// not a construct, a referent follows its pointer at once. While reading, a present pointer holds an empty value
/// between the passes.
/// </remarks>
public ref partial struct NdrCodec
{
    /// <summary>Constructs nest no deeper; no IDL that we know needs ten.</summary>
    private const int MaxDepth = 32;

    private readonly bool _reading;
    private NdrReader _reader;
    private NdrWriter _writer;
    private Pass _pass;
    private int _depth;
    private uint _referentId;
    private Dictionary<uint, object?>? _fullPointers;

    private NdrCodec(NdrReader reader)
    {
        _reading = true;
        _reader = reader;
    }

    private NdrCodec(NdrWriter writer)
    {
        _writer = writer;
        _referentId = 0x0002_0000; // Any unique numbers do; these look like Windows' own.
    }

    private enum Pass
    {
        /// <summary>Among the parameters: a referent follows its pointer.</summary>
        Parameters,
        Scalars,
        Referents,
    }

    public readonly bool IsReading => _reading;

    /// <summary>False after anything malformed (reading) or over the limit (writing), for good.</summary>
    public readonly bool IsValid => _reading ? _reader.IsValid : _writer.IsValid;

    private readonly bool Scalars => _pass != Pass.Referents;

    /// <summary>Reads one direction's parameters. Bytes that are left over are ignored, as padding is allowed there.</summary>
    public static bool TryRead<T>(ReadOnlyMemory<byte> stub, bool bigEndian, out T value)
        where T : struct, INdrType
    {
        var codec = new NdrCodec(new NdrReader(stub, bigEndian));
        value = default;
        value.Marshal(ref codec);
        return codec.IsValid;
    }

    /// <summary>Writes one direction's parameters; false when they exceed <paramref name="limit"/> bytes.</summary>
    public static bool TryWrite<T>(T value, out ReadOnlyMemory<byte> stub, int limit = NdrWriter.DefaultLimit)
        where T : struct, INdrType
    {
        var codec = new NdrCodec(new NdrWriter(limit));
        value.Marshal(ref codec);
        stub = codec._writer.Written;
        return codec.IsValid;
    }

    /// <summary>Marks what is read as malformed, or what is written as impossible.</summary>
    public void Fail()
    {
        if (_reading)
            _reader.Fail();
        else
            _writer.Fail();
    }

    public void Expect(bool condition)
    {
        if (!condition)
            Fail();
    }

    public void Byte(ref byte value)
    {
        if (!Scalars)
            return;
        if (_reading)
            value = _reader.ReadByte();
        else
            _writer.WriteByte(value);
    }

    public void UInt16(ref ushort value)
    {
        if (!Scalars)
            return;
        if (_reading)
            value = _reader.ReadUInt16();
        else
            _writer.WriteUInt16(value);
    }

    public void UInt32(ref uint value)
    {
        if (!Scalars)
            return;
        if (_reading)
            value = _reader.ReadUInt32();
        else
            _writer.WriteUInt32(value);
    }

    public void Int32(ref int value)
    {
        uint bits = (uint)value;
        UInt32(ref bits);
        value = (int)bits;
    }

    /// <summary>hyper: aligned to 8.</summary>
    public void UInt64(ref ulong value)
    {
        if (!Scalars)
            return;
        if (_reading)
            value = _reader.ReadUInt64();
        else
            _writer.WriteUInt64(value);
    }

    public void Guid(ref Guid value)
    {
        if (!Scalars)
            return;
        if (_reading)
            value = _reader.ReadGuid();
        else
            _writer.WriteGuid(value);
    }

    /// <summary>FILETIME as [MS-DTYP] 2.3.3 declares it: two DWORDs, so aligned to 4 only.</summary>
    public void FileTime(ref FileTime value)
    {
        uint low = (uint)value.Ticks;
        uint high = (uint)(value.Ticks >> 32);
        UInt32(ref low);
        UInt32(ref high);
        if (_reading && Scalars)
            value = new FileTime((long)(((ulong)high << 32) | low));
    }

    public void ContextHandle(ref ContextHandle value)
    {
        uint attributes = 0;
        var uuid = value.Uuid;
        UInt32(ref attributes);
        Guid(ref uuid);
        Expect(attributes == 0);
        if (_reading && Scalars)
            value = new ContextHandle(uuid);
    }

    /// <summary>The discriminant of a non-encapsulated union whose switch_is stands before it: the two have to agree.</summary>
    public void Tag(uint discriminant)
    {
        uint tag = discriminant;
        UInt32(ref tag);
        Expect(tag == discriminant);
    }

    /// <summary>Aligns, for a member whose alignment its own primitives do not show.</summary>
    public void Align(int alignment)
    {
        if (!Scalars)
            return;
        if (_reading)
            _reader.Align(alignment);
        else
            _writer.Align(alignment);
    }
}
