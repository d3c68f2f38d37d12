using Symbio.Protocol;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Opening, creating, deleting, and how names are found.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task The_root_is_a_directory_with_an_empty_path()
    {
        var root = await OpenDirectoryAsync("");

        Assert.True(root.IsDirectory);
        Assert.Equal("", root.Path);
        Assert.True((await StatAsync(root)).IsDirectory);
    }

    [Fact]
    public async Task Creating_the_root_is_a_collision() =>
        Assert.Equal(NtStatus.ObjectNameCollision, await TryCreateAsync("", directory: true));

    [Fact]
    public async Task A_created_file_is_empty_and_no_directory()
    {
        var file = await CreateFileAsync("a.txt");

        var stat = await StatAsync(file);
        Assert.False(file.IsDirectory);
        Assert.False(stat.IsDirectory);
        Assert.Equal(0u, stat.EndOfFile);
        Assert.Equal(1u, stat.LinkCount);
        Assert.Equal("", file.StreamName);
    }

    [Fact]
    public async Task A_created_directory_is_empty_and_a_directory()
    {
        var directory = await CreateDirectoryAsync("d");

        Assert.True(directory.IsDirectory);
        Assert.True((await StatAsync(directory)).IsDirectory);
        Assert.Equal((NtStatus.Success, true), await directory.IsEmptyAsync(Token));
    }

    [Fact]
    public async Task A_directory_with_a_name_is_not_empty()
    {
        var directory = await CreateDirectoryAsync("d");
        await CreateFileAsync(@"d\f");

        Assert.Equal((NtStatus.Success, false), await directory.IsEmptyAsync(Token));
    }

    [Fact]
    public async Task A_missing_last_component_is_name_not_found()
    {
        await CreateDirectoryAsync("d");

        Assert.Equal(NtStatus.ObjectNameNotFound, await TryOpenAsync("x"));
        Assert.Equal(NtStatus.ObjectNameNotFound, await TryOpenAsync(@"d\x"));
    }

    [Fact]
    public async Task A_missing_earlier_component_is_path_not_found()
    {
        Assert.Equal(NtStatus.ObjectPathNotFound, await TryOpenAsync(@"x\y"));
        Assert.Equal(NtStatus.ObjectPathNotFound, await TryCreateAsync(@"x\y"));
    }

    [Fact]
    public async Task A_file_as_an_earlier_component_is_path_not_found()
    {
        await CreateFileAsync("f");

        Assert.Equal(NtStatus.ObjectPathNotFound, await TryOpenAsync(@"f\y"));
        Assert.Equal(NtStatus.ObjectPathNotFound, await TryCreateAsync(@"f\y"));
    }

    [Theory]
    [InlineData("MiXed", "mixed")]
    [InlineData("straße.TXT", "STRAßE.txt")]
    [InlineData("Ärger", "ärGER")]
    [InlineData("Привет", "пРИВЕТ")]
    public async Task A_name_is_found_in_any_case(string created, string opened)
    {
        var file = await CreateFileAsync(created);

        Assert.Equal(file.Key, (await OpenAsync(opened)).Key);
    }

    [Fact]
    public async Task A_directory_on_the_way_is_found_in_any_case()
    {
        await CreateDirectoryAsync("Dir");
        await CreateDirectoryAsync(@"DIR\Sub");
        var file = await CreateFileAsync(@"dir\SUB\File");

        Assert.Equal(file.Key, (await OpenAsync(@"dIR\sUB\fILE")).Key);
    }

    [Fact]
    public async Task The_path_has_the_spelling_of_the_creation()
    {
        await CreateDirectoryAsync("Dir");
        await CreateFileAsync(@"DIR\File.Txt");

        Assert.Equal(@"Dir\File.Txt", (await OpenAsync(@"dir\FILE.TXT")).Path);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Creating_a_name_that_exists_in_any_case_is_a_collision(bool isDirectory, bool wantsDirectory)
    {
        await CreateAsync("Name", new StoreCreateOptions { IsDirectory = isDirectory });

        Assert.Equal(NtStatus.ObjectNameCollision, await TryCreateAsync("Name", wantsDirectory));
        Assert.Equal(NtStatus.ObjectNameCollision, await TryCreateAsync("nAME", wantsDirectory));
    }

    [Fact]
    public async Task The_exact_spelling_wins_where_names_differ_only_by_case()
    {
        Assert.SkipUnless(
            await TryPlantFileAsync("name") && await TryPlantFileAsync("NAME"), "The store holds one spelling only.");

        Assert.Equal("name", (await OpenAsync("name")).Path);
        Assert.Equal("NAME", (await OpenAsync("NAME")).Path);
        Assert.Equal(NtStatus.Success, await TryOpenAsync("Name"));
    }

    [Theory]
    [InlineData("日本語.txt")]
    [InlineData("emoji 😀 name")]
    [InlineData("é and é")] // Composed and decomposed: names are code units, never normalised.
    [InlineData("trailing.dots.and spaces inside")]
    [InlineData("name.with.\u200Binvisible")]
    public async Task A_name_keeps_its_code_units(string name)
    {
        await CreateFileAsync(name);

        Assert.Equal([name], await NamesAsync(""));
        Assert.Equal(name, (await OpenAsync(name)).Path);
    }

    [Theory]
    [InlineData('\uD800')]
    [InlineData('\uDC00')]
    public async Task A_name_may_hold_an_unpaired_surrogate(char surrogate)
    {
        string name = $"a{surrogate}b"; // Not in InlineData: the runner's own output is UTF-8.
        await CreateFileAsync(name);

        Assert.Equal([name], await NamesAsync(""));
        Assert.Equal(name, (await OpenAsync(name)).Path);
    }

    [Fact]
    public async Task Composed_and_decomposed_spellings_are_two_names()
    {
        var composed = await CreateFileAsync("\u00E9");
        var decomposed = await CreateFileAsync("e\u0301");

        Assert.NotEqual(composed.Key, decomposed.Key);
    }

    [Fact]
    public async Task A_name_may_have_255_units()
    {
        string name = new('n', 255);
        await CreateFileAsync(name);

        Assert.Equal(name, (await OpenAsync(name.ToUpperInvariant())).Path);
    }

    [Fact]
    public async Task A_name_of_256_units_is_refused() =>
        Assert.True((await TryCreateAsync(new string('n', 256))).IsError);

    [Fact]
    public async Task Keys_tell_objects_apart_and_handles_of_one_object_agree()
    {
        var a = await CreateFileAsync("a");
        var b = await CreateFileAsync("b");

        Assert.NotEqual(a.Key, b.Key);
        Assert.Equal(a.Key, (await OpenAsync("a")).Key);
        Assert.Equal(a.Key.FileId, (await StatAsync(a)).FileId);
    }

    [Fact]
    public async Task A_key_is_not_used_again_after_deletion()
    {
        var keys = new HashSet<FileKey>();
        for (int i = 0; i < 20; i++)
        {
            await using var file = await CreateFileAsync("again");
            Assert.True(keys.Add(file.Key));
            Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));
        }
    }

    [Fact]
    public async Task A_deleted_name_is_gone()
    {
        var file = await CreateFileAsync("f");

        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));

        Assert.Equal(NtStatus.ObjectNameNotFound, await TryOpenAsync("f"));
        Assert.Empty(await NamesAsync(""));
    }

    [Fact]
    public async Task A_deleted_file_stays_usable_through_its_handles()
    {
        var file = await CreateFileAsync("f", [1, 2, 3]);
        var other = await OpenAsync("f");

        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));
        await file.DisposeAsync();

        await WriteAsync(other, 3, [4]);
        Assert.Equal([1, 2, 3, 4], await ReadAllAsync(other));
        Assert.Equal(0u, (await StatAsync(other)).LinkCount);
        Assert.Equal("f", other.Path);
    }

    [Fact]
    public async Task The_name_of_a_deleted_open_file_can_be_used_again()
    {
        var old = await CreateFileAsync("f", [1]);
        Assert.Equal(NtStatus.Success, await old.DeleteAsync(StoreCaller.Service, Token));

        var young = await CreateFileAsync("f", [2]);

        Assert.NotEqual(old.Key, young.Key);
        Assert.Equal([1], await ReadAllAsync(old));
        Assert.Equal([2], await ReadAllAsync(young));
    }

    [Fact]
    public async Task Deleting_twice_fails_and_spares_the_name_s_new_owner()
    {
        var old = await CreateFileAsync("f");
        Assert.Equal(NtStatus.Success, await old.DeleteAsync(StoreCaller.Service, Token));
        await CreateFileAsync("f");

        Assert.True((await old.DeleteAsync(StoreCaller.Service, Token)).IsError);
        Assert.Equal(NtStatus.Success, await TryOpenAsync("f"));
    }

    [Fact]
    public async Task A_directory_that_is_not_empty_cannot_be_deleted()
    {
        var directory = await CreateDirectoryAsync("d");
        await CreateFileAsync(@"d\f");

        Assert.Equal(NtStatus.DirectoryNotEmpty, await directory.DeleteAsync(StoreCaller.Service, Token));
        Assert.Equal(NtStatus.Success, await TryOpenAsync(@"d\f"));
    }

    [Fact]
    public async Task An_empty_directory_can_be_deleted()
    {
        var directory = await CreateDirectoryAsync("d");
        var file = await CreateFileAsync(@"d\f");
        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));

        Assert.Equal(NtStatus.Success, await directory.DeleteAsync(StoreCaller.Service, Token));
        Assert.Equal(NtStatus.ObjectNameNotFound, await TryOpenAsync("d"));
        Assert.Equal(NtStatus.ObjectPathNotFound, await TryCreateAsync(@"d\g"));
    }

    [Fact]
    public async Task Initial_attributes_are_kept()
    {
        const FileAttributes attributes = FileAttributes.Hidden | FileAttributes.Archive;
        await CreateAsync("f", new StoreCreateOptions { Attributes = attributes });
        await CreateAsync("d", new StoreCreateOptions { Attributes = attributes, IsDirectory = true });

        Assert.Equal(attributes, (await StatAsync(await OpenAsync("f", StoreAccess.None))).Attributes);
        Assert.Equal(
            attributes | FileAttributes.Directory,
            (await StatAsync(await OpenAsync("d", StoreAccess.None))).Attributes);
    }

    [Fact]
    public async Task The_volume_tells_its_sizes_and_identity()
    {
        var (status, info) = await Store.GetVolumeInfoAsync(Token);

        Assert.Equal(NtStatus.Success, status);
        Assert.True(info.TotalBytes >= info.FreeBytes && info.FreeBytes >= info.AvailableBytes);
        Assert.NotEqual(0u, info.BlockSize);
        Assert.Equal(255, info.MaxNameLength);
        Assert.NotEqual(Guid.Empty, info.VolumeId);
        var (_, again) = await Store.GetVolumeInfoAsync(Token);
        Assert.Equal((info.VolumeId, info.SerialNumber), (again.VolumeId, again.SerialNumber));
    }
}
