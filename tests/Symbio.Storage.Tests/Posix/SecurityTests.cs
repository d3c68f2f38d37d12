using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>POSIX permissions as NT descriptors and back.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class SecurityTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PosixFileStore _store;

    public SecurityTests() => _store = PosixFileStore.Open(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory] // As smbd 4.17 shows them, but for WRITE_DAC and WRITE_OWNER of those who do not own the file.
    [InlineData(0b111_101_101, 0x1F01FF, 0x1200A9, 0x1200A9)]
    [InlineData(0b110_100_100, 0x1F019F, 0x120089, 0x120089)]
    [InlineData(0b110_110_000, 0x1F019F, 0x13019F, 0)]
    [InlineData(0b010_001_111, 0x1F0116, 0x1200A0, 0x1301FF)]
    [InlineData(0, 0, 0, 0)]
    public async Task Mode_bits_show_as_rights_of_owner_group_and_everyone(
        int mode, uint owner, uint group, uint everyone)
    {
        string path = _folder.Combine("f");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, (UnixFileMode)mode);

        var descriptor = await DescriptorAsync("f");

        Assert.Equal([owner, group, everyone], descriptor.Dacl!.Aces.Select(ace => (uint)ace.Mask));
        Assert.Equal([descriptor.Owner!, descriptor.Group!, Sid.Everyone], descriptor.Dacl.Aces.Select(ace => ace.Sid));
    }

    [Fact]
    public async Task A_directory_shows_what_will_be_inherited()
    {
        Directory.CreateDirectory(_folder.Combine("d"), (UnixFileMode)0b111_101_101);

        var descriptor = await DescriptorAsync("d");

        Assert.EndsWith("(A;OICIIO;FA;;;CO)(A;OICIIO;0x1200a9;;;CG)(A;OICIIO;0x1200a9;;;WD)", descriptor.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_descriptor_that_is_made_up_says_so_and_a_stored_one_does_not()
    {
        Directory.CreateDirectory(_folder.Combine("d"), (UnixFileMode)0b111_101_101);
        Assert.True(await IsMadeUpAsync());

        var (_, directory) = await _store.OpenAsync("d", new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, default);
        var stored = Sddl.Parse("O:BAG:BAD:(A;;FA;;;WD)");
        stored = stored with { Control = stored.Control | SecurityDescriptorControl.DaclDefaulted };
        Assert.Equal(NtStatus.Success, await directory!.SetSecurityDescriptorAsync(stored.ToArray(), StoreCaller.Service, default));
        await directory.DisposeAsync();
        Assert.False(await IsMadeUpAsync());

        async Task<bool> IsMadeUpAsync() =>
            ((await DescriptorAsync("d")).Control & SecurityDescriptorControl.DaclDefaulted) != 0;
    }

    [Fact] // With the mark nothing would be inherited, and the file mode would mask what the ACL gives to new files.
    public async Task A_directory_with_a_default_ACL_has_something_to_inherit()
    {
        RequireTool("setfacl");
        Directory.CreateDirectory(_folder.Combine("d"), (UnixFileMode)0b111_101_101);
        Run("setfacl", "-d", "-m", "g:2:rw", _folder.Combine("d"));

        Assert.Equal(
            SecurityDescriptorControl.None,
            (await DescriptorAsync("d")).Control & SecurityDescriptorControl.DaclDefaulted);
    }

    [Fact]
    public async Task Named_entries_of_a_POSIX_ACL_count_as_far_as_the_mask_allows()
    {
        RequireTool("setfacl");
        string path = _folder.Combine("f");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        Run("setfacl", "-m", "u:1:rwx,g:2:rw,m::r", path);

        var descriptor = await DescriptorAsync("f");

        Assert.Equal((AccessMask)0x120089, descriptor.Dacl!.Aces.Single(ace => ace.Sid == Sid.UnixUser(1)).Mask);
        Assert.Equal((AccessMask)0x120089, descriptor.Dacl.Aces.Single(ace => ace.Sid == Sid.UnixGroup(2)).Mask);
    }

    [Fact]
    public async Task A_stored_descriptor_counts_until_permissions_are_changed_behind_its_back()
    {
        await using var file = await CreateAsync("f");
        var descriptor = SecurityDescriptor.Create(Sid.BuiltinAdministrators, Sid.BuiltinUsers,
            Ace.Deny(Sid.Parse("S-1-5-21-1-2-3-500"), AccessMask.WriteData),
                Ace.Allow(Sid.Everyone, (AccessMask)0x1200A9));
        Assert.Equal(NtStatus.Success,
            await file.SetSecurityDescriptorAsync(descriptor.ToArray(), StoreCaller.Service, default));
        Assert.Equal(descriptor, await DescriptorAsync("f"));

        File.SetUnixFileMode(_folder.Combine("f"), (UnixFileMode)0b110_000_000);

        var derived = await DescriptorAsync("f");
        Assert.Equal([0x1F019Fu, 0u, 0u], derived.Dacl!.Aces.Select(ace => (uint)ace.Mask));
    }

    [Fact]
    public async Task The_kernel_grants_what_a_descriptor_grants()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess,
            "Owners and ACLs follow descriptors only where the service acts for others: as root.");
        RequireTool("getfacl");
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        await using var file = await CreateAsync("f");
        var descriptor = SecurityDescriptor.Create(Sid.UnixUser(1), Sid.UnixGroup(2),
            Ace.Allow(Sid.UnixUser(1), AccessMask.FileGenericRead | AccessMask.FileGenericWrite),
            Ace.Allow(Sid.UnixUser(65534), AccessMask.FileGenericRead),
            Ace.Allow(Sid.UnixGroup(3), AccessMask.FileGenericRead | AccessMask.FileGenericExecute));
        Assert.Equal(NtStatus.Success,
            await file.SetSecurityDescriptorAsync(descriptor.ToArray(), StoreCaller.Service, default));

        Assert.Equal("# owner: 1\n# group: 2\nuser::rw-\nuser:65534:r--\ngroup::---\ngroup:3:r-x\nmask::r-x\nother::---",
            Run("getfacl", "-npc", _folder.Combine("f")) is { } acl ? $"# owner: 1\n# group: 2\n{acl}" : null);
        Assert.Equal("1:2", Run("stat", "-c", "%u:%g", _folder.Combine("f")));
        Assert.Equal(descriptor, await DescriptorAsync("f"));
        Assert.Equal(NtStatus.Success, await OpenAsync("f", new StoreCaller(65534, 65534, []), StoreAccess.Read));
        Assert.Equal(NtStatus.AccessDenied, await OpenAsync("f", new StoreCaller(65534, 65534, []), StoreAccess.Write));
        Assert.Equal(NtStatus.AccessDenied, await OpenAsync("f", new StoreCaller(7, 7, []), StoreAccess.Read));

        var everyone = SecurityDescriptor.Create(
            Sid.UnixUser(1), Sid.UnixGroup(2), Ace.Allow(Sid.Everyone, AccessMask.FileAll));
        Assert.Equal(NtStatus.Success,
            await file.SetSecurityDescriptorAsync(everyone.ToArray(), StoreCaller.Service, default));
        Assert.Equal("777", Run("stat", "-c", "%a", _folder.Combine("f")));
    }

    [Fact]
    public async Task Inheritable_entries_become_the_default_ACL_and_go_with_them()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess,
            "ACLs follow descriptors only where the service acts for others: as root.");
        RequireTool("getfacl");
        var (_, created) = await _store.CreateAsync(
            "d", new StoreCreateOptions { IsDirectory = true }, StoreCaller.Service, default);
        await using var directory = created!;
        var inherit = AceFlags.ObjectInherit | AceFlags.ContainerInherit;
        var descriptor = SecurityDescriptor.Create(Sid.UnixUser(0), Sid.UnixGroup(0),
            Ace.Allow(Sid.UnixUser(1), AccessMask.FileAll, inherit),
                Ace.Allow(Sid.Everyone, AccessMask.FileGenericRead, inherit));
        Assert.Equal(NtStatus.Success,
            await directory.SetSecurityDescriptorAsync(descriptor.ToArray(), StoreCaller.Service, default));
        Assert.Equal("user::rwx\nuser:1:rwx\ngroup::r-x\nmask::rwx\nother::r-x",
            Run("getfacl", "-npcd", _folder.Combine("d")));

        descriptor = SecurityDescriptor.Create(
            Sid.UnixUser(0), Sid.UnixGroup(0), Ace.Allow(Sid.Everyone, AccessMask.FileAll));
        Assert.Equal(NtStatus.Success,
            await directory.SetSecurityDescriptorAsync(descriptor.ToArray(), StoreCaller.Service, default));
        Assert.Equal("", Run("getfacl", "-npcd", _folder.Combine("d")));
        Assert.Equal(descriptor, await DescriptorAsync("d"));
    }

    private static void RequireTool(string name) => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, name))),
        $"{name} is not installed (Debian: acl).");

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }

    private async Task<NtStatus> OpenAsync(string path, StoreCaller caller, StoreAccess access)
    {
        var (status, file) = await _store.OpenAsync(path, new StoreOpenOptions(access), caller, default);
        if (file is not null)
            await file.DisposeAsync();
        return status;
    }

    private async Task<IStoreFile> CreateAsync(string path)
    {
        var (status, file) = await _store.CreateAsync(path, new StoreCreateOptions(), StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private async Task<SecurityDescriptor> DescriptorAsync(string path)
    {
        var (status, file) = await _store.OpenAsync(path, default, StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        await using (file)
        {
            (status, var bytes) = await file!.GetSecurityDescriptorAsync(default);
            Assert.Equal(NtStatus.Success, status);
            Assert.True(SecurityDescriptor.TryRead(bytes, out var descriptor));
            return descriptor;
        }
    }
}
