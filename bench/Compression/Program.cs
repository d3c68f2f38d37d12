// How fast the compression algorithms of SMB 3.1.1 are, on payloads as large as a READ's:
// dotnet run -c Release --project bench/Compression -- [FILE...]
// Prints a Markdown table in MB/s of uncompressed bytes. Noise is what it costs to find out that nothing is to be won.
using System.Diagnostics;
using System.Globalization;
using Symbio.Protocol.Xca;

const int size = 1 << 20;
var inputs = new List<(string Name, byte[] Data)>
{
    ("text", Fill(size, Text())),
    ("assembly", Fill(size, File.ReadAllBytes(typeof(Lz4).Assembly.Location))),
    ("zeros", new byte[size]),
    ("noise", Noise()),
};
foreach (string file in args)
    inputs.Add((Path.GetFileName(file), Fill(size, File.ReadAllBytes(file))));
(string Name, Compress Compress, Decompress Decompress)[] algorithms =
[
    ("LZ4", Lz4.Compress, Lz4.TryDecompress),
    ("LZ77", Lz77.Compress, Lz77.TryDecompress),
    ("LZ77+Huffman", Lz77Huffman.Compress, Lz77Huffman.TryDecompress),
    ("LZNT1", Lznt1.Compress, Lznt1.TryDecompress),
];

Console.WriteLine("| algorithm | data | size, % | compress, MB/s | decompress, MB/s |");
Console.WriteLine("|---|---|---:|---:|---:|");
foreach (var (name, compress, decompress) in algorithms)
{
    foreach (var (input, data) in inputs)
    {
        byte[] room = new byte[data.Length - (data.Length >> 4)]; // As the server has it: a 16th must be won.
        byte[] output = new byte[data.Length];
        int length = 0;
        double fast = Rate(data.Length, () => length = compress(data, room));
        double back = length == 0 ? 0 : Rate(data.Length, () => decompress(room.AsSpan(0, length), output));
        if (length > 0 && !output.AsSpan().SequenceEqual(data))
            throw new InvalidOperationException($"{name} loses {input}.");
        string ratio = length == 0 ? "sent as it is" : (100.0 * length / data.Length).ToString("F1", CultureInfo.InvariantCulture);
        string backText = length == 0 ? "" : back.ToString("F0", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {input} | {ratio} | {fast:F0} | {backText} |"));
    }
}

// The best of some rounds: what else the machine does should not count.
static double Rate(int bytes, Action action)
{
    double best = 0;
    for (int round = 0; round < 8; round++)
    {
        long started = Stopwatch.GetTimestamp();
        int times = 0;
        while (Stopwatch.GetElapsedTime(started).TotalMilliseconds < 100)
        {
            action();
            times++;
        }

        best = Math.Max(best, bytes / 1e6 * times / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    return best;
}

static byte[] Fill(int size, byte[] data)
{
    byte[] filled = new byte[size];
    for (int at = 0; at < size; at += data.Length)
        data.AsSpan(0, Math.Min(data.Length, size - at)).CopyTo(filled.AsSpan(at));
    return filled;
}

// Prose of sorts, without a library of books at hand: words by their frequency.
static byte[] Text()
{
    var random = new Random(1);
    string[] words = [.. Enumerable.Range(0, 2000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(2, 10)).Select(_ => (char)('a' + Math.Min(random.Next(26), random.Next(26))))))];
    var text = new System.Text.StringBuilder();
    while (text.Length < size)
        text.Append(words[(int)(words.Length * Math.Pow(random.NextDouble(), 3))]).Append(random.Next(12) == 0 ? ".\r\n" : " ");
    return System.Text.Encoding.ASCII.GetBytes(text.ToString(0, size));
}

static byte[] Noise()
{
    byte[] noise = new byte[size];
    new Random(1).NextBytes(noise);
    return noise;
}

internal delegate int Compress(ReadOnlySpan<byte> source, Span<byte> destination);

internal delegate bool Decompress(ReadOnlySpan<byte> source, Span<byte> destination);
