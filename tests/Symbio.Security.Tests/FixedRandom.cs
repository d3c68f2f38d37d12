namespace Symbio.Security.Tests;

/// <summary>A random source that counts up, so that a test can foretell it.</summary>
internal sealed class FixedRandom(byte start = 0)
{
    private byte _next = start;

    public RandomNumberSource Source => destination =>
    {
        foreach (ref byte value in destination)
            value = _next++;
    };
}
