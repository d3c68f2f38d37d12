using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Reparse points.</summary>
public abstract partial class StoreContract
{
    private static readonly Guid s_owner = new("5b1a57a5-6d0b-4b39-9b3c-5f0f7f0d7a11");

    [Fact]
    public async Task An_ordinary_file_is_no_reparse_point()
    {
        var file = await CreateFileAsync("a");

        Assert.Equal(NtStatus.NotAReparsePoint, (await file.GetReparsePointAsync(Token)).Status);
        Assert.Equal(0u, (await StatAsync(file)).ReparseTag);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tag_is_kept_with_its_data_until_it_is_deleted(bool directory)
    {
        Require(StoreCapabilities.ReparsePoints);
        var file = directory ? await CreateDirectoryAsync("a") : await CreateFileAsync("a", [1]);
        var data = new ReparseDataBuffer((ReparseTag)0x77, s_owner, Bytes(1000));

        Assert.Equal(NtStatus.Success, await file.SetReparsePointAsync(data, StoreCaller.Service, Token));

        var (status, told) = await (await OpenAsync("a", StoreAccess.None)).GetReparsePointAsync(Token);
        Assert.Equal(NtStatus.Success, status);
        Assert.Equal((data.Tag, data.ReparseGuid), (told.Tag, told.ReparseGuid));
        Assert.Equal(data.Data.ToArray(), told.Data.ToArray());
        Assert.Empty((await file.GetExtendedAttributesAsync(Token)).Attributes);
        foreach (var stat in new[] { await StatAsync(file), (await ListAsync("", "a")).Single().Stat })
        {
            Assert.Equal((uint)data.Tag, stat.ReparseTag);
            Assert.Equal(FileAttributes.ReparsePoint, stat.Attributes & FileAttributes.ReparsePoint);
        }

        Assert.Equal(NtStatus.Success, await file.SetBasicInfoAsync(new(Attributes: FileAttributes.Hidden), Token));
        Assert.Equal((uint)data.Tag, (await StatAsync(file)).ReparseTag);

        Assert.Equal(NtStatus.Success, await file.DeleteReparsePointAsync(StoreCaller.Service, Token));
        var after = await StatAsync(file);
        Assert.Equal(0u, after.ReparseTag);
        Assert.Equal(FileAttributes.Hidden, after.Attributes & ~FileAttributes.Directory);
        Assert.Equal(NtStatus.NotAReparsePoint, (await file.GetReparsePointAsync(Token)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handle_stays_with_what_it_has_made_a_link_of(bool directory)
    {
        Require(StoreCapabilities.ReparsePoints);
        var file = directory ? await CreateDirectoryAsync("a") : await CreateFileAsync("a");
        var key = file.Key;

        Assert.Equal(NtStatus.Success, await SetLinkAsync(file, @"x\..\y"));
        Assert.Equal(NtStatus.Success, await SetLinkAsync(file, "z")); // Changed.

        var (_, told) = await file.GetReparsePointAsync(Token);
        var reader = new WireReader(told.Data);
        Assert.True(SymbolicLinkReparseData.TryRead(ref reader, out var link));
        Assert.Equal(("z", true), (link.SubstituteName, link.IsRelative));
        Assert.Equal(key, file.Key);
        Assert.Equal("a", file.Path);
        Assert.Equal(["a"], await NamesAsync(""));
        Assert.Equal(NtStatus.Success, await file.RenameAsync("b", false, StoreCaller.Service, Token));
        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));
        Assert.Empty(await NamesAsync(""));
    }

    [Fact]
    public async Task A_link_without_a_target_is_none()
    {
        Require(StoreCapabilities.ReparsePoints);
        var file = await CreateFileAsync("a");

        Assert.Equal(NtStatus.IoReparseDataInvalid, await SetLinkAsync(file, ""));
        Assert.Equal(
            NtStatus.IoReparseDataInvalid,
            await file.SetReparsePointAsync(
                new(ReparseTag.SymbolicLink, Guid.Empty, new byte[5]), StoreCaller.Service, Token));
        Assert.Equal(0u, (await StatAsync(file)).ReparseTag);
    }

    [Fact]
    public async Task A_directory_that_holds_something_becomes_no_link()
    {
        Require(StoreCapabilities.ReparsePoints);
        var directory = await CreateDirectoryAsync("d");
        await CreateFileAsync(@"d\a");

        Assert.Equal(NtStatus.DirectoryNotEmpty, await SetLinkAsync(directory, "x"));

        Assert.Equal(["a"], await NamesAsync("d"));
        Assert.Equal(["d"], await NamesAsync(""));
    }

    private static ValueTask<NtStatus> SetLinkAsync(IStoreFile file, string target)
    {
        var link = new SymbolicLinkReparseData(target, target, IsRelative: true);
        byte[] bytes = new byte[link.Length];
        var writer = new WireWriter(bytes);
        link.Write(ref writer);
        return file.SetReparsePointAsync(new(ReparseTag.SymbolicLink, Guid.Empty, bytes), StoreCaller.Service, Token);
    }
}
