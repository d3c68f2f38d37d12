using Symbio.Protocol;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Ranges that share blocks.</summary>
public abstract partial class StoreContract
{
    [Theory]
    [InlineData(64 * KiB, 64 * KiB, 0, 0, 64 * KiB)]
    [InlineData(64 * KiB, 64 * KiB, 4 * KiB, 8 * KiB, 16 * KiB)]
    [InlineData(10_000, 10_000, 0, 0, 10_000)] // To the end of both.
    [InlineData(10_000, 20_000, 4 * KiB, 0, 5904)] // To the end of the source, within the target.
    [InlineData(20_000, 10_000, 0, 4 * KiB, 5904)] // To the end of the target, within the source.
    public async Task A_range_becomes_that_of_another_file(int sourceSize, int targetSize, int from, int to, int length)
    {
        Require(StoreCapabilities.BlockCloning);
        byte[] content = Bytes(sourceSize);
        byte[] expected = Bytes(targetSize, first: 100);
        var source = await CreateFileAsync("f", content);
        var target = await CreateFileAsync("g", expected);

        Assert.Equal(NtStatus.Success, await target.CloneRangeAsync((ulong)to, source, (ulong)from, (ulong)length, Token));

        content.AsSpan(from, length).CopyTo(expected.AsSpan(to));
        Assert.Equal(expected, await ReadAllAsync(target));
        Assert.Equal(content, await ReadAllAsync(source));
        await WriteAsync(target, 0, new byte[targetSize]);
        Assert.Equal(content, await ReadAllAsync(source));
    }

    [Fact]
    public async Task A_range_becomes_that_of_another_place_in_the_file()
    {
        Require(StoreCapabilities.BlockCloning);
        byte[] expected = Bytes(32 * KiB);
        var file = await CreateFileAsync("f", expected);

        Assert.Equal(NtStatus.Success, await file.CloneRangeAsync(16 * KiB, file, 0, 8 * KiB, Token));

        expected.AsSpan(0, 8 * KiB).CopyTo(expected.AsSpan(16 * KiB));
        Assert.Equal(expected, await ReadAllAsync(file));
    }

    [Fact]
    public async Task Nothing_may_be_cloned()
    {
        Require(StoreCapabilities.BlockCloning);
        var source = await CreateFileAsync("f", Bytes(8 * KiB));
        var target = await CreateFileAsync("g", Bytes(100));

        Assert.Equal(NtStatus.Success, await target.CloneRangeAsync(0, source, 0, 0, Token));

        Assert.Equal(Bytes(100), await ReadAllAsync(target));
    }
}
