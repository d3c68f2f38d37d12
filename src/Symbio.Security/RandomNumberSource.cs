using System.Security.Cryptography;

namespace Symbio.Security;

/// <summary>Fills a buffer with random bytes. Injected, so that a simulation can replay a run from its seed.</summary>
public delegate void RandomNumberSource(Span<byte> destination);

/// <summary>The random sources of a running product.</summary>
public static class RandomNumbers
{
    /// <summary>The operating system's cryptographic generator; thread-safe.</summary>
    public static RandomNumberSource Secure { get; } = RandomNumberGenerator.Fill;

    /// <summary>Four random bytes as a number.</summary>
    public static uint NextUInt32(this RandomNumberSource source)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        source(bytes);
        return BitConverter.ToUInt32(bytes);
    }
}
