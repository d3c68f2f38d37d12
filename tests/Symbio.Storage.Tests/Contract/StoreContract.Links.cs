using Symbio.Protocol;
using Symbio.Storage;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Renames and hard links.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task A_renamed_file_is_found_by_its_new_name_only()
    {
        var file = await CreateFileAsync("old", [1]);

        Assert.Equal(NtStatus.Success, await RenameAsync(file, "new"));

        Assert.Equal(["new"], await NamesAsync(""));
        Assert.Equal("new", file.Path);
        Assert.Equal([1], await ReadAllAsync(await OpenAsync("new")));
    }

    [Fact]
    public async Task Every_handle_on_the_name_follows_a_rename()
    {
        var file = await CreateFileAsync("old");
        var other = await OpenAsync("OLD");

        Assert.Equal(NtStatus.Success, await RenameAsync(file, "new"));

        Assert.Equal("new", other.Path);
    }

    [Fact]
    public async Task A_file_moves_between_directories()
    {
        await CreateDirectoryAsync("a");
        await CreateDirectoryAsync("b");
        var file = await CreateFileAsync(@"a\f", [1]);

        Assert.Equal(NtStatus.Success, await RenameAsync(file, @"B\g"));

        Assert.Empty(await NamesAsync("a"));
        Assert.Equal(["g"], await NamesAsync("b"));
        Assert.Equal(@"b\g", file.Path);
    }

    [Fact]
    public async Task A_rename_onto_a_file_collides_in_any_case()
    {
        var file = await CreateFileAsync("a");
        await CreateFileAsync("Target");

        Assert.Equal(NtStatus.ObjectNameCollision, await RenameAsync(file, "TARGET"));
        Assert.Equal(["Target", "a"], await NamesAsync(""));
    }

    [Fact]
    public async Task A_rename_may_replace_a_file()
    {
        var file = await CreateFileAsync("a", [1]);
        var target = await CreateFileAsync("Target", [2]);

        Assert.Equal(NtStatus.Success, await RenameAsync(file, "TARGET", replace: true));

        Assert.Equal(["TARGET"], await NamesAsync(""));
        Assert.Equal([1], await ReadAllAsync(await OpenAsync("target")));
        Assert.Equal([2], await ReadAllAsync(target)); // It lives on until its handle is closed.
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rename_never_replaces_a_directory(bool sourceIsDirectory)
    {
        var source = sourceIsDirectory ? await CreateDirectoryAsync("a") : await CreateFileAsync("a");
        await CreateDirectoryAsync("target");

        Assert.Equal(NtStatus.AccessDenied, await RenameAsync(source, "target", replace: true));
        Assert.Equal(NtStatus.ObjectNameCollision, await RenameAsync(source, "target"));
        Assert.Equal(["a", "target"], await NamesAsync(""));
    }

    [Fact]
    public async Task A_rename_in_other_case_changes_the_spelling()
    {
        var file = await CreateFileAsync("name");
        var directory = await CreateDirectoryAsync("dir");

        Assert.Equal(NtStatus.Success, await RenameAsync(file, "NAME"));
        Assert.Equal(NtStatus.Success, await RenameAsync(directory, "Dir"));

        Assert.Equal(["Dir", "NAME"], await NamesAsync(""));
        Assert.Equal(("NAME", "Dir"), (file.Path, directory.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rename_to_its_own_name_does_nothing(bool replace)
    {
        var file = await CreateFileAsync("name", [1]);

        Assert.Equal(NtStatus.Success, await RenameAsync(file, "name", replace));

        Assert.Equal([1], await ReadAllAsync(await OpenAsync("name")));
        Assert.Equal(1u, (await StatAsync(file)).LinkCount);
    }

    [Fact]
    public async Task A_rename_into_a_missing_directory_is_path_not_found()
    {
        var file = await CreateFileAsync("f");
        await CreateFileAsync("plain");

        Assert.Equal(NtStatus.ObjectPathNotFound, await RenameAsync(file, @"x\f"));
        Assert.Equal(NtStatus.ObjectPathNotFound, await RenameAsync(file, @"plain\f"));
        Assert.Equal("f", file.Path);
    }

    [Theory]
    [InlineData(@"a\x")]
    [InlineData(@"A\b\x")]
    public async Task A_directory_cannot_move_below_itself(string target)
    {
        var directory = await CreateDirectoryAsync("a");
        await CreateDirectoryAsync(@"a\b");

        Assert.Equal(NtStatus.InvalidParameter, await RenameAsync(directory, target));
        Assert.Equal(["b"], await NamesAsync("a"));
    }

    [Fact]
    public async Task A_directory_may_move_up_past_its_parent()
    {
        await CreateDirectoryAsync("a");
        await CreateDirectoryAsync(@"a\b");
        var directory = await CreateDirectoryAsync(@"a\b\c");

        Assert.Equal(NtStatus.Success, await RenameAsync(directory, "c"));

        Assert.Equal(["a", "c"], await NamesAsync(""));
        Assert.Empty(await NamesAsync(@"a\b"));
    }

    [Fact]
    public async Task What_is_open_below_a_renamed_directory_follows_it()
    {
        var directory = await CreateDirectoryAsync("a");
        await CreateDirectoryAsync(@"a\b");
        await CreateDirectoryAsync("z");
        var file = await CreateFileAsync(@"a\b\f", [1]);

        Assert.Equal(NtStatus.Success, await RenameAsync(directory, @"z\A2"));

        Assert.Equal(@"z\A2\b\f", file.Path);
        Assert.Equal([1], await ReadAllAsync(await OpenAsync(@"z\A2\b\f")));
        Assert.Equal(NtStatus.ObjectPathNotFound, await TryOpenAsync(@"a\b\f"));
    }

    [Fact]
    public async Task The_root_can_be_neither_renamed_nor_deleted()
    {
        var root = await OpenDirectoryAsync("");

        Assert.True((await RenameAsync(root, "x")).IsError);
        Assert.True((await root.DeleteAsync(StoreCaller.Service, Token)).IsError);
    }

    [Fact]
    public async Task Nothing_can_be_renamed_onto_the_root()
    {
        var file = await CreateFileAsync("f");

        Assert.Equal(NtStatus.ObjectNameCollision, await RenameAsync(file, ""));
        Assert.True((await RenameAsync(file, "", replace: true)).IsError);
    }

    [Fact]
    public async Task A_deleted_file_cannot_be_renamed()
    {
        var file = await CreateFileAsync("f");
        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));

        Assert.True((await RenameAsync(file, "g")).IsError);
        Assert.Empty(await NamesAsync(""));
    }

    [Fact]
    public async Task A_hard_link_is_one_more_name_of_one_object()
    {
        Require(StoreCapabilities.HardLinks);
        await CreateDirectoryAsync("d");
        var file = await CreateFileAsync("a", [1]);

        Assert.Equal(NtStatus.Success, await LinkAsync(file, @"d\b"));

        var other = await OpenAsync(@"d\b");
        Assert.Equal(file.Key, other.Key);
        Assert.Equal(@"d\b", other.Path);
        await WriteAsync(other, 0, [7]);
        Assert.Equal([7], await ReadAllAsync(file));
        Assert.Equal(2u, (await StatAsync(file)).LinkCount);
    }

    [Fact]
    public async Task Deleting_one_name_leaves_the_other()
    {
        Require(StoreCapabilities.HardLinks);
        var file = await CreateFileAsync("a", [1]);
        Assert.Equal(NtStatus.Success, await LinkAsync(file, "b"));

        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));

        Assert.Equal(["b"], await NamesAsync(""));
        var other = await OpenAsync("b");
        Assert.Equal([1], await ReadAllAsync(other));
        Assert.Equal(1u, (await StatAsync(other)).LinkCount);
    }

    [Fact]
    public async Task A_handle_deletes_the_name_it_was_opened_by()
    {
        Require(StoreCapabilities.HardLinks);
        var file = await CreateFileAsync("a");
        Assert.Equal(NtStatus.Success, await LinkAsync(file, "b"));

        Assert.Equal(NtStatus.Success, await (await OpenAsync("b")).DeleteAsync(StoreCaller.Service, Token));

        Assert.Equal(["a"], await NamesAsync(""));
    }

    [Fact]
    public async Task Renaming_one_name_leaves_the_other()
    {
        Require(StoreCapabilities.HardLinks);
        var file = await CreateFileAsync("a");
        Assert.Equal(NtStatus.Success, await LinkAsync(file, "b"));
        var other = await OpenAsync("b");

        Assert.Equal(NtStatus.Success, await RenameAsync(other, "c"));

        Assert.Equal(["a", "c"], await NamesAsync(""));
        Assert.Equal(("a", "c"), (file.Path, other.Path));
    }

    [Fact]
    public async Task Renaming_one_name_onto_the_other_leaves_one()
    {
        Require(StoreCapabilities.HardLinks);
        var file = await CreateFileAsync("a", [1]);
        Assert.Equal(NtStatus.Success, await LinkAsync(file, "b"));

        Assert.Equal(NtStatus.ObjectNameCollision, await RenameAsync(file, "b"));
        Assert.Equal(NtStatus.Success, await RenameAsync(file, "b", replace: true));

        Assert.Equal(["b"], await NamesAsync(""));
        Assert.Equal(1u, (await StatAsync(file)).LinkCount);
    }

    [Fact]
    public async Task A_link_onto_a_name_collides_unless_it_replaces()
    {
        Require(StoreCapabilities.HardLinks);
        var file = await CreateFileAsync("a", [1]);
        await CreateFileAsync("Target", [2]);

        Assert.Equal(NtStatus.ObjectNameCollision, await LinkAsync(file, "TARGET"));
        Assert.Equal(NtStatus.Success, await LinkAsync(file, "target", replace: true));

        Assert.Equal(file.Key, (await OpenAsync("target")).Key);
        Assert.Equal(2u, (await StatAsync(file)).LinkCount);
        Assert.Equal(2, (await NamesAsync("")).Length);
    }

    [Fact]
    public async Task A_link_never_replaces_a_directory()
    {
        Require(StoreCapabilities.HardLinks);
        var file = await CreateFileAsync("a");
        await CreateDirectoryAsync("d");

        Assert.Equal(NtStatus.AccessDenied, await LinkAsync(file, "d", replace: true));
        Assert.Equal(1u, (await StatAsync(file)).LinkCount);
    }

    [Fact]
    public async Task A_directory_has_one_name_only()
    {
        Require(StoreCapabilities.HardLinks);
        var directory = await CreateDirectoryAsync("d");

        Assert.Equal(NtStatus.FileIsADirectory, await LinkAsync(directory, "e"));
    }

    [Fact]
    public async Task A_deleted_file_cannot_be_linked_back()
    {
        Require(StoreCapabilities.HardLinks);
        var file = await CreateFileAsync("f");
        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));

        Assert.True((await LinkAsync(file, "g")).IsError);
        Assert.Empty(await NamesAsync(""));
    }

    private static ValueTask<NtStatus> RenameAsync(IStoreFile file, string newPath, bool replace = false) =>
        file.RenameAsync(newPath, replace, StoreCaller.Service, Token);

    private static ValueTask<NtStatus> LinkAsync(IStoreFile file, string newPath, bool replace = false) =>
        file.LinkAsync(newPath, replace, StoreCaller.Service, Token);
}
