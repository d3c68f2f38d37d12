using Symbio.Protocol;
using Symbio.Rpc.Ndr;

namespace Symbio.Identity;

/// <summary>A pointer to one value, marshalled by itself: type serialization version 1, [MS-RPCE] 2.2.6.</summary>
internal static class TypeSerialization
{
    private const byte Version = 1;
    private const byte LittleEndian = 0x10;
    private const ushort CommonHeaderLength = 8;
    private const uint CommonFiller = 0xCCCCCCCC;
    private const int HeadersSize = 16;

    public static bool TryRead<T>(ReadOnlyMemory<byte> serialized, out T value)
        where T : struct, INdrType
    {
        value = default;
        var reader = new WireReader(serialized);
        byte version = reader.ReadByte();
        byte endianness = reader.ReadByte();
        ushort length = reader.ReadUInt16();
        reader.ReadUInt32(); // Filler
        uint bodyLength = reader.ReadUInt32();
        reader.ReadUInt32(); // Filler of the private header, which may hold anything.
        var body = reader.SliceAt(HeadersSize, bodyLength);
        reader.Expect(version == Version && endianness == LittleEndian && length == CommonHeaderLength);
        if (!reader.IsValid || !NdrCodec.TryRead(body, bigEndian: false, out Top<T> top) || top.Value is not { } read)
            return false;
        value = read;
        return true;
    }

    public static byte[] Write<T>(T value)
        where T : struct, INdrType
    {
        if (!NdrCodec.TryWrite(new Top<T> { Value = value }, out var body))
            throw new ArgumentException("More than can be marshalled.", nameof(value));
        int length = (body.Length + 7) & ~7;
        byte[] serialized = new byte[HeadersSize + length];
        serialized[0] = Version;
        serialized[1] = LittleEndian;
        BitConverter.TryWriteBytes(serialized.AsSpan(2), CommonHeaderLength);
        BitConverter.TryWriteBytes(serialized.AsSpan(4), CommonFiller);
        BitConverter.TryWriteBytes(serialized.AsSpan(8), length);
        body.Span.CopyTo(serialized.AsSpan(HeadersSize));
        return serialized;
    }

    private struct Top<T> : INdrType
        where T : struct, INdrType
    {
        public T? Value;

        public void Marshal(ref NdrCodec ndr) => ndr.Pointer(ref Value);
    }
}
