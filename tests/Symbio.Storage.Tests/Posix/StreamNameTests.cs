using Symbio.Protocol;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>Names of streams, which are kept in names of xattrs.</summary>
public sealed class StreamNameTests
{
    [Theory] // What has no UTF-8 (and so cannot stand in an attribute here) would be kept as U+FFFD, all such names as one.
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Half_a_surrogate_pair_is_in_no_name(int which)
    {
        string name = ((string[])["a\uD800", "\uDC00b", "\uDC00\uD800"])[which];
        using var folder = new TemporaryFolder();
        await using var store = PosixFileStore.Open(folder.Path);
        await using var file = await CreateAsync(store);

        Assert.Equal(NtStatus.ObjectNameInvalid, (await file.OpenStreamAsync(name, true, StoreAccess.Write, default)).Status);
        Assert.Equal(NtStatus.ObjectNameInvalid, (await file.OpenStreamAsync(name, false, StoreAccess.Read, default)).Status);
        Assert.DoesNotContain((await file.GetStreamsAsync(default)).Streams, stream => stream.Name.Length > 0);
    }

    [Fact]
    public async Task A_whole_one_is()
    {
        using var folder = new TemporaryFolder();
        await using var store = PosixFileStore.Open(folder.Path);
        await using var file = await CreateAsync(store);
        var (status, stream) = await file.OpenStreamAsync("a\U0001F600\uFFFD", true, StoreAccess.Write, default);

        Assert.Equal(NtStatus.Success, status);
        Assert.Contains((await file.GetStreamsAsync(default)).Streams, stream => stream.Name == "a\U0001F600\uFFFD");
        await stream!.DisposeAsync();
    }

    private static async Task<IStoreFile> CreateAsync(PosixFileStore store)
    {
        var (status, file) = await store.CreateAsync("f", new StoreCreateOptions(), StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }
}
