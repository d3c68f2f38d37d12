using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Posix;

/// <summary>One folder, two servers: what one writes, a real smbd and we both understand.</summary>
public sealed class SambaInteropTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SambaServer _samba;
    private readonly PosixFileStore _store;

    public SambaInteropTests()
    {
        _samba = SambaServer.Start(_folder.Path)!;
        _store = PosixFileStore.Open(_folder.Path);
    }

    public async ValueTask DisposeAsync()
    {
        _samba.Dispose();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task We_read_what_Samba_wrote()
    {
        using var local = new TemporaryFolder();
        await File.WriteAllTextAsync(local.Combine("content"), "hello\n", TestContext.Current.CancellationToken);
        string output = _samba.Client(
            $"lcd {local.Path}; put content File.txt; put content File.txt:Stream; setmode File.txt +rhs; " +
            "mkdir Folder; setea File.txt MYEA value; allinfo File.txt");
        Assert.Contains("RHSA", output, StringComparison.Ordinal);

        await using var file = await OpenAsync("file.TXT");
        var (_, stat) = await file.GetStatAsync(default);
        Assert.Equal(FileAttributes.ReadOnly | FileAttributes.Hidden | FileAttributes.System | FileAttributes.Archive,
            stat.Attributes);
        var (_, streams) = await file.GetStreamsAsync(default);
        Assert.Equal(new StoreStream("Stream", 6, 4096), Assert.Single(streams));
        var (_, stream) = await file.OpenStreamAsync("STREAM", false, StoreAccess.Read, default);
        byte[] content = new byte[16];
        Assert.Equal((NtStatus.Success, 6), await stream!.ReadAsync(0, content, default));
        Assert.Equal("hello\n", Encoding.ASCII.GetString(content, 0, 6));
        await stream.DisposeAsync();
        var (_, attributes) = await file.GetExtendedAttributesAsync(default);
        var attribute = Assert.Single(attributes);
        Assert.Equal("MYEA", attribute.Name);

        // Only a stored descriptor knows the SIDs of Samba's domain.
        foreach (string name in new[] { "File.txt", "Folder" })
        {
            var descriptor = await DescriptorAsync(name);
            Assert.StartsWith("S-1-5-21-", descriptor.Owner!.ToString(), StringComparison.Ordinal);
            Assert.Contains($"Owner SID:\t{descriptor.Owner}", _samba.Client($"showacls; ls {name}"),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Samba_reads_what_we_wrote(bool isDirectory)
    {
        var descriptor = SecurityDescriptor.Create(Sid.UnixUser(1), Sid.UnixGroup(2),
            Ace.Deny(Sid.Parse("S-1-5-21-7-8-9-1000"), AccessMask.WriteData),
            Ace.Allow(Sid.UnixUser(65534), AccessMask.FileGenericRead),
            Ace.Allow(Sid.Parse("S-1-5-21-7-8-9-1001"), AccessMask.FileGenericRead | AccessMask.AppendData),
            Ace.Allow(Sid.Everyone, AccessMask.FileAll));
        var (status, created) = await _store.CreateAsync("Ours", new StoreCreateOptions
        {
            IsDirectory = isDirectory,
            Attributes = FileAttributes.Hidden | FileAttributes.System,
            SecurityDescriptor = descriptor.ToArray(),
            ExtendedAttributes = [new ExtendedAttribute("OURS", "value"u8.ToArray())],
        }, StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        await using var file = created!;
        var creation = FileTime.FromDateTimeOffset(new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero));
        Assert.Equal(NtStatus.Success,
            await file.SetBasicInfoAsync(new BasicInfoChange(CreationTime: creation), default));
        var (_, stream) = await file.OpenStreamAsync("Stream", true, StoreAccess.Write, default);
        Assert.Equal(NtStatus.Success, await stream!.WriteAsync(0, "0123456789"u8.ToArray(), default));
        await stream.DisposeAsync();

        string info = _samba.Client("allinfo Ours; geteas Ours");
        Assert.Matches(@"create_time:\s+Sat Feb  ?3 0?4:05:06 (AM )?2001", info);
        Assert.Contains(isDirectory ? "attributes: HSD" : "attributes: HS", info, StringComparison.Ordinal);
        Assert.Contains("[:Stream:$DATA], 10 bytes", info, StringComparison.Ordinal);
        Assert.Contains("OURS", info, StringComparison.Ordinal);
        string acl = _samba.Client("showacls; ls Ours");
        Assert.Contains("Owner SID:\tS-1-22-1-1", acl, StringComparison.Ordinal);
        Assert.Contains("Group SID:\tS-1-22-2-2", acl, StringComparison.Ordinal);
        Assert.Contains("SID: S-1-5-21-7-8-9-1000", acl, StringComparison.Ordinal);
        Assert.Contains("SID: S-1-5-21-7-8-9-1001", acl, StringComparison.Ordinal);
        Assert.Contains("ACCESS DENIED (1)", acl, StringComparison.Ordinal);
    }

    private async Task<IStoreFile> OpenAsync(string path)
    {
        var (status, file) = await _store.OpenAsync(path, default, StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private async Task<SecurityDescriptor> DescriptorAsync(string path)
    {
        await using var file = await OpenAsync(path);
        var (status, bytes) = await file.GetSecurityDescriptorAsync(default);
        Assert.Equal(NtStatus.Success, status);
        Assert.True(SecurityDescriptor.TryRead(bytes, out var descriptor));
        return descriptor;
    }
}
