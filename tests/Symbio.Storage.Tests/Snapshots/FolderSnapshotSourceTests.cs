using Symbio.Protocol;
using Symbio.Storage.Posix;
using Symbio.Storage.Tests.Posix;

namespace Symbio.Storage.Tests.Snapshots;

/// <summary>Snapshots that are folders named by their times.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
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
        Assert.False(FolderSnapshotSource.TryCreate(_folder.Path, pattern, new PosixStoreOptions(), out _));

    [Theory]
    [InlineData("", "", "chmod 0775")]
    [InlineData("snapshots/", "snapshots", "chmod 0775")]
    [InlineData("snapshots/", "snapshots", "chown 1")]
    [InlineData("snapshots/", "snapshots", "security.NTACL")] // A folder of users who work as the server's account.
    [InlineData("snapshots/", "snapshots", "user.NTACL")]
    [InlineData("a/snapshots/", "a", "user.NTACL")]
    public async Task A_folder_where_users_make_folders_holds_no_snapshots(string folder, string users, string act)
    {
        FolderSnapshotSource source = Create(folder + "%Y-%m-%d", isInShare: true);
        Directory.CreateDirectory(_folder.Combine("share/" + folder + "2020-01-02"));
        DateTimeOffset[] expected = [new(2020, 1, 2, 0, 0, 0, TimeSpan.Zero)];
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.True(source.IsOpenToUsers); // All that users make is this account's.
            Assert.Empty(await source.ListAsync(Token));
            return;
        }

        Assert.False(source.IsOpenToUsers);
        Assert.Equal(expected, await source.ListAsync(Token));

        string path = _folder.Combine("share/" + users);
        string[] command = act.Contains(' ', StringComparison.Ordinal) ? act.Split(' ') : ["setfattr", "-n", act, "-v", "x"];
        using var process = System.Diagnostics.Process.Start(command[0], [.. command[1..], path]);
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);

        Assert.True(source.IsOpenToUsers);
        Assert.Empty(await source.ListAsync(Token));
        Assert.Equal(NtStatus.ObjectNameNotFound, (await source.OpenAsync(expected[0], Token)).Status);
    }

    [Fact]
    public async Task No_date_is_no_snapshot()
    {
        FolderSnapshotSource source = Create("%Y-%m-%d");
        foreach (string name in (string[])["2020-02-30", "2020-13-01", "2020-1-01", "2020-01-011", "0001-01-01"])
            Directory.CreateDirectory(_folder.Combine(name));

        Assert.Empty(await source.ListAsync(Token));
    }

    [Theory] // Who may write to the share may put links there.
    [InlineData("secret", ".snapshots/@GMT-2020.01.02-03.04.05", ".snapshots/@GMT-%Y.%m.%d-%H.%M.%S")]
    [InlineData("secret", ".snapshots/@GMT-2020.01.02-03.04.05/share", ".snapshots/@GMT-%Y.%m.%d-%H.%M.%S/share")]
    [InlineData("all", ".snapshots", ".snapshots/@GMT-%Y.%m.%d-%H.%M.%S")]
    public async Task No_link_leads_out_of_the_share(string target, string link, string pattern)
    {
        string outside = _folder.Combine(target);
        Directory.CreateDirectory(Path.Combine(outside, "@GMT-2020.01.02-03.04.05"));
        string share = _folder.Combine("share");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(share, link))!);
        Directory.CreateSymbolicLink(Path.Combine(share, link), outside);

        foreach (string way in (string[])[pattern, Path.Combine(share, pattern)])
        {
            Assert.True(FolderSnapshotSource.TryCreate(share, way, new PosixStoreOptions(), out var source));
            Assert.Equal(NtStatus.ObjectNameNotFound, (await source.OpenAsync(s_time, Token)).Status);
            if (!pattern.EndsWith("share", StringComparison.Ordinal))
                Assert.Empty(await source.ListAsync(Token));
        }
    }

    [Fact]
    public async Task The_administrator_s_own_path_may_have_links()
    {
        Directory.CreateDirectory(_folder.Combine("real/2020-01-02/inner"));
        Directory.CreateSymbolicLink(_folder.Combine("link"), _folder.Combine("real"));
        DateTimeOffset day = new(2020, 1, 2, 0, 0, 0, TimeSpan.Zero);
        Directory.CreateDirectory(_folder.Combine("share"));

        foreach (string pattern in (string[])[_folder.Combine("link/%Y-%m-%d/inner"), "../link/%Y-%m-%d/inner"])
        {
            Assert.True(FolderSnapshotSource.TryCreate(_folder.Combine("share"), pattern, new PosixStoreOptions(), out var source));
            Assert.Equal([day], await source.ListAsync(Token));
            Assert.Equal(NtStatus.Success, (await source.OpenAsync(day, Token)).Status);
            Assert.Equal(NtStatus.ObjectNameNotFound, (await source.OpenAsync(day.AddSeconds(1), Token)).Status);
        }
    }

    [Fact]
    public async Task The_newest_of_very_many_are_told_and_each_opens()
    {
        FolderSnapshotSource source = Create("%Y-%m-%d-%H-%M");
        DateTimeOffset first = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        DateTimeOffset[] times = [.. Enumerable.Range(0, 4100).Select(i => first.AddMinutes(i))];
        foreach (DateTimeOffset time in times)
            Directory.CreateDirectory(_folder.Combine($"{time:yyyy-MM-dd-HH-mm}"));

        IReadOnlyList<DateTimeOffset> found = await source.ListAsync(Token);
        Assert.Equal(times[4..].Reverse(), found);
        (_, IFileStore? store) = await source.OpenAsync(found[0], Token);
        Assert.Same(store, (await source.OpenAsync(found[0], Token)).Store);
        foreach (DateTimeOffset time in found.Take(100)) // More than are kept.
            Assert.Equal(NtStatus.Success, (await source.OpenAsync(time, Token)).Status);
        (NtStatus status, IStoreFile? file) = await store!.OpenAsync("", default, StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        await file!.DisposeAsync();
    }

    private FolderSnapshotSource Create(string pattern, bool isInShare = false)
    {
        string share = _folder.Combine("share");
        Directory.CreateDirectory(share);
        Assert.True(FolderSnapshotSource.TryCreate(
            share, isInShare ? pattern : "../" + pattern, new PosixStoreOptions(), out var source));
        return source;
    }
}
