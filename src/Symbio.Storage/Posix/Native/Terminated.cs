namespace Symbio.Storage.Posix.Native;

/// <summary>C strings from UTF-8 literals.</summary>
internal static class Terminated
{
    /// <summary>
    /// The literal with the NUL that the compiler puts behind every UTF-8 literal. Only for literals.
    /// </summary>
    public static unsafe ReadOnlySpan<byte> WithNul(this ReadOnlySpan<byte> literal)
    {
        fixed (byte* pointer = literal)
            return new ReadOnlySpan<byte>(pointer, literal.Length + 1); // Literals lie in the image; they never move.
    }
}
