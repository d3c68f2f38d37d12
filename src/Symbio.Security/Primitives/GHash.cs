using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Symbio.Security.Primitives;

/// <summary>
/// GHASH (NIST SP 800-38D 6.4) under way: the associated data in as many pieces as it lies in, then the ciphertext by whole
/// blocks, then both lengths. For GMAC the message is associated data, and there is no ciphertext.
/// </summary>
internal struct GHash(GHashKey key, GHashWidth width)
{
    private const int BlockSize = GHashKey.BlockSize;

    private readonly GHashKey _key = key;
    private readonly GHashWidth _width = width;
    private long _associatedLength;

    /// <summary>The end of the associated data that fills no block yet, and room for the lengths behind it.</summary>
    private TwoBlocks _end;

    /// <summary>The digest so far, as a number: its bytes stand in reversed order.</summary>
    public Vector128<byte> Digest { get; set; }

    public void AppendAssociatedData(ReadOnlySpan<byte> data)
    {
        int used = (int)(_associatedLength % BlockSize);
        _associatedLength += data.Length;
        if (used > 0)
        {
            int count = Math.Min(BlockSize - used, data.Length);
            data[..count].CopyTo(_end[used..]);
            data = data[count..];
            if (used + count < BlockSize)
                return;
            AppendBlocks(_end[..BlockSize]);
        }
        int whole = data.Length & -BlockSize;
        AppendBlocks(data[..whole]);
        data[whole..].CopyTo(_end);
    }

    public void AppendBlocks(ReadOnlySpan<byte> blocks) =>
        Digest = _key.Append(_width, Digest, in MemoryMarshal.GetReference(blocks), blocks.Length / BlockSize);

    /// <summary>Before the ciphertext.</summary>
    public void EndAssociatedData() => AppendBlocks(_end[..Pad()]);

    /// <summary>The block that stands behind everything.</summary>
    public readonly void WriteLengths(Span<byte> block, int ciphertextLength) =>
        GHashKey.Swap(Vector128.Create(ciphertextLength * 8L, _associatedLength * 8).AsByte()).CopyTo(block);

    /// <summary>For GMAC: the associated data was all.</summary>
    public void End()
    {
        int lengths = Pad();
        WriteLengths(_end[lengths..], ciphertextLength: 0);
        AppendBlocks(_end[..(lengths + BlockSize)]);
    }

    /// <summary>Zeros to the end of the block; the length of what there is to append then.</summary>
    private int Pad()
    {
        int used = (int)(_associatedLength % BlockSize);
        int padded = used == 0 ? 0 : BlockSize;
        _end[used..padded].Clear();
        return padded;
    }

    [InlineArray(2 * BlockSize)]
    private struct TwoBlocks
    {
        private byte _first;
    }
}
