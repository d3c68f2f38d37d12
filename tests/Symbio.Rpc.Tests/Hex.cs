namespace Symbio.Rpc.Tests;

internal static class Hex
{
    /// <summary>Bytes from hex digits, in which blanks are allowed.</summary>
    public static byte[] Bytes(string digits) =>
        Convert.FromHexString(digits.Replace(" ", "", StringComparison.Ordinal));

    public static string Of(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
