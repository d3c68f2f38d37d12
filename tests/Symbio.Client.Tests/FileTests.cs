using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;

namespace Symbio.Client.Tests;

public sealed class FileTests
{
    [Fact]
    public async Task Stat_tells_what_is_there_and_what_is_not()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbTree tree = await fixture.ConnectTreeAsync();
        await using (SmbFile file = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite))
            await file.WriteAsync(0, new byte[1234]);

        FileNetworkOpenInformation information = await tree.StatAsync("a");
        (NtStatus missing, _) = await tree.TryStatAsync("b");

        Assert.Equal(1234, information.EndOfFile);
        Assert.Equal(NtStatus.ObjectNameNotFound, missing);
    }

    [Fact]
    public async Task A_close_that_is_cancelled_before_it_is_sent_leaves_the_file_to_be_closed()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbTree tree = await fixture.ConnectTreeAsync();
        SmbFile file = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await file.CloseAsync(new CancellationToken(true)));
        Assert.Single(fixture.Server.Server.GetStatus().Opens);
        await file.DisposeAsync();

        Assert.Empty(fixture.Server.Server.GetStatus().Opens);
        await file.DisposeAsync();
    }

    [Fact]
    public async Task Files_are_renamed_and_deleted()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbTree tree = await fixture.ConnectTreeAsync();
        await (await tree.OpenAsync("a", SmbOpenOptions.ReadWrite)).CloseAsync();

        await tree.RenameAsync("a", "b");
        Assert.Equal(NtStatus.ObjectNameNotFound, (await tree.TryStatAsync("a")).Status);
        Assert.Equal(NtStatus.Success, (await tree.TryStatAsync("b")).Status);

        await tree.DeleteAsync("b");
        Assert.Equal(NtStatus.ObjectNameNotFound, (await tree.TryStatAsync("b")).Status);
        var refusal = await Assert.ThrowsAsync<SmbException>(async () => await tree.DeleteAsync("b"));
        Assert.Equal(NtStatus.ObjectNameNotFound, refusal.Status);
    }

    [Fact]
    public async Task An_open_file_is_renamed_cut_and_marked_for_deletion()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbTree tree = await fixture.ConnectTreeAsync();
        SmbFile file = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        await file.SetLengthAsync(77);
        await file.RenameAsync("b");

        Assert.Equal(77, (await file.QueryInfoAsync<FileStandardInformation>()).EndOfFile);
        Assert.EndsWith("b", (await file.QueryInfoAsync<FileAllInformation>()).Name.FileName, StringComparison.Ordinal);
        Assert.True((await file.QueryFileSystemInfoAsync<FileFsSizeInformation>()).BytesPerSector > 0);

        await file.SetDeletePendingAsync();
        await file.CloseAsync();
        Assert.Equal(NtStatus.ObjectNameNotFound, (await tree.TryStatAsync("b")).Status);
    }

    [Fact]
    public async Task A_directory_of_several_pages_is_listed()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { MaxDialect = Dialect.Smb202 });
        SmbTree tree = await fixture.ConnectTreeAsync();
        string[] names = [.. Enumerable.Range(0, 700).Select(i => $"file number {i:D4}")];
        foreach (string name in names)
            await (await tree.OpenAsync(name, SmbOpenOptions.ReadWrite)).CloseAsync();

        var listed = new List<string>();
        await using SmbFile root = await tree.OpenAsync("", SmbOpenOptions.Directory);
        await foreach (SmbDirectoryEntry entry in root.ListAsync())
            listed.Add(entry.Name);

        Assert.Equal(names, listed.Where(n => n is not ("." or "..")).Order());
    }

    [Fact]
    public async Task Nothing_that_matches_is_an_empty_listing()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbTree tree = await fixture.ConnectTreeAsync();
        await using SmbFile root = await tree.OpenAsync("", SmbOpenOptions.Directory);

        await foreach (SmbDirectoryEntry entry in root.ListAsync("*.none"))
            Assert.Fail(entry.Name);
    }

    [Fact]
    public async Task A_lock_that_another_holds_is_waited_for_until_cancelled()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbTree tree = await fixture.ConnectTreeAsync();
        await using SmbFile one = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        await using SmbFile two = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        await one.LockAsync(new LockElement[] { new(0, 10, LockFlags.ExclusiveLock | LockFlags.FailImmediately) });

        using var cancellation = new CancellationTokenSource();
        Task waits = two.LockAsync(new LockElement[] { new(5, 1, LockFlags.ExclusiveLock) }, cancellation.Token).AsTask();
        await one.FlushAsync();
        Assert.False(waits.IsCompleted);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        await one.FlushAsync(); // The connection goes on.
    }

    [Fact]
    public async Task Bytes_are_written_and_read_without_a_copy()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbTree tree = await fixture.ConnectTreeAsync();
        await using SmbFile file = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);

        await file.WriteAsync(0, 1 << 20, (byte)7, static (span, value) => span.Fill(value));

        using (SmbBuffer read = await file.ReadBufferAsync(0, 1 << 20))
        {
            Assert.Equal(1 << 20, read.Memory.Length);
            Assert.False(read.Memory.Span.ContainsAnyExcept((byte)7));
        }

        using SmbBuffer behind = await file.ReadBufferAsync(1 << 20, 10);
        Assert.True(behind.Memory.IsEmpty);
    }

    [Fact]
    public async Task A_control_code_is_carried_out()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbTree tree = await fixture.ConnectTreeAsync();
        await using SmbFile file = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);

        byte[] key = await file.ControlAsync(FsctlCode.SrvRequestResumeKey, default, 64);

        Assert.True(key.Length >= 24);
    }
}
