using Symbio.Protocol.Xca;

namespace Symbio.Protocol.Smb2;

/// <summary>
/// Decompressing a message, [MS-SMB2] 3.3.5.2.1.2 and 3.2.5.1.1.2, chained, 3.1.5.3, or not. First its size is read, which
/// the caller judges and makes room for; then the whole message yields just that, or nothing.
/// </summary>
public static class MessageDecompressor
{
    /// <summary>
    /// How large the message becomes; false when its header is malformed, or asks for what was not agreed on. The figure is
    /// the peer's: hostile until compared with a limit.
    /// </summary>
    public static bool TryReadSize(ReadOnlyMemory<byte> message, CompressionSettings settings, out long size)
    {
        size = 0;
        var reader = new WireReader(message);
        if (!CompressionTransformHeader.TryRead(ref reader, out CompressionTransformHeader header))
            return false;
        size = header.OriginalCompressedSegmentSize;
        if (header.Flags == CompressionFlags.Chained)
            return settings.SupportsChainedCompression;

        size += header.Offset;
        return header.Flags == CompressionFlags.None && settings.Allows(header.CompressionAlgorithm);
    }

    /// <summary>
    /// Decompresses a message whose size was read; false unless it yields just <paramref name="destination"/>.
    /// </summary>
    public static bool TryDecompress(
        ReadOnlyMemory<byte> message, CompressionSettings settings, Span<byte> destination)
    {
        var reader = new WireReader(message);
        if (!CompressionTransformHeader.TryRead(ref reader, out CompressionTransformHeader header))
            return false;
        if (header.IsChained)
            return TryDecompressChain(message, settings, destination);
        if (header.Offset > (uint)destination.Length)
            return false;
        int offset = (int)header.Offset;
        reader.ReadBytes(offset).Span.CopyTo(destination);
        return Codec.TryDecompress(
            header.CompressionAlgorithm, reader.ReadBytes(reader.Remaining).Span, destination[offset..]);
    }

    // [MS-SMB2] 3.1.5.3. The flags of payloads after the first are not looked at: Windows 11 leaves bits of all kinds there.
    private static bool TryDecompressChain(
        ReadOnlyMemory<byte> message, CompressionSettings settings, Span<byte> destination)
    {
        var reader = new WireReader(message);
        if (!CompressionTransformHeaderChained.TryRead(ref reader, out _))
            return false;
        while (reader.Remaining > 0)
        {
            if (!CompressionChainedPayloadHeader.TryRead(ref reader, out CompressionChainedPayloadHeader payload))
                return false;
            int size = TryDecompressPayload(payload, settings, destination);
            if (size < 0)
                return false;
            destination = destination[size..];
        }

        return destination.IsEmpty;
    }

    // The bytes that a payload has yielded, or -1.
    private static int TryDecompressPayload(
        in CompressionChainedPayloadHeader payload, CompressionSettings settings, Span<byte> destination)
    {
        CompressionAlgorithm algorithm = payload.CompressionAlgorithm;
        if (algorithm != CompressionAlgorithm.None && !settings.Allows(algorithm))
            return -1;
        if (algorithm == CompressionAlgorithm.PatternV1)
        {
            var reader = new WireReader(payload.Payload);
            if (payload.Payload.Length != CompressionPatternPayloadV1.Size
                || !CompressionPatternPayloadV1.TryRead(ref reader, out CompressionPatternPayloadV1 pattern)
                || pattern.Repetitions > (uint)destination.Length)
            {
                return -1;
            }

            destination[..(int)pattern.Repetitions].Fill(pattern.Pattern);
            return (int)pattern.Repetitions;
        }

        if (payload.OriginalPayloadSize > (uint)destination.Length)
            return -1;
        Span<byte> target = destination[..(int)payload.OriginalPayloadSize];
        if (algorithm != CompressionAlgorithm.None)
            return Codec.TryDecompress(algorithm, payload.Payload.Span, target) ? target.Length : -1;
        payload.Payload.Span.CopyTo(target);
        return target.Length;
    }
}
