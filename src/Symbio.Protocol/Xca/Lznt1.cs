using System.Buffers.Binary;
using System.Numerics;

namespace Symbio.Protocol.Xca;

/// <summary>
/// LZNT1, [MS-XCA] 2.5: chunks of up to 4096 bytes that stand for themselves, each behind two bytes that say how long it
/// is and whether it is compressed. The further into the chunk, the more bits of a match are distance.
/// </summary>
public static class Lznt1
{
    private const int ChunkSize = 4096;
    private const int HeaderSize = 2;
    private const int Signature = 0x3000;
    private const int SignatureMask = 0x7000;
    private const int CompressedFlag = 0x8000;
    private const int SizeMask = 0x0FFF;
    private const int MinLength = 3;
    private const int MinDistanceBits = 4;

    /// <summary>
    /// Compresses; the number of bytes written, or 0 when they would not fit <paramref name="destination"/>.
    /// </summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int written = 0;
        var finder = new MatchFinder(source, ChunkSize);
        try
        {
            for (int start = 0; start < source.Length; start += ChunkSize)
            {
                int end = Math.Min(start + ChunkSize, source.Length);
                int length = end - start;
                if (destination.Length - written < HeaderSize)
                    return 0;
                Span<byte> room = destination[(written + HeaderSize)..];

                // A chunk that does not get smaller is sent as it is.
                int size = CompressChunk(ref finder, source, start, end, room[..Math.Min(room.Length, length - 1)]);
                int header = Signature | CompressedFlag;
                if (size == 0)
                {
                    if (room.Length < length)
                        return 0;
                    source[start..end].CopyTo(room);
                    size = length;
                    header = Signature;
                }

                BinaryPrimitives.WriteUInt16LittleEndian(destination[written..], (ushort)(header | (size - 1)));
                written += HeaderSize + size;
            }

            return written;
        }
        finally
        {
            finder.Dispose();
        }
    }

    /// <summary>Decompresses; false unless <paramref name="source"/> yields just <paramref name="destination"/>.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        while (source.Length >= HeaderSize)
        {
            int header = BinaryPrimitives.ReadUInt16LittleEndian(source);
            source = source[HeaderSize..];
            if (header == 0)
                break; // The end of the buffer, [MS-XCA] 2.5.1.1.
            int size = (header & SizeMask) + 1;
            if ((header & SignatureMask) != Signature || size > source.Length)
                return false;
            Span<byte> chunk = destination[..Math.Min(ChunkSize, destination.Length)];
            if (chunk.IsEmpty)
                return false;
            if ((header & CompressedFlag) != 0)
            {
                if (!TryDecompressChunk(source[..size], chunk))
                    return false;
            }
            else
            {
                if (size != chunk.Length)
                    return false;
                source[..size].CopyTo(chunk);
            }

            source = source[size..];
            destination = destination[chunk.Length..];
        }

        return destination.IsEmpty;
    }

    // [MS-XCA] 2.5.1.4: at a place in the chunk, how many bits of a match are distance?
    private static int DistanceBits(int position) =>
        Math.Max(MinDistanceBits, BitOperations.Log2((uint)Math.Max(1, position - 1)) + 1);

    private static int CompressChunk(
        scoped ref MatchFinder finder, ReadOnlySpan<byte> source, int start, int end, Span<byte> output)
    {
        finder.Floor = start;
        int written = 0;
        int flagsAt = 0;
        int flag = 8; // No byte of flags yet.
        int done = start;
        int position = start;
        while (done < end)
        {
            bool found = finder.TryFindNext(ref position, end, end, out int distance, out int length);
            int literalsEnd = found ? position : end;
            if (literalsEnd - done > output.Length - written)
                return 0; // Known before any is written.
            for (; done < literalsEnd; done++)
            {
                if (!TryAddFlag(output, ref written, ref flagsAt, ref flag, isMatch: false) || written >= output.Length)
                    return 0;
                output[written++] = source[done];
            }

            if (!found)
                break;
            int lengthBits = 16 - DistanceBits(position - start);
            length = Math.Min(length, (1 << lengthBits) - 1 + MinLength);
            if (!TryAddFlag(output, ref written, ref flagsAt, ref flag, isMatch: true)
                || output.Length - written < sizeof(ushort))
            {
                return 0;
            }

            int match = ((distance - 1) << lengthBits) | (length - MinLength);
            BinaryPrimitives.WriteUInt16LittleEndian(output[written..], (ushort)match);
            written += sizeof(ushort);
            position += length;
            done = position;
            finder.Remember(position - 2);
        }

        return written;
    }

    private static bool TryAddFlag(Span<byte> output, ref int written, ref int flagsAt, ref int flag, bool isMatch)
    {
        if (flag == 8)
        {
            if (written >= output.Length)
                return false;
            flagsAt = written++;
            output[flagsAt] = 0;
            flag = 0;
        }

        if (isMatch)
            output[flagsAt] |= (byte)(1 << flag);
        flag++;
        return true;
    }

    private static bool TryDecompressChunk(ReadOnlySpan<byte> source, Span<byte> chunk)
    {
        int from = 0;
        int to = 0;
        while (from < source.Length)
        {
            int flags = source[from++];
            for (int flag = 0; flag < 8 && from < source.Length; flag++)
            {
                if ((flags & (1 << flag)) == 0)
                {
                    if (to >= chunk.Length)
                        return false;
                    chunk[to++] = source[from++];
                    continue;
                }

                if (source.Length - from < sizeof(ushort))
                    return false;
                int match = BinaryPrimitives.ReadUInt16LittleEndian(source[from..]);
                from += sizeof(ushort);
                int lengthBits = 16 - DistanceBits(to);
                int length = (match & ((1 << lengthBits) - 1)) + MinLength;
                if (!MatchCopy.TryCopy(chunk, to, (match >> lengthBits) + 1, length))
                    return false;
                to += length;
            }
        }

        return to == chunk.Length;
    }
}
