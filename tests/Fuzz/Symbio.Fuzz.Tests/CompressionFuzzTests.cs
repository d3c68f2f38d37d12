using System.Diagnostics;
using System.Globalization;
using Symbio.Protocol.Smb2;
using Symbio.Protocol.Xca;

namespace Symbio.Fuzz.Tests;

/// <summary>
/// Random and spoilt input for the decompressors, alone and behind the headers of messages: no exception, nothing written
/// outside, no more time than the output's size allows. SYMBIO_FUZZ_FRAMES says how many inputs, SYMBIO_FUZZ_SEED which.
/// </summary>
public sealed class CompressionFuzzTests(ITestOutputHelper output)
{
    private const int MaxOutput = 1 << 16;
    private const int Guard = 64;

    // Only a hang takes as long for a single input: the largest output is filled in well under a millisecond.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly CompressionAlgorithm[] Algorithms =
        [CompressionAlgorithm.Lznt1, CompressionAlgorithm.Lz77, CompressionAlgorithm.Lz77Huffman, CompressionAlgorithm.Lz4, CompressionAlgorithm.PatternV1];

    private delegate bool Decompress(ReadOnlySpan<byte> source, Span<byte> destination);

    private delegate int Compress(ReadOnlySpan<byte> source, Span<byte> destination);

    [Theory]
    [InlineData(CompressionAlgorithm.Lznt1)]
    [InlineData(CompressionAlgorithm.Lz77)]
    [InlineData(CompressionAlgorithm.Lz77Huffman)]
    [InlineData(CompressionAlgorithm.Lz4)]
    public void Decompressors_take_anything(CompressionAlgorithm algorithm)
    {
        (Compress compress, Decompress decompress) = Find(algorithm);
        Run(random =>
        {
            byte[] plain = Plain(random);
            byte[] compressed = new byte[(plain.Length * 2) + 1024];
            compressed = compressed[..compress(plain, compressed)];
            byte[] input = Spoil(random, compressed);
            int size = random.Next(4) == 0 ? random.Next(MaxOutput) : plain.Length;
            byte[] room = new byte[size + (2 * Guard)];
            room.AsSpan().Fill(0xA5);
            bool done = decompress(input, room.AsSpan(Guard, size));
            Assert.True(room.AsSpan(0, Guard).IndexOfAnyExcept((byte)0xA5) < 0);
            Assert.True(room.AsSpan(size + Guard).IndexOfAnyExcept((byte)0xA5) < 0);
            return done;
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_take_anything(bool chained) => Run(random =>
    {
        var settings = new CompressionSettings(
            [Algorithms[random.Next(4)], .. chained ? Algorithms : []], chained);
        byte[] plain = Plain(random);
        byte[] compressed = new byte[plain.Length + 128];
        int length = MessageCompressor.Compress(plain, Math.Min(plain.Length, 80), settings, compressed);
        byte[] input = Spoil(random, compressed[..(length == 0 ? Math.Min(100, compressed.Length) : length)]);
        return MessageDecompressor.TryReadSize(input, settings, out long size) && size <= MaxOutput
            && MessageDecompressor.TryDecompress(input, settings, new byte[size]);
    });

    [Theory] // Found by the above: SYMBIO_FUZZ_SEED=7599304
    [InlineData(false)]
    [InlineData(true)]
    public void A_message_of_nothing_does_no_harm(bool chained)
    {
        var settings = new CompressionSettings([CompressionAlgorithm.Lz77, .. Algorithms], chained);
        Assert.InRange(MessageCompressor.Compress([], 0, settings, new byte[128]), 0, 128);
    }

    private void Run(Func<Random, bool> attempt)
    {
        int seed = Setting("SYMBIO_FUZZ_SEED", Environment.TickCount & 0xFFFFFF);
        int count = Setting("SYMBIO_FUZZ_FRAMES", 20_000);
        long accepted = 0;
        var slowest = TimeSpan.Zero;
        for (int i = 0; i < count; i++)
        {
            long started = Stopwatch.GetTimestamp();
            try
            {
                accepted += attempt(new Random(seed + i)) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"SYMBIO_FUZZ_SEED={seed + i} SYMBIO_FUZZ_FRAMES=1: {e.Message}", e);
            }

            TimeSpan taken = Stopwatch.GetElapsedTime(started);
            slowest = taken > slowest ? taken : slowest;
        }

        output.WriteLine($"SYMBIO_FUZZ_SEED={seed}: {accepted} of {count} accepted, the slowest took {slowest.TotalMilliseconds:F1} ms");
        Assert.InRange(slowest, TimeSpan.Zero, Patience);
        Assert.InRange(accepted, 1, count); // A few survive being spoilt, or nothing was tested.
    }

    private static byte[] Plain(Random random)
    {
        byte[] plain = new byte[random.Next(8) == 0 ? random.Next(MaxOutput) : random.Next(1, 2000)];
        int alphabet = 1 << random.Next(9);
        for (int i = 0; i < plain.Length; i++)
            plain[i] = i > 20 && random.Next(3) != 0 ? plain[i - random.Next(1, 20)] : (byte)random.Next(alphabet);
        return plain;
    }

    private static byte[] Spoil(Random random, byte[] input)
    {
        if (random.Next(8) == 0)
        {
            random.NextBytes(input);
            return input;
        }

        return random.Next(16) == 0 ? input : Mutator.Mutate(random, input);
    }

    private static (Compress Compress, Decompress Decompress) Find(CompressionAlgorithm algorithm) => algorithm switch
    {
        CompressionAlgorithm.Lznt1 => (Lznt1.Compress, Lznt1.TryDecompress),
        CompressionAlgorithm.Lz77 => (Lz77.Compress, Lz77.TryDecompress),
        CompressionAlgorithm.Lz77Huffman => (Lz77Huffman.Compress, Lz77Huffman.TryDecompress),
        _ => (Lz4.Compress, Lz4.TryDecompress),
    };

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;
}
