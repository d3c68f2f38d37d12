using System.Buffers.Binary;
using Symbio.Protocol.Xca;

namespace Symbio.Protocol.Smb2;

/// <summary>
/// Compressing a message, [MS-SMB2] 3.1.4.4. The part before its payload stays as it is; the payload is compressed, less
/// the runs of one byte at its two ends where peers can be told of those.
/// </summary>
public static class MessageCompressor
{
    private const int ShortestPattern = 64; // [MS-SMB2] 3.1.4.4.1
    private const int PayloadHeaderSize = 8;
    private const int SizedPayloadHeaderSize = 12;

    // Less than this is not worth an algorithm's while. (The section knows no such bound.)
    private const int SmallestPart = 128;

    /// <summary>
    /// Compresses what follows the first <paramref name="plain"/> bytes; the number of bytes written, or 0 when they would
    /// not fit <paramref name="destination"/>, whose size says how much is to be won.
    /// </summary>
    public static int Compress(
        ReadOnlySpan<byte> message, int plain, CompressionSettings settings, Span<byte> destination) =>
        settings.SupportsChainedCompression
            ? CompressChained(message, plain, settings, destination)
            : CompressUnchained(message, plain, settings, destination);

    private static int CompressUnchained(
        ReadOnlySpan<byte> message, int plain, CompressionSettings settings, Span<byte> destination)
    {
        int start = CompressionTransformHeader.Size + plain;
        if (destination.Length < start)
            return 0;
        int length = Codec.Compress(settings.Preferred, message[plain..], destination[start..]);
        if (length == 0)
            return 0;
        var writer = new WireWriter(destination);
        new CompressionTransformHeader(
            (uint)(message.Length - plain), settings.Preferred, CompressionFlags.None, (uint)plain).Write(ref writer);
        message[..plain].CopyTo(destination[CompressionTransformHeader.Size..]);
        return start + length;
    }

    private static int CompressChained(
        ReadOnlySpan<byte> message, int plain, CompressionSettings settings, Span<byte> destination)
    {
        ReadOnlySpan<byte> rest = message[plain..];
        int forward = settings.SupportsPatterns ? PatternLength(rest, fromEnd: false) : 0;
        int backward = settings.SupportsPatterns ? PatternLength(rest[forward..], fromEnd: true) : 0;
        rest = rest[forward..^backward];

        var chain = new Chain(destination, message.Length);
        chain.AddPlain(message[..plain]);
        chain.AddPattern(forward == 0 ? default : message[plain], forward);
        if (rest.Length < SmallestPart || !chain.TryAddCompressed(settings.Preferred, rest))
            chain.AddPlain(rest);
        chain.AddPattern(backward == 0 ? default : message[^1], backward);
        return chain.IsFull ? 0 : chain.Length;
    }

    // [MS-SMB2] 3.1.4.4.1
    private static int PatternLength(ReadOnlySpan<byte> data, bool fromEnd)
    {
        if (data.IsEmpty)
            return 0;
        int length = fromEnd
            ? data.Length - 1 - data.LastIndexOfAnyExcept(data[^1])
            : data.IndexOfAnyExcept(data[0]);
        if (length < 0)
            length = data.Length;
        return length < ShortestPattern ? 0 : length;
    }

    // Payloads, each behind its header, [MS-SMB2] 2.2.42.2.1.
    private ref struct Chain
    {
        private readonly Span<byte> _output;

        public Chain(Span<byte> output, int originalSize)
        {
            _output = output;
            Length = CompressionTransformHeaderChained.Size;
            IsFull = output.Length < Length;
            var writer = new WireWriter(output);
            new CompressionTransformHeaderChained((uint)originalSize).Write(ref writer);
        }

        public int Length { get; private set; }

        public bool IsFull { get; private set; }

        public void AddPlain(ReadOnlySpan<byte> data)
        {
            if (data.IsEmpty || !HasRoom(PayloadHeaderSize + data.Length))
                return;
            data.CopyTo(_output[(Length + PayloadHeaderSize)..]);
            Finish(CompressionAlgorithm.None, PayloadHeaderSize, data.Length);
        }

        public void AddPattern(byte pattern, int repetitions)
        {
            if (repetitions == 0 || !HasRoom(PayloadHeaderSize + CompressionPatternPayloadV1.Size))
                return;
            var writer = new WireWriter(_output[(Length + PayloadHeaderSize)..]);
            new CompressionPatternPayloadV1(pattern, (uint)repetitions).Write(ref writer);
            Finish(CompressionAlgorithm.PatternV1, PayloadHeaderSize, CompressionPatternPayloadV1.Size);
        }

        public bool TryAddCompressed(CompressionAlgorithm algorithm, ReadOnlySpan<byte> data)
        {
            if (IsFull || _output.Length - Length < SizedPayloadHeaderSize)
                return false;
            Span<byte> room = _output[(Length + SizedPayloadHeaderSize)..];
            int length = Codec.Compress(algorithm, data, room[..Math.Min(room.Length, data.Length - 5)]);
            if (length == 0)
                return false;
            BinaryPrimitives.WriteUInt32LittleEndian(_output[(Length + PayloadHeaderSize)..], (uint)data.Length);
            Finish(algorithm, SizedPayloadHeaderSize, length);
            return true;
        }

        // Writes the header in front of a payload. Length counts OriginalPayloadSize.
        private void Finish(CompressionAlgorithm algorithm, int headerSize, int length)
        {
            bool isFirst = Length == CompressionTransformHeaderChained.Size;
            Span<byte> header = _output[Length..];
            BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)algorithm);
            BinaryPrimitives.WriteUInt16LittleEndian(
                header[2..], (ushort)(isFirst ? CompressionFlags.Chained : CompressionFlags.None));
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(headerSize - PayloadHeaderSize + length));
            Length += headerSize + length;
        }

        private bool HasRoom(int needed)
        {
            if (_output.Length - Length < needed)
                IsFull = true;
            return !IsFull;
        }
    }
}
