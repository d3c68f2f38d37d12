using Symbio.Protocol;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Copies from file to file.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task A_range_is_copied_from_file_to_file()
    {
        byte[] content = Bytes(300 * KiB);
        var source = await CreateFileAsync("f", content);
        var target = await CreateFileAsync("g", [1, 2, 3]);

        var result = await target.CopyRangeAsync(2, source, 1001, 200_003, Token);

        Assert.Equal((NtStatus.Success, 200_003ul), result);
        byte[] expected = [1, 2, .. content[1001..201_004]];
        Assert.Equal(expected, await ReadAllAsync(target));
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(1000, 0)]
    [InlineData(0, 150_000)]
    public async Task A_copy_within_a_file_reads_before_it_writes(int from, int to)
    {
        byte[] expected = Bytes(400 * KiB);
        var source = await CreateFileAsync("f", expected);
        var target = await OpenAsync("f");

        var result = await target.CopyRangeAsync((ulong)to, source, (ulong)from, 200_003, Token);

        Assert.Equal((NtStatus.Success, 200_003ul), result);
        expected.AsSpan(from, 200_003).CopyTo(expected.AsSpan(to));
        Assert.Equal(expected, await ReadAllAsync(source));
    }

    [Fact]
    public async Task A_copy_ends_where_the_source_ends()
    {
        var source = await CreateFileAsync("f", Bytes(1000));
        var target = await CreateFileAsync("g");

        Assert.Equal((NtStatus.Success, 400ul), await target.CopyRangeAsync(0, source, 600, 200_003, Token));
        Assert.Equal((NtStatus.Success, 0ul), await target.CopyRangeAsync(0, source, 1000, 1, Token));
        Assert.Equal(Bytes(1000)[600..], await ReadAllAsync(target));
    }

    [Fact]
    public async Task Streams_are_copied_like_files()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f", Bytes(1000));
        var stream = await OpenStreamAsync(file, "s", create: true);

        Assert.Equal((NtStatus.Success, 1000ul), await stream.CopyRangeAsync(0, file, 0, 1000, Token));
        Assert.Equal((NtStatus.Success, 1000ul), await file.CopyRangeAsync(1000, stream, 0, 1000, Token));

        byte[] expected = [.. Bytes(1000), .. Bytes(1000)];
        Assert.Equal(expected, await ReadAllAsync(file));
    }
}
