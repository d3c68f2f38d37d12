using Symbio.Protocol;
using Symbio.Storage;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Bytes, sizes, holes.</summary>
public abstract partial class StoreContract
{
    private const int KiB = 1024;

    [Fact]
    public async Task What_is_written_is_read()
    {
        var file = await CreateFileAsync("f");
        byte[] content = Bytes(200 * KiB);

        await WriteAsync(file, 0, content);

        Assert.Equal(content, await ReadAllAsync(file));
        Assert.Equal(content, await ReadAllAsync(await OpenAsync("f")));
    }

    [Fact]
    public async Task Writes_cross_every_boundary()
    {
        var file = await CreateFileAsync("f");
        byte[] expected = new byte[300 * KiB];
        int[] starts = [0, 4093, 65_530, 65_536, 131_069, 150_000, 196_600, 299_000];
        foreach (int start in starts)
        {
            byte[] part = Bytes(3000 * (1 + (start % 5)), (byte)start);
            part = part[..Math.Min(part.Length, expected.Length - start)];
            part.CopyTo(expected, start);
            await WriteAsync(file, (ulong)start, part);
        }

        byte[] actual = await ReadAllAsync(file);
        Assert.Equal(expected[..actual.Length], actual);
        Assert.All(expected[actual.Length..], value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task An_overwrite_leaves_the_size_and_the_rest()
    {
        var file = await CreateFileAsync("f", [1, 2, 3, 4, 5]);

        await WriteAsync(file, 1, [9, 9]);

        Assert.Equal([1, 9, 9, 4, 5], await ReadAllAsync(file));
    }

    [Fact]
    public async Task A_read_that_begins_at_or_past_the_end_counts_nothing()
    {
        var file = await CreateFileAsync("f", [1, 2, 3]);

        Assert.Equal((NtStatus.Success, 0), await file.ReadAsync(3, new byte[8], Token));
        Assert.Equal((NtStatus.Success, 0), await file.ReadAsync(1UL << 40, new byte[8], Token));
    }

    [Fact]
    public async Task A_read_across_the_end_is_cut_there()
    {
        var file = await CreateFileAsync("f", [1, 2, 3]);

        Assert.Equal((NtStatus.Success, 2), await file.ReadAsync(1, new byte[8], Token));
    }

    [Fact]
    public async Task A_write_of_nothing_changes_no_size()
    {
        var file = await CreateFileAsync("f", [1]);

        await WriteAsync(file, 100, []);

        Assert.Equal(1u, (await StatAsync(file)).EndOfFile);
    }

    [Fact]
    public async Task A_write_past_the_end_leaves_zeros_between()
    {
        var file = await CreateFileAsync("f", [7]);

        await WriteAsync(file, 100_000, [8]);

        byte[] all = await ReadAllAsync(file);
        Assert.Equal(100_001, all.Length);
        Assert.Equal((7, 8), (all[0], all[^1]));
        Assert.All(all[1..^1], value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task A_write_that_ends_past_the_largest_offset_is_refused()
    {
        var file = await CreateFileAsync("f");

        Assert.True((await file.WriteAsync(long.MaxValue, new byte[2], Token)).IsError);
        Assert.True((await file.WriteAsync(ulong.MaxValue, new byte[2], Token)).IsError);
        Assert.Equal(0u, (await StatAsync(file)).EndOfFile);
    }

    [Fact]
    public async Task Data_of_a_directory_is_refused()
    {
        var directory = await CreateDirectoryAsync("d");

        var (read, _) = await directory.ReadAsync(0, new byte[1], Token);
        Assert.True(read.IsError);
        Assert.True((await directory.WriteAsync(0, new byte[1], Token)).IsError);
        Assert.True((await directory.SetEndOfFileAsync(0, Token)).IsError);
    }

    [Fact]
    public async Task Cutting_drops_bytes_for_good()
    {
        var file = await CreateFileAsync("f", Bytes(100 * KiB));

        Assert.Equal(NtStatus.Success, await file.SetEndOfFileAsync(10, Token));
        Assert.Equal(NtStatus.Success, await file.SetEndOfFileAsync(100 * KiB, Token));

        byte[] all = await ReadAllAsync(file);
        Assert.Equal(Bytes(10), all[..10]);
        Assert.All(all[10..], value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task A_write_behind_a_cut_end_does_not_bring_old_bytes_back()
    {
        var file = await CreateFileAsync("f", Bytes(3000));

        Assert.Equal(NtStatus.Success, await file.SetEndOfFileAsync(10, Token));
        await WriteAsync(file, 2000, [1]);

        Assert.All((await ReadAllAsync(file))[10..2000], value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Growing_by_size_reads_as_zeros()
    {
        var file = await CreateFileAsync("f", [1]);

        Assert.Equal(NtStatus.Success, await file.SetEndOfFileAsync(70_000, Token));

        Assert.Equal(70_000u, (await StatAsync(file)).EndOfFile);
        Assert.Equal(new byte[69_999], await ReadAsync(file, 1, 69_999));
    }

    [Fact]
    public async Task Reserving_space_leaves_the_size()
    {
        var file = await CreateFileAsync("f", [1]);

        Assert.Equal(NtStatus.Success, await file.SetAllocationAsync(1024 * KiB, Token));

        var stat = await StatAsync(file);
        Assert.Equal(1u, stat.EndOfFile);
        Assert.True(stat.AllocationSize >= 1024 * KiB);
    }

    [Fact]
    public async Task Reserving_less_than_the_size_cuts()
    {
        var file = await CreateFileAsync("f", Bytes(100 * KiB));

        Assert.Equal(NtStatus.Success, await file.SetAllocationAsync(8 * KiB, Token));

        Assert.Equal(Bytes(8 * KiB), await ReadAllAsync(file));
    }

    [Fact]
    public async Task Reserving_alone_never_cuts()
    {
        var file = await CreateFileAsync("f", Bytes(100 * KiB));

        Assert.Equal(NtStatus.Success, await file.ReserveAsync(8 * KiB, Token));
        Assert.Equal(NtStatus.Success, await file.ReserveAsync(1024 * KiB, Token));

        Assert.Equal(Bytes(100 * KiB), await ReadAllAsync(file));
        Assert.True((await StatAsync(file)).AllocationSize >= 1024 * KiB);
    }

    [Fact]
    public async Task Space_can_be_reserved_on_creation()
    {
        var file = await CreateAsync("f", new StoreCreateOptions { AllocationSize = 256 * KiB });

        var stat = await StatAsync(file);
        Assert.Equal(0u, stat.EndOfFile);
        Assert.True(stat.AllocationSize >= 256 * KiB);
    }

    [Fact]
    public async Task Allocation_covers_what_was_written()
    {
        var file = await CreateFileAsync("f", Bytes(100 * KiB));
        Assert.Equal(NtStatus.Success, await file.FlushAsync(Token));

        Assert.True((await StatAsync(file)).AllocationSize >= 100 * KiB);
    }

    [Fact]
    public async Task A_hole_takes_no_space()
    {
        Require(StoreCapabilities.SparseFiles);
        var file = await CreateFileAsync("f");

        await WriteAsync(file, 1UL << 40, [1, 2, 3]);

        var stat = await StatAsync(file);
        Assert.Equal((1UL << 40) + 3, stat.EndOfFile);
        Assert.True(stat.AllocationSize <= 1024 * KiB);
        Assert.Equal([0, 1, 2, 3], await ReadAsync(file, (1UL << 40) - 1, 10));
    }

    [Fact]
    public async Task Allocated_ranges_hold_the_data_and_not_the_holes()
    {
        Require(StoreCapabilities.SparseFiles);
        const ulong MiB = 1024 * KiB;
        var file = await CreateFileAsync("f");
        await WriteAsync(file, 0, Bytes(10));
        await WriteAsync(file, 8 * MiB, Bytes(128 * KiB));
        Assert.Equal(NtStatus.Success, await file.SetEndOfFileAsync(16 * MiB, Token));
        Assert.Equal(NtStatus.Success, await file.FlushAsync(Token));

        var ranges = await RangesAsync(file);

        Assert.Equal(2, ranges.Count);
        Assert.Equal(0u, ranges[0].Offset);
        Assert.InRange(ranges[0].Length, 10u, MiB);
        Assert.Equal(8 * MiB, ranges[1].Offset);
        Assert.InRange(ranges[1].Length, 128u * KiB, MiB);
        var (_, first) = await file.QueryAllocatedRangesAsync(new StoreRange(0, 16 * MiB), 1, Token);
        Assert.Equal([ranges[0]], first);
    }

    [Fact]
    public async Task Allocated_ranges_are_cut_to_the_question_and_to_the_end()
    {
        var file = await CreateFileAsync("f", Bytes(100_000));

        var (_, middle) = await file.QueryAllocatedRangesAsync(new StoreRange(1000, 5000), int.MaxValue, Token);
        var (_, whole) = await file.QueryAllocatedRangesAsync(new StoreRange(0, 1UL << 50), int.MaxValue, Token);
        var (_, behind) = await file.QueryAllocatedRangesAsync(new StoreRange(100_000, 10), int.MaxValue, Token);

        Assert.Equal([new StoreRange(1000, 5000)], middle);
        Assert.Equal([new StoreRange(0, 100_000)], whole);
        Assert.Empty(behind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_zeroed_range_reads_as_zeros_and_the_rest_stays(bool deallocate)
    {
        byte[] expected = Bytes(300 * KiB);
        var file = await CreateFileAsync("f", expected);

        var (status, _) = await file.ZeroRangeAsync(new StoreRange(1001, 200_003), deallocate, Token);

        Assert.Equal(NtStatus.Success, status);
        expected.AsSpan(1001, 200_003).Clear();
        Assert.Equal(expected, await ReadAllAsync(file));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Zeroing_past_the_end_leaves_the_size(bool deallocate)
    {
        var file = await CreateFileAsync("f", Bytes(1000));

        var (status, _) = await file.ZeroRangeAsync(new StoreRange(500, 1UL << 30), deallocate, Token);

        Assert.Equal(NtStatus.Success, status);
        byte[] expected = [.. Bytes(500), .. new byte[500]];
        Assert.Equal(expected, await ReadAllAsync(file));
    }

    [Fact]
    public async Task Zeroing_can_give_space_back()
    {
        Require(StoreCapabilities.SparseFiles);
        var file = await CreateFileAsync("f", Bytes(1024 * KiB));
        Assert.Equal(NtStatus.Success, await file.FlushAsync(Token));
        ulong before = (await StatAsync(file)).AllocationSize;

        await file.ZeroRangeAsync(new StoreRange(0, 512 * KiB), deallocate: true, Token);

        Assert.True((await StatAsync(file)).AllocationSize <= before - (500 * KiB));
        Assert.Equal([new StoreRange(512 * KiB, 512 * KiB)], await RangesAsync(file));
    }
}
