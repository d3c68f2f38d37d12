using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>One folder, a real smbd with its fruit module and we: what one writes, the other reads, wherever it is kept.</summary>
public sealed class FruitInteropTests : IDisposable
{
    private const string Module = "/usr/lib/x86_64-linux-gnu/samba/vfs/fruit.so";

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _local = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _local.Dispose();
    }

    [Theory]
    [InlineData(AppleMetadata.Netatalk, AppleResource.File)]
    [InlineData(AppleMetadata.Stream, AppleResource.File)]
    [InlineData(AppleMetadata.Netatalk, AppleResource.Stream)]
    [InlineData(AppleMetadata.Stream, AppleResource.Stream)]
    public async Task Both_understand_what_the_other_wrote(AppleMetadata metadata, AppleResource resource)
    {
        Assert.SkipUnless(File.Exists(Module), "Samba's fruit module is not installed (Debian: samba-vfs-modules).");
        using SambaServer samba = SambaServer.Start(_folder.Path, $"""
            vfs objects = catia fruit streams_xattr acl_xattr
              fruit:encoding = native
              fruit:metadata = {metadata.ToString().ToLowerInvariant()}
              fruit:resource = {resource.ToString().ToLowerInvariant()}
            """)!;
        await using var store = PosixFileStore.Open(
            _folder.Path, new PosixStoreOptions { AppleMetadata = metadata, AppleResource = resource });
        byte[] info = new byte[AfpInfo.Length];
        AfpInfo.Write(info, [.. "TEXTttxt"u8, .. new byte[24]]);
        byte[] fork = [.. Enumerable.Range(0, 3000).Select(i => (byte)i)];
        byte[] tag = "tag"u8.ToArray();
        await File.WriteAllBytesAsync(_local.Combine("info"), info, Token);
        await File.WriteAllBytesAsync(_local.Combine("fork"), fork, Token);
        await File.WriteAllBytesAsync(_local.Combine("tag"), tag, Token);

        // Theirs, read by us; renamed and written to by us, read by them.
        string said = samba.Client(
            $"lcd {_local.Path}; put tag theirs; put info theirs:AFP_AfpInfo; put fork theirs:AFP_Resource; put tag theirs:a\uF022b; " +
            "mkdir folder; put info folder:AFP_AfpInfo");
        Assert.DoesNotContain("NT_STATUS", said, StringComparison.Ordinal);
        await using (IStoreFile theirs = await OpenAsync(store, "theirs"))
        {
            Assert.Equal(info, await ReadAsync(theirs, AfpInfo.StreamName));
            Assert.Equal(fork, await ReadAsync(theirs, AfpInfo.ResourceName));
            Assert.Equal(tag, await ReadAsync(theirs, "a\uF022b"));
            Assert.Equal(3, (await theirs.GetStreamsAsync(Token)).Streams.Count);
            Assert.Equal(NtStatus.Success, await theirs.RenameAsync("renamed", false, StoreCaller.Service, Token));
            await WriteAsync(theirs, AfpInfo.ResourceName, (ulong)fork.Length, tag);
        }

        await using (IStoreFile folder = await OpenAsync(store, "folder"))
            Assert.Equal(info, await ReadAsync(folder, AfpInfo.StreamName));
        Assert.Equal([.. fork, .. tag], Get(samba, "renamed:AFP_Resource"));
        Assert.Equal(info, Get(samba, "renamed:AFP_AfpInfo"));

        // Ours, read by them; renamed and deleted by them.
        var (_, created) = await store.CreateAsync("ours", new StoreCreateOptions(), StoreCaller.Service, Token);
        await using (IStoreFile ours = created!)
        {
            await WriteAsync(ours, AfpInfo.StreamName, 0, info);
            await WriteAsync(ours, AfpInfo.ResourceName, 0, fork);
            await WriteAsync(ours, "a\uF022b", 0, tag);
        }

        Assert.Equal(info, Get(samba, "ours:AFP_AfpInfo"));
        Assert.Equal(fork, Get(samba, "ours:AFP_Resource"));
        Assert.Equal(tag, Get(samba, "ours:a\uF022b"));
        Assert.DoesNotContain("NT_STATUS", samba.Client("rename ours moved"), StringComparison.Ordinal);
        await using (IStoreFile moved = await OpenAsync(store, "moved"))
            Assert.Equal(fork, await ReadAsync(moved, AfpInfo.ResourceName));
        Assert.DoesNotContain("NT_STATUS", samba.Client("del moved"), StringComparison.Ordinal);
        Assert.Equal(NtStatus.Success, await (await OpenAsync(store, "renamed")).DeleteAsync(StoreCaller.Service, Token));
        Assert.Equal(["folder"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    private byte[] Get(SambaServer samba, string name)
    {
        string target = _local.Combine("got");
        File.Delete(target);
        string said = samba.Client($"lcd {_local.Path}; get {name} got");
        Assert.True(File.Exists(target), said);
        return File.ReadAllBytes(target);
    }

    private static async Task<IStoreFile> OpenAsync(PosixFileStore store, string path)
    {
        var (status, file) = await store.OpenAsync(path, default, StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private static async Task<byte[]> ReadAsync(IStoreFile file, string name)
    {
        var (status, stream) = await file.OpenStreamAsync(name, false, StoreAccess.Read, Token);
        Assert.Equal(NtStatus.Success, status);
        await using IStoreFile opened = stream!;
        byte[] content = new byte[10_000];
        var (_, count) = await opened.ReadAsync(0, content, Token);
        return content[..count];
    }

    private static async Task WriteAsync(IStoreFile file, string name, ulong offset, byte[] content)
    {
        var (status, stream) = await file.OpenStreamAsync(name, offset == 0, StoreAccess.Write, Token);
        Assert.Equal(NtStatus.Success, status);
        await using IStoreFile opened = stream!;
        Assert.Equal(NtStatus.Success, await opened.WriteAsync(offset, content, Token));
    }
}
