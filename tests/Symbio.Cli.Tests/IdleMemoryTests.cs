using Symbio.Cli.Serving;

namespace Symbio.Cli.Tests;

/// <summary>When a server gives memory back, and that it can.</summary>
public sealed class IdleMemoryTests
{
    private const long Much = 100L << 20;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(5, Much, Much, true)]
    [InlineData(500, Much, Much, false)] // Others want the processor, and are being served.
    [InlineData(5, 1 << 20, Much, false)] // Hardly anything has happened since the last time.
    [InlineData(5, 10 << 20, Much, false)] // Not an eighth of what would have to be looked through.
    [InlineData(5, 13 << 20, Much, true)]
    [InlineData(5, 5 << 20, 30 << 20, true)]
    [InlineData(5, Much, 10 * Much, false)] // Everybody would have to wait for it.
    public void Memory_is_given_back_when_a_load_has_gone(int milliseconds, long allocated, long heap, bool isDue) =>
        Assert.Equal(isDue, IdleMemory.IsDue(s_second, TimeSpan.FromMilliseconds(milliseconds), allocated, heap));

    [Fact]
    public void What_is_given_back_is_garbage_alone()
    {
        (WeakReference garbage, byte[] kept) = Allocate();

        IdleMemory.GiveBack();

        Assert.False(garbage.IsAlive);
        Assert.All(kept, b => Assert.Equal(7, b));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static (WeakReference Garbage, byte[] Kept) Allocate()
    {
        byte[] kept = new byte[1000];
        Array.Fill(kept, (byte)7);
        return (new WeakReference(new byte[1000]), kept);
    }
}
