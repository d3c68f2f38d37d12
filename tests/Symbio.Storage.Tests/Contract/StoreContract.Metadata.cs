using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Times, attributes, extended attributes, security descriptors.</summary>
public abstract partial class StoreContract
{
    private static readonly FileTime s_past = FileTime.FromDateTimeOffset(
        new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero));

    [Fact]
    public async Task A_new_object_has_one_time_for_all()
    {
        foreach (var file in new[] { await CreateFileAsync("f"), await CreateDirectoryAsync("d") })
        {
            var stat = await StatAsync(file);
            Assert.NotEqual(FileTime.None, stat.CreationTime);
            Assert.Equal(stat.CreationTime, stat.LastWriteTime);
            Assert.True(stat.ChangeTime >= stat.CreationTime);
        }
    }

    [Fact]
    public async Task A_write_moves_LastWriteTime_and_ChangeTime_and_not_CreationTime()
    {
        var file = await CreateFileAsync("f");
        var before = await StatAsync(file);
        await PassTimeAsync();

        await WriteAsync(file, 0, [1]);

        var after = await StatAsync(file);
        Assert.Equal(before.CreationTime, after.CreationTime);
        Assert.True(after.LastWriteTime > before.LastWriteTime);
        Assert.True(after.ChangeTime > before.ChangeTime);
    }

    [Fact]
    public async Task A_new_size_moves_LastWriteTime()
    {
        var file = await CreateFileAsync("f", [1, 2, 3]);
        var before = await StatAsync(file);
        await PassTimeAsync();

        Assert.Equal(NtStatus.Success, await file.SetEndOfFileAsync(1, Token));

        Assert.True((await StatAsync(file)).LastWriteTime > before.LastWriteTime);
    }

    [Fact]
    public async Task Cutting_what_is_empty_moves_LastWriteTime()
    {
        var file = await CreateFileAsync("f");
        Assert.Equal(NtStatus.Success, await file.SetBasicInfoAsync(new BasicInfoChange(LastWriteTime: s_past), Token));

        Assert.Equal(NtStatus.Success, await file.SetEndOfFileAsync(0, Token));

        Assert.True((await StatAsync(file)).LastWriteTime > s_past);
    }

    [Fact]
    public async Task A_read_moves_neither_LastWriteTime_nor_ChangeTime()
    {
        var file = await CreateFileAsync("f", [1]);
        var before = await StatAsync(file);
        await PassTimeAsync();

        await ReadAllAsync(file);

        var after = await StatAsync(file);
        Assert.Equal((before.LastWriteTime, before.ChangeTime), (after.LastWriteTime, after.ChangeTime));
    }

    [Fact]
    public async Task Creating_and_deleting_an_entry_moves_the_directory_s_LastWriteTime()
    {
        var directory = await CreateDirectoryAsync("d");
        var created = await StatAsync(directory);
        await PassTimeAsync();
        var file = await CreateFileAsync(@"d\f");
        var filled = await StatAsync(directory);
        await PassTimeAsync();
        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));
        var emptied = await StatAsync(directory);

        Assert.True(filled.LastWriteTime > created.LastWriteTime);
        Assert.True(emptied.LastWriteTime > filled.LastWriteTime);
        Assert.True(emptied.ChangeTime > filled.ChangeTime);
        Assert.Equal(created.CreationTime, emptied.CreationTime);
    }

    [Fact]
    public async Task A_move_moves_LastWriteTime_of_both_directories_and_not_of_the_file()
    {
        var source = await CreateDirectoryAsync("a");
        var target = await CreateDirectoryAsync("b");
        var file = await CreateFileAsync(@"a\f");
        var before = (Source: await StatAsync(source), Target: await StatAsync(target), File: await StatAsync(file));
        await PassTimeAsync();

        Assert.Equal(NtStatus.Success, await file.RenameAsync(@"b\f", false, StoreCaller.Service, Token));

        Assert.True((await StatAsync(source)).LastWriteTime > before.Source.LastWriteTime);
        Assert.True((await StatAsync(target)).LastWriteTime > before.Target.LastWriteTime);
        Assert.Equal(before.File.LastWriteTime, (await StatAsync(file)).LastWriteTime);
    }

    [Fact]
    public async Task Times_are_set_as_asked_and_what_is_not_asked_stays()
    {
        var file = await CreateFileAsync("f");
        var before = await StatAsync(file);
        var written = new FileTime(s_past.Ticks + 1_234_567);
        await PassTimeAsync();

        Assert.Equal(NtStatus.Success, await file.SetBasicInfoAsync(
            new BasicInfoChange(CreationTime: s_past, LastWriteTime: written), Token));

        var after = await StatAsync(file);
        Assert.Equal((s_past, written), (after.CreationTime, after.LastWriteTime));
        Assert.Equal(before.LastAccessTime, after.LastAccessTime);
        Assert.Equal(before.Attributes, after.Attributes);
    }

    [Fact]
    public async Task LastAccessTime_is_set_as_asked()
    {
        var file = await CreateFileAsync("f");
        var before = await StatAsync(file);

        Assert.Equal(
            NtStatus.Success, await file.SetBasicInfoAsync(new BasicInfoChange(LastAccessTime: s_past), Token));

        var after = await StatAsync(file);
        Assert.Equal(s_past, after.LastAccessTime);
        Assert.Equal(before.LastWriteTime, after.LastWriteTime);
    }

    [Fact]
    public async Task Times_of_a_directory_can_be_set()
    {
        var directory = await CreateDirectoryAsync("d");

        Assert.Equal(NtStatus.Success, await directory.SetBasicInfoAsync(
            new BasicInfoChange(CreationTime: s_past, LastWriteTime: s_past), Token));

        var stat = await StatAsync(directory);
        Assert.Equal((s_past, s_past), (stat.CreationTime, stat.LastWriteTime));
    }

    [Fact]
    public async Task Attributes_are_set_and_move_no_LastWriteTime()
    {
        var file = await CreateFileAsync("f");
        var before = await StatAsync(file);
        await PassTimeAsync();

        Assert.Equal(NtStatus.Success, await file.SetBasicInfoAsync(
            new BasicInfoChange(Attributes: FileAttributes.ReadOnly | FileAttributes.System), Token));

        var after = await StatAsync(await OpenAsync("f", StoreAccess.None));
        Assert.Equal(FileAttributes.ReadOnly | FileAttributes.System, after.Attributes);
        Assert.Equal(before.LastWriteTime, after.LastWriteTime);
    }

    [Fact]
    public async Task Attributes_can_be_cleared()
    {
        var file = await CreateAsync("f", new StoreCreateOptions { Attributes = FileAttributes.Hidden });

        await file.SetBasicInfoAsync(new BasicInfoChange(Attributes: FileAttributes.None), Token);

        Assert.Equal(FileAttributes.None, (await StatAsync(file)).Attributes);
    }

    [Fact]
    public async Task Attributes_that_a_change_is_not_about_stay_as_they_are()
    {
        var file = await CreateAsync("f", new StoreCreateOptions { Attributes = FileAttributes.Hidden });

        await file.SetBasicInfoAsync(
            new BasicInfoChange(Attributes: FileAttributes.SparseFile) { Kept = ~FileAttributes.SparseFile }, Token);
        Assert.Equal(FileAttributes.Hidden | FileAttributes.SparseFile, (await StatAsync(file)).Attributes);
        await file.SetBasicInfoAsync(
            new BasicInfoChange(Attributes: FileAttributes.None) { Kept = ~FileAttributes.SparseFile }, Token);

        Assert.Equal(FileAttributes.Hidden, (await StatAsync(file)).Attributes);
    }

    [Fact]
    public async Task A_directory_stays_one_whatever_attributes_are_set()
    {
        var directory = await CreateDirectoryAsync("d");

        await directory.SetBasicInfoAsync(new BasicInfoChange(Attributes: FileAttributes.Hidden), Token);

        Assert.Equal(FileAttributes.Hidden | FileAttributes.Directory, (await StatAsync(directory)).Attributes);
    }

    [Fact]
    public async Task Extended_attributes_are_kept()
    {
        Require(StoreCapabilities.ExtendedAttributes);
        var file = await CreateFileAsync("f");

        await SetEasAsync(file, new ExtendedAttribute("One", "1"u8.ToArray()), new("Two", "22"u8.ToArray()));

        Assert.Equal(["One=1", "Two=22"], await EasAsync(file));
        Assert.Equal(["One=1", "Two=22"], await EasAsync(await OpenAsync("f", StoreAccess.None)));
    }

    [Fact]
    public async Task Extended_attributes_match_in_any_case()
    {
        Require(StoreCapabilities.ExtendedAttributes);
        var file = await CreateFileAsync("f");
        await SetEasAsync(file, new ExtendedAttribute("Name", "old"u8.ToArray()));

        await SetEasAsync(file, new ExtendedAttribute("NAME", "new"u8.ToArray()));

        Assert.Equal("Name=new", Assert.Single(await EasAsync(file)), ignoreCase: true);
    }

    [Fact]
    public async Task An_empty_value_removes_an_extended_attribute()
    {
        Require(StoreCapabilities.ExtendedAttributes);
        var file = await CreateFileAsync("f");
        await SetEasAsync(file, new ExtendedAttribute("a", new byte[1]), new("b", "B"u8.ToArray()));

        await SetEasAsync(file, new ExtendedAttribute("A", default), new("never-there", default));

        Assert.Equal(["b=B"], await EasAsync(file));
    }

    [Fact]
    public async Task EaSize_is_the_length_of_the_full_list()
    {
        Require(StoreCapabilities.ExtendedAttributes);
        var file = await CreateFileAsync("f");
        Assert.Equal(0u, (await StatAsync(file)).EaSize);

        await SetEasAsync(file, new ExtendedAttribute("ab", "xyz"u8.ToArray()));
        Assert.Equal(8u + 2 + 1 + 3, (await StatAsync(file)).EaSize);

        await SetEasAsync(file, new ExtendedAttribute("ab", default));
        Assert.Equal(0u, (await StatAsync(file)).EaSize);
    }

    [Fact]
    public async Task Extended_attributes_can_be_given_on_creation()
    {
        Require(StoreCapabilities.ExtendedAttributes);
        var attributes = new[] { new ExtendedAttribute("made", "yes"u8.ToArray()) };
        var file = await CreateAsync("f", new StoreCreateOptions { ExtendedAttributes = attributes });
        var directory = await CreateAsync(
            "d", new StoreCreateOptions { ExtendedAttributes = attributes, IsDirectory = true });

        Assert.Equal(["made=yes"], await EasAsync(file));
        Assert.Equal(["made=yes"], await EasAsync(directory));
    }

    [Fact]
    public async Task Everything_has_a_security_descriptor()
    {
        foreach (var file in new[]
            { await OpenDirectoryAsync(""), await CreateFileAsync("f"), await CreateDirectoryAsync("d") })
        {
            var (status, bytes) = await file.GetSecurityDescriptorAsync(Token);

            Assert.Equal(NtStatus.Success, status);
            Assert.True(SecurityDescriptor.TryRead(bytes, out var descriptor));
            Assert.NotNull(descriptor.Owner);
            Assert.NotNull(descriptor.Group);
            Assert.NotNull(descriptor.Dacl);
        }
    }

    [Fact]
    public async Task A_security_descriptor_is_kept()
    {
        Require(StoreCapabilities.SecurityDescriptors);
        var file = await CreateFileAsync("f");
        byte[] descriptor = SomeDescriptor();

        Assert.Equal(
            NtStatus.Success, await file.SetSecurityDescriptorAsync(descriptor, StoreCaller.Service, Token));

        var (_, kept) = await (await OpenAsync("f", StoreAccess.None)).GetSecurityDescriptorAsync(Token);
        AssertSameDescriptor(descriptor, kept);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_security_descriptor_given_on_creation_is_kept(bool directory)
    {
        Require(StoreCapabilities.SecurityDescriptors);
        byte[] descriptor = SomeDescriptor();
        var file = await CreateAsync(
            "f", new StoreCreateOptions { SecurityDescriptor = descriptor, IsDirectory = directory });

        var (_, kept) = await file.GetSecurityDescriptorAsync(Token);

        AssertSameDescriptor(descriptor, kept);
    }

    [Fact]
    public async Task A_broken_security_descriptor_is_refused_and_changes_nothing()
    {
        Require(StoreCapabilities.SecurityDescriptors);
        var file = await CreateFileAsync("f");
        var (_, before) = await file.GetSecurityDescriptorAsync(Token);

        Assert.True((await file.SetSecurityDescriptorAsync(new byte[5], StoreCaller.Service, Token)).IsError);

        var (_, after) = await file.GetSecurityDescriptorAsync(Token);
        AssertSameDescriptor(before, after);
    }

    // Owner and group are the service's own, so that a store on a kernel may give the object to them.
    private static byte[] SomeDescriptor() => SecurityDescriptor.Create(
        Sid.BuiltinAdministrators, Sid.BuiltinAdministrators,
        Ace.Deny(new Sid(5, 21, 1, 2, 3, 1001), AccessMask.FileGenericWrite),
        Ace.Allow(Sid.Everyone, AccessMask.FileGenericRead)).ToArray();

    private static void AssertSameDescriptor(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> actual)
    {
        Assert.True(SecurityDescriptor.TryRead(expected, out var left));
        Assert.True(SecurityDescriptor.TryRead(actual, out var right));
        Assert.Equal(left, right);
    }

    [Fact]
    public async Task Extended_attributes_of_one_list_match_without_regard_to_case()
    {
        Require(StoreCapabilities.ExtendedAttributes);
        var file = await CreateFileAsync("f");

        await SetEasAsync(file, new ExtendedAttribute("Name", "1"u8.ToArray()), new("NAME", "2"u8.ToArray()));

        var attribute = Assert.Single((await file.GetExtendedAttributesAsync(Token)).Attributes);
        Assert.Equal(("Name", "2"), (attribute.Name, System.Text.Encoding.ASCII.GetString(attribute.Value.Span)));
    }

    [Fact] // [MS-FSA] 2.1.5.15.5
    public async Task More_than_64_KiB_of_extended_attributes_are_too_many()
    {
        Require(StoreCapabilities.ExtendedAttributes);
        var file = await CreateFileAsync("f");
        var many = Enumerable.Range(0, 5).Select(i => new ExtendedAttribute($"{i}", new byte[15_000]));

        Assert.Equal(NtStatus.EaTooLarge, await file.SetExtendedAttributesAsync([.. many], Token));

        Assert.Empty((await file.GetExtendedAttributesAsync(Token)).Attributes);
    }

    private static async ValueTask SetEasAsync(IStoreFile file, params ExtendedAttribute[] attributes) =>
        Assert.Equal(NtStatus.Success, await file.SetExtendedAttributesAsync(attributes, Token));

    private static async ValueTask<string[]> EasAsync(IStoreFile file)
    {
        var (status, attributes) = await file.GetExtendedAttributesAsync(Token);
        Assert.Equal(NtStatus.Success, status);
        return [.. attributes
            .Select(ea => $"{ea.Name}={System.Text.Encoding.ASCII.GetString(ea.Value.Span)}")
            .Order(StringComparer.Ordinal)];
    }
}
