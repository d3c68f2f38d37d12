using Symbio.Protocol;
using Symbio.Storage.Posix;
using Symbio.Storage.Tests.Posix;

namespace Symbio.Storage.Tests.Snapshots;

/// <summary>Snapshots that are folders named by their times.</summary>
public sealed class FolderSnapshotSourceTests : IDisposable
{
    private static readonly DateTimeOffset s_time = new(2020, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("@GMT-%Y.%m.%d-%H.%M.%S", "@GMT-2020.01.02-03.04.05")]
    [InlineData("daily_%d-%m-%Y_%H%M%S/share", "daily_02-01-2020_030405/share")]
    public async Task Folders_are_found_and_lost(string pattern, string name)
    {
        FolderSnapshotSource source = Create(pattern);
        Directory.CreateDirectory(_folder.Combine("another"));
        Assert.Empty(await source.ListAsync(Token));
        Assert.Equal(NtStatus.ObjectNameNotFound, (await source.OpenAsync(s_time, Token)).Status);

        Directory.CreateDirectory(_folder.Combine(name));
        File.WriteAllText(_folder.Combine(name + "/f"), "then");
        Assert.Equal([s_time], await source.ListAsync(Token));
        (NtStatus status, IFileStore? store) = await source.OpenAsync(s_time, Token);
        Assert.Equal(NtStatus.Success, status);
        (status, IStoreFile? file) = await store!.OpenAsync("F", new(StoreAccess.Read), StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        await file!.DisposeAsync();

        Directory.Delete(_folder.Combine(name.Split('/')[0]), recursive: true);
        Assert.Empty(await source.ListAsync(Token));
    }

    [Theory]
    [InlineData("snapshots")]
    [InlineData("%Y")]
    [InlineData("%Y-%m-%d-%x")]
    [InlineData("%Y-%m-%d-%d")]
    [InlineData("%Y-%m-%d/%H")]
    [InlineData("%Y-%m-%d%")]
    public void A_pattern_says_when(string pattern) =>
        Assert.False(FolderSnapshotSource.TryCreate(_folder.Combine(pattern), new PosixStoreOptions(), out _));

    [Fact]
    public async Task No_date_is_no_snapshot()
    {
        FolderSnapshotSource source = Create("%Y-%m-%d");
        foreach (string name in (string[])["2020-02-30", "2020-13-01", "2020-1-01", "2020-01-011", "0001-01-01"])
            Directory.CreateDirectory(_folder.Combine(name));

        Assert.Empty(await source.ListAsync(Token));
    }

    private FolderSnapshotSource Create(string pattern)
    {
        Assert.True(FolderSnapshotSource.TryCreate(_folder.Combine(pattern), new PosixStoreOptions(), out var source));
        return source;
    }
}
