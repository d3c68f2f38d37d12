namespace Symbio.Protocol.Fscc;

/// <summary>
/// STORAGE_OFFLOAD_TOKEN, [MS-FSCC] 2.1.11: 512 bytes that stand for data; equal by value. TokenType and TokenIdLength are
/// big-endian.
/// </summary>
public sealed class OffloadToken : IEquatable<OffloadToken>
{
    public const int Length = 512;

    private const int IdLength = 504;

    private readonly byte[] _bytes;

    /// <exception cref="ArgumentException">Not 512 bytes.</exception>
    public OffloadToken(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException("A token has 512 bytes.", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>STORAGE_OFFLOAD_TOKEN_TYPE_ZERO_DATA (big-endian, as in T10): all zeros, of any length.</summary>
    public static OffloadToken ZeroData { get; } = new([0xFF, 0xFF, 0x00, 0x01, 0, 0, IdLength >> 8, IdLength & 0xFF, .. new byte[IdLength]]);

    /// <summary>A token of the server's own, random throughout; 0 is nobody's TokenType.</summary>
    /// <param name="fill">Where the random bytes come from.</param>
    public static OffloadToken Create(Action<Span<byte>> fill)
    {
        byte[] bytes = new byte[Length];
        bytes[6] = IdLength >> 8;
        bytes[7] = IdLength & 0xFF;
        fill(bytes.AsSpan(Length - IdLength));
        return new OffloadToken(bytes);
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public bool IsZeroData => _bytes.AsSpan(0, 4).SequenceEqual(ZeroData._bytes.AsSpan(0, 4));

    public bool Equals(OffloadToken? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => Equals(obj as OffloadToken);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    internal static OffloadToken Read(ref WireReader reader)
    {
        var bytes = reader.ReadSpan(Length);
        return bytes.Length == Length ? new OffloadToken(bytes) : ZeroData;
    }
}
