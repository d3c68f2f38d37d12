using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class TransformTests
{
    private const string Encrypted =
        "FD534D420CC379B458F3754F3FB369080D2169BC010000000000000073D2E779000000006800000000000100E63583FC" +
        "0000000074F6646B28C3182374213FF01AA6442459AA23DC79686EAB59C707C87853F967CD475CAC4FF7C99AD46B2D91" +
        "8DCA8B842D4B226B50FACF48328CB3AA4EFF9BDE2809CA9B1F7551DA94FF0AB60D0E32870F511B291EE0F00E169245B1" +
        "1024012D377A41EB18093D96";

    [Fact] // [MS-SMB2] 2.2.41
    public void Transform_header_reads_and_writes()
    {
        byte[] bytes = Convert.FromHexString(Encrypted);
        var reader = new WireReader(bytes);
        Assert.True(TransformHeader.TryRead(ref reader, out TransformHeader header));
        Assert.Equal(TransformHeader.Size, reader.Position);
        Assert.Equal(bytes.Length - TransformHeader.Size, (int)header.OriginalMessageSize);
        Assert.Equal(TransformFlags.Encrypted, header.Flags);
        Assert.NotEqual(0UL, header.SessionId);

        byte[] written = new byte[TransformHeader.Size];
        var writer = new WireWriter(written);
        header.Write(ref writer);
        Assert.True(writer.IsValid);
        bytes.AsSpan(TransformHeader.SignatureOffset, TransformHeader.SignatureSize).Clear();
        bytes.AsSpan(TransformHeader.NonceOffset, TransformHeader.NonceSize).Clear();
        Assert.Equal(bytes[..TransformHeader.Size], written);

        for (int length = 0; length < TransformHeader.Size; length++)
        {
            reader = new WireReader(bytes.AsMemory(0, length));
            Assert.False(TransformHeader.TryRead(ref reader, out _));
        }
    }

    [Fact] // [MS-SMB2] 2.2.42.1
    public void Unchained_compression_header_reads_and_writes()
    {
        byte[] bytes = Convert.FromHexString(
            "FC534D42" + "00100000" + "0200" + "0000" + "04000000" + "AABBCCDD" + "EE");
        var reader = new WireReader(bytes);
        Assert.True(CompressionTransformHeader.TryRead(ref reader, out CompressionTransformHeader header));
        Assert.Equal(
            new CompressionTransformHeader(0x1000, CompressionAlgorithm.Lz77, CompressionFlags.None, 4), header);
        Assert.False(header.IsChained);

        byte[] written = new byte[CompressionTransformHeader.Size];
        var writer = new WireWriter(written);
        header.Write(ref writer);
        Assert.Equal(bytes[..16], written);

        for (int length = 0; length < 20; length++) // Up to the end of the plain part.
        {
            reader = new WireReader(bytes.AsMemory(0, length));
            Assert.False(CompressionTransformHeader.TryRead(ref reader, out _));
        }
    }

    [Fact] // [MS-SMB2] 2.2.42.2
    public void Chained_compression_reads_and_writes()
    {
        const string Hex =
            "FC534D42" + "40000000" +
            "0000" + "0100" + "03000000" + "414243" + // NONE, first
            "0200" + "0000" + "06000000" + "20000000" + "AABB" + // LZ77, 32 bytes
            "0400" + "0000" + "08000000" + "00000000" + "1D000000"; // Pattern_V1
        byte[] bytes = Convert.FromHexString(Hex);
        var reader = new WireReader(bytes);

        Assert.True(CompressionTransformHeaderChained.TryRead(ref reader, out CompressionTransformHeaderChained chain));
        Assert.Equal(64u, chain.OriginalCompressedSegmentSize);
        var payloads = new List<CompressionChainedPayloadHeader>();
        while (reader.Remaining > 0 && CompressionChainedPayloadHeader.TryRead(ref reader, out var payload))
            payloads.Add(payload);
        Assert.True(reader.IsValid);
        Assert.Equal([3u, 32u, 0u], payloads.Select(p => p.OriginalPayloadSize));
        Assert.Equal([3, 2, 8], payloads.Select(p => p.Payload.Length));
        Assert.Equal([8, 12, 8], payloads.Select(p => p.HeaderSize));
        Assert.Equal(CompressionFlags.Chained, payloads[0].Flags);
        var pattern = new WireReader(payloads[2].Payload);
        Assert.True(CompressionPatternPayloadV1.TryRead(ref pattern, out CompressionPatternPayloadV1 repeated));
        Assert.Equal(new CompressionPatternPayloadV1(0, 29), repeated);

        byte[] written = new byte[bytes.Length];
        var writer = new WireWriter(written);
        chain.Write(ref writer);
        foreach (CompressionChainedPayloadHeader payload in payloads)
            payload.Write(ref writer);
        Assert.True(writer.IsValid);
        Assert.Equal(Hex, Convert.ToHexString(written));
    }

    [Fact]
    public void Lying_payload_lengths_are_refused()
    {
        Refuse("0000" + "0100" + "04000000" + "414243"); // longer than the message
        Refuse("0000" + "0100" + "FFFFFFFF" + "414243");
        Refuse("0200" + "0100" + "03000000" + "01000000"); // no room for OriginalPayloadSize
        Refuse("0200" + "0100" + "04000000" + "010000");

        static void Refuse(string hex)
        {
            var reader = new WireReader(Convert.FromHexString(hex));
            Assert.False(CompressionChainedPayloadHeader.TryRead(ref reader, out _));
        }
    }
}
