using Symbio.Protocol;
using Symbio.Storage;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Named streams.</summary>
public abstract partial class StoreContract
{
    [Theory] // [MS-FSCC] 2.1.5: only ':', '/', '\\' and NUL may not be in a stream's name.
    [InlineData("a*b?c\"<>|")]
    [InlineData("\u0001control")]
    [InlineData("colon\uF022star\uF021")]
    [InlineData("ends with. ")]
    public async Task Streams_may_have_names_that_files_may_not(string name)
    {
        Require(StoreCapabilities.NamedStreams);
        await using IStoreFile file = await CreateFileAsync("file");
        var (created, stream) = await file.OpenStreamAsync(name, true, StoreAccess.Write, Token);
        Assert.Equal(NtStatus.Success, created);
        await stream!.DisposeAsync();

        Assert.Equal(name, Assert.Single((await file.GetStreamsAsync(Token)).Streams).Name);
        Assert.Equal(NtStatus.ObjectNameCollision, (await file.OpenStreamAsync(name, true, StoreAccess.Write, Token)).Status);
        (NtStatus opened, stream) = await file.OpenStreamAsync(name, false, StoreAccess.Write, Token);
        Assert.Equal(NtStatus.Success, opened);
        await stream!.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_holds_bytes_of_its_own()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f", [1, 2, 3]);
        var stream = await OpenStreamAsync(file, "s", create: true);

        await WriteAsync(stream, 0, [9, 8]);

        Assert.Equal([9, 8], await ReadAllAsync(await OpenStreamAsync(file, "s", create: false)));
        Assert.Equal([1, 2, 3], await ReadAllAsync(file));
    }

    [Fact]
    public async Task A_stream_is_its_file_with_sizes_of_its_own()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f", [1, 2, 3]);
        var stream = await OpenStreamAsync(file, "s", create: true);
        await WriteAsync(stream, 0, [1]);

        var stat = await StatAsync(stream);

        Assert.Equal(file.Key, stream.Key);
        Assert.Equal("s", stream.StreamName);
        Assert.Equal("f", stream.Path);
        Assert.Equal(1u, stat.EndOfFile);
        Assert.Equal((await StatAsync(file)) with { EndOfFile = 1, AllocationSize = stat.AllocationSize }, stat);
    }

    [Fact]
    public async Task A_missing_stream_is_name_not_found()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f");

        var (status, stream) = await file.OpenStreamAsync("s", create: false, StoreAccess.Read, Token);

        Assert.Equal((NtStatus.ObjectNameNotFound, null), (status, stream));
    }

    [Fact]
    public async Task Creating_a_stream_that_exists_in_any_case_is_a_collision()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f");
        await OpenStreamAsync(file, "Stream", create: true);

        var (status, _) = await file.OpenStreamAsync("STREAM", create: true, StoreAccess.Read, Token);

        Assert.Equal(NtStatus.ObjectNameCollision, status);
    }

    [Fact]
    public async Task A_stream_is_found_in_any_case_and_keeps_its_spelling()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f");
        await OpenStreamAsync(file, "Stream", create: true);

        Assert.Equal("Stream", (await OpenStreamAsync(file, "sTREAM", create: false)).StreamName);
    }

    [Fact]
    public async Task A_list_of_streams_has_names_and_sizes_but_not_the_unnamed_one()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f", [1]);
        await WriteAsync(await OpenStreamAsync(file, "b", create: true), 0, Bytes(3000));
        await OpenStreamAsync(file, "A", create: true);

        var (status, streams) = await file.GetStreamsAsync(Token);

        Assert.Equal(NtStatus.Success, status);
        Assert.Equal(
            [("A", 0UL), ("b", 3000UL)],
            streams.Select(s => (s.Name, s.EndOfFile)).OrderBy(s => s.Name, StringComparer.OrdinalIgnoreCase));
        Assert.True(streams.Single(s => s.Name == "b").AllocationSize >= 3000);
    }

    [Fact]
    public async Task A_directory_can_have_streams()
    {
        Require(StoreCapabilities.NamedStreams);
        var directory = await CreateDirectoryAsync("d");

        var stream = await OpenStreamAsync(directory, "s", create: true);
        await WriteAsync(stream, 0, [1]);

        Assert.False(stream.IsDirectory);
        Assert.Equal([1], await ReadAllAsync(stream));
        Assert.Equal((NtStatus.Success, true), await directory.IsEmptyAsync(Token));
    }

    [Fact]
    public async Task A_stream_can_be_cut_and_grown()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f", [1]);
        var stream = await OpenStreamAsync(file, "s", create: true);
        await WriteAsync(stream, 0, [1, 2, 3]);

        Assert.Equal(NtStatus.Success, await stream.SetEndOfFileAsync(1, Token));
        Assert.Equal(NtStatus.Success, await stream.SetEndOfFileAsync(3, Token));

        Assert.Equal([1, 0, 0], await ReadAllAsync(stream));
        Assert.Equal([1], await ReadAllAsync(file));
    }

    [Fact]
    public async Task Deleting_a_stream_leaves_the_file_and_the_others()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f", [1]);
        var gone = await OpenStreamAsync(file, "gone", create: true);
        await OpenStreamAsync(file, "kept", create: true);

        Assert.Equal(NtStatus.Success, await gone.DeleteAsync(StoreCaller.Service, Token));

        Assert.Equal(["kept"], await StreamNamesAsync(file));
        Assert.Equal([1], await ReadAllAsync(file));
        Assert.Equal(NtStatus.Success, await TryOpenAsync("f"));
    }

    [Fact]
    public async Task A_renamed_stream_keeps_its_bytes_and_its_handles()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f");
        var stream = await OpenStreamAsync(file, "old", create: true);
        await WriteAsync(stream, 0, [5]);

        Assert.Equal(NtStatus.Success, await stream.RenameStreamAsync("new", replace: false, Token));

        Assert.Equal("new", stream.StreamName);
        Assert.Equal(["new"], await StreamNamesAsync(file));
        Assert.Equal([5], await ReadAllAsync(await OpenStreamAsync(file, "new", create: false)));
    }

    [Fact]
    public async Task A_stream_can_change_the_case_of_its_name()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f");
        var stream = await OpenStreamAsync(file, "name", create: true);

        Assert.Equal(NtStatus.Success, await stream.RenameStreamAsync("NAME", replace: false, Token));

        Assert.Equal(["NAME"], await StreamNamesAsync(file));
    }

    [Fact]
    public async Task Renaming_a_stream_onto_another_collides_unless_it_replaces()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f");
        var stream = await OpenStreamAsync(file, "a", create: true);
        await WriteAsync(stream, 0, [5]);
        await (await OpenStreamAsync(file, "b", create: true)).DisposeAsync();

        Assert.Equal(NtStatus.ObjectNameCollision, await stream.RenameStreamAsync("B", replace: false, Token));
        Assert.Equal(NtStatus.Success, await stream.RenameStreamAsync("b", replace: true, Token));

        Assert.Equal(["b"], await StreamNamesAsync(file));
        Assert.Equal([5], await ReadAllAsync(await OpenStreamAsync(file, "b", create: false)));
    }

    [Fact]
    public async Task Only_a_stream_s_handle_can_rename_a_stream()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f");

        Assert.True((await file.RenameStreamAsync("s", replace: false, Token)).IsError);
    }

    [Fact]
    public async Task Streams_go_along_when_the_file_is_renamed()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f");
        var stream = await OpenStreamAsync(file, "s", create: true);
        await WriteAsync(stream, 0, [5]);

        Assert.Equal(NtStatus.Success, await file.RenameAsync("g", false, StoreCaller.Service, Token));

        Assert.Equal("g", stream.Path);
        Assert.Equal([5], await ReadAllAsync(await OpenStreamAsync(await OpenAsync("g"), "s", create: false)));
    }

    [Fact]
    public async Task A_new_file_under_a_deleted_name_has_no_streams()
    {
        Require(StoreCapabilities.NamedStreams);
        var file = await CreateFileAsync("f");
        await OpenStreamAsync(file, "s", create: true);
        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));

        Assert.Empty(await StreamNamesAsync(await CreateFileAsync("f")));
    }

    private static async ValueTask<string[]> StreamNamesAsync(IStoreFile file)
    {
        var (status, streams) = await file.GetStreamsAsync(Token);
        Assert.Equal(NtStatus.Success, status);
        return [.. streams.Select(stream => stream.Name).Order(StringComparer.Ordinal)];
    }
}
