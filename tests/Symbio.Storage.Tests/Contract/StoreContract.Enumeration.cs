using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Listings.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task A_listing_begins_with_the_dots()
    {
        await CreateFileAsync("a");

        var entries = await ListAsync("");

        Assert.Equal([".", "..", "a"], entries.Select(entry => entry.Name));
        Assert.True(entries[0].Stat.IsDirectory && entries[1].Stat.IsDirectory);
    }

    [Fact]
    public async Task The_dots_are_the_directory_and_its_parent()
    {
        var parent = await CreateDirectoryAsync("p");
        var directory = await CreateDirectoryAsync(@"p\d");

        var entries = await ListAsync(@"p\d");

        Assert.Equal(directory.Key.FileId, entries[0].Stat.FileId);
        Assert.Equal(parent.Key.FileId, entries[1].Stat.FileId);
    }

    [Fact]
    public async Task An_entry_tells_what_a_handle_tells()
    {
        var file = await CreateFileAsync("f", Bytes(5000));
        Assert.Equal(NtStatus.Success, await file.FlushAsync(Token));
        var directory = await CreateDirectoryAsync("d");

        var entries = await ListAsync("");

        Assert.Equal(await StatAsync(file), entries.Single(e => e.Name == "f").Stat with { EaSize = 0 });
        Assert.Equal(await StatAsync(directory), entries.Single(e => e.Name == "d").Stat with { EaSize = 0 });
    }

    [Fact]
    public async Task EaSize_is_told_on_demand()
    {
        Require(StoreCapabilities.ExtendedAttributes);
        var file = await CreateFileAsync("f");
        await SetEasAsync(file, new ExtendedAttribute("ab", "xyz"u8.ToArray()));
        await using var enumerator = (await OpenDirectoryAsync("")).Enumerate();

        var entries = await ReadEntriesAsync(
            enumerator, "f", fields: DirectoryFields.Stat | DirectoryFields.EaSize);

        Assert.Equal(14u, Assert.Single(entries).Stat.EaSize);
    }

    [Theory]
    [InlineData("*", "a.txt,b.TXT,c.doc,noext")]
    [InlineData("*.txt", "a.txt,b.TXT")]
    [InlineData("?.*", "a.txt,b.TXT,c.doc")]
    [InlineData("*o*", "c.doc,noext")]
    [InlineData("*x", "")]
    [InlineData("NOEXT", "noext")]
    [InlineData("b.txt", "b.TXT")]
    [InlineData("none", "")]
    public async Task A_pattern_selects(string pattern, string expected)
    {
        foreach (string name in new[] { "a.txt", "b.TXT", "c.doc", "noext" })
            await CreateFileAsync(name);

        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), await NamesAsync("", pattern));
    }

    [Fact]
    public async Task A_literal_pattern_answers_once()
    {
        await CreateFileAsync("f");
        await using var enumerator = (await OpenDirectoryAsync("")).Enumerate();

        Assert.Single(await ReadEntriesAsync(enumerator, "F"));
        Assert.Empty(await ReadEntriesAsync(enumerator, "F"));
    }

    [Fact]
    public async Task A_listing_that_keeps_little_tells_all_and_begins_again()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(i => $"{i:00}{new string('n', 200)}")];
        foreach (string name in names)
            await CreateFileAsync(name);
        await using var enumerator = (await OpenDirectoryAsync("")).Enumerate();
        enumerator.KeepLittle();

        for (int round = 0; round < 2; round++)
        {
            var told = await ReadEntriesAsync(enumerator, "*n");
            Assert.Equal(names, told.Select(entry => entry.Name).Order(StringComparer.Ordinal));
            Assert.Empty(await ReadEntriesAsync(enumerator, "*n"));
            enumerator.Restart();
        }
    }

    [Fact]
    public async Task A_restart_begins_again()
    {
        await CreateFileAsync("f");
        await using var enumerator = (await OpenDirectoryAsync("")).Enumerate();
        var first = await ReadEntriesAsync(enumerator);
        await CreateFileAsync("g");

        enumerator.Restart();

        var second = await ReadEntriesAsync(enumerator);
        Assert.Equal(first.Count + 1, second.Count);
        Assert.Equal([".", ".."], second.Take(2).Select(entry => entry.Name));
    }

    [Fact]
    public async Task A_restart_takes_another_pattern()
    {
        await CreateFileAsync("f");
        await CreateFileAsync("g");
        await using var enumerator = (await OpenDirectoryAsync("")).Enumerate();
        Assert.Equal("f", Assert.Single(await ReadEntriesAsync(enumerator, "f")).Name);

        enumerator.Restart();

        Assert.Equal("g", Assert.Single(await ReadEntriesAsync(enumerator, "g*")).Name);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Small_batches_lose_nothing(int batch)
    {
        for (int i = 0; i < 10; i++)
            await CreateFileAsync($"f{i}");
        await using var enumerator = (await OpenDirectoryAsync("")).Enumerate();

        var entries = await ReadEntriesAsync(enumerator, batch: batch);

        Assert.Equal(12, entries.Select(entry => entry.Name).Distinct().Count());
        Assert.Equal(12, entries.Count);
    }

    [Fact]
    public async Task Two_listings_do_not_disturb_each_other()
    {
        for (int i = 0; i < 10; i++)
            await CreateFileAsync($"f{i}");
        var root = await OpenDirectoryAsync("");
        await using var one = root.Enumerate();
        await using var two = root.Enumerate();
        var buffer = new DirectoryEntry[5];

        await one.ReadAsync(NamePattern.All, DirectoryFields.None, buffer, Token);

        Assert.Equal(12, (await ReadEntriesAsync(two)).Count);
        Assert.Equal(7, (await ReadEntriesAsync(one)).Count);
    }

    [Fact]
    public async Task Five_thousand_entries_come_exactly_once()
    {
        for (int i = 0; i < 5000; i++)
            await (await CreateFileAsync($"file{i:D5}")).DisposeAsync();

        string[] names = await NamesAsync("");

        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"file{i:D5}"), names);
    }

    [Fact]
    public async Task What_stays_comes_exactly_once_while_others_come_and_go()
    {
        const int count = 600;
        var files = new List<IStoreFile>();
        for (int i = 0; i < count; i++)
            files.Add(await CreateFileAsync($"f{i:D3}"));
        await using var enumerator = (await OpenDirectoryAsync("")).Enumerate();
        var seen = new List<string>();
        var buffer = new DirectoryEntry[7];
        int step = 0;
        while (true)
        {
            var (status, read) = await enumerator.ReadAsync(NamePattern.All, DirectoryFields.None, buffer, Token);
            Assert.Equal(NtStatus.Success, status);
            if (read == 0)
                break;
            seen.AddRange(buffer[..read].Select(entry => entry.Name));
            // Every odd file goes while the listing runs, some new ones come.
            for (int i = 0; i < 8 && (2 * step) + 1 < count; i++, step++)
                Assert.Equal(
                    NtStatus.Success, await files[(2 * step) + 1].DeleteAsync(StoreCaller.Service, Token));
            if (seen.Count < 400)
                await CreateFileAsync($"new{seen.Count}");
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Empty(Enumerable.Range(0, count / 2).Select(i => $"f{2 * i:D3}").Except(seen));
    }

    [Fact]
    public async Task Deleting_all_that_is_listed_empties_the_directory()
    {
        const int count = 300;
        var directory = await CreateDirectoryAsync("d");
        for (int i = 0; i < count; i++)
            await (await CreateFileAsync($@"d\f{i}")).DisposeAsync();
        await using var enumerator = directory.Enumerate();
        var buffer = new DirectoryEntry[10];

        while (await enumerator.ReadAsync(
            NamePattern.All, DirectoryFields.None, buffer, Token) is (_, > 0 and var read))
        {
            foreach (var entry in buffer[..read].Where(entry => entry.Name is not ("." or "..")))
            {
                await using var file = await OpenAsync($@"d\{entry.Name}");
                Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));
            }
        }

        Assert.Equal((NtStatus.Success, true), await directory.IsEmptyAsync(Token));
    }

    [Fact]
    public async Task A_file_cannot_be_listed()
    {
        var file = await CreateFileAsync("f");
        await using var enumerator = file.Enumerate();

        var (status, _) = await enumerator.ReadAsync(
            NamePattern.All, DirectoryFields.None, new DirectoryEntry[1], Token);

        Assert.True(status.IsError);
    }
}
