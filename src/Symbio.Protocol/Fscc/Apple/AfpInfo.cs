using System.Buffers.Binary;

namespace Symbio.Protocol.Fscc;

/// <summary>The stream AFP_AfpInfo: what macOS keeps of a file besides its data, in Apple's big-endian order.</summary>
public static class AfpInfo
{
    /// <summary>Name of the stream.</summary>
    public const string StreamName = "AFP_AfpInfo";

    /// <summary>Name of the stream that is the resource fork.</summary>
    public const string ResourceName = "AFP_Resource";

    /// <summary>Bytes of the stream: signature, version, reserved, backup time, FinderInfo, ProDOS information, reserved.</summary>
    public const int Length = 60;

    /// <summary>Bytes of the FinderInfo.</summary>
    public const int FinderInfoLength = 32;

    private const int FinderInfoOffset = 16;
    private const uint Signature = 0x41465000; // "AFP", NUL

    /// <summary>The FinderInfo in the stream's content; empty when that is something else.</summary>
    public static ReadOnlySpan<byte> FinderInfoOf(ReadOnlySpan<byte> content) =>
        content.Length >= Length && BinaryPrimitives.ReadUInt32BigEndian(content) == Signature
            ? content.Slice(FinderInfoOffset, FinderInfoLength)
            : default;
}
