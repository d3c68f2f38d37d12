using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Tests.Posix;

/// <summary>Acting for Unix accounts: only root can.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed partial class CallerTests : IAsyncDisposable
{
    private static readonly StoreCaller s_nobody = new(65534, 65534, []);
    private static readonly StoreCaller s_daemon = new(1, 1, [65534]);

    private readonly TemporaryFolder _folder = new();
    private readonly PosixFileStore _store;

    public CallerTests()
    {
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_111_111);
        _store = PosixFileStore.Open(_folder.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_caller_makes_is_the_caller_s()
    {
        RequireRoot();
        Assert.Equal(NtStatus.Success, await CreateAsync("file", s_daemon));
        Assert.Equal(NtStatus.Success, await CreateAsync("directory", s_nobody, directory: true));
        Assert.Equal(NtStatus.Success, await CreateAsync("service", StoreCaller.Service));

        Assert.Equal("1:1", OwnerOf("file"));
        Assert.Equal("65534:65534", OwnerOf("directory"));
        Assert.Equal("0:0", OwnerOf("service"));
    }

    [Fact] // Threads keep the groups of whom they acted for last: for the next one that must not show.
    public async Task Callers_in_turn_each_have_their_own_group()
    {
        RequireRoot();
        StoreCaller[] callers = [s_nobody, s_daemon, StoreCaller.Service, s_nobody with { Gid = 1 }];
        string[] owners = ["65534:65534", "1:1", "0:0", "65534:1"];
        for (int i = 0; i < 64; i++)
        {
            int which = (i * 7 / 3) % callers.Length; // Some twice in a row.
            Assert.Equal(NtStatus.Success, await CreateAsync($"file{i}", callers[which]));
            Assert.Equal(owners[which], OwnerOf($"file{i}"));
        }
    }

    [Fact]
    public async Task The_kernel_checks_the_caller_s_rights()
    {
        RequireRoot();
        await CreateAsync("file", s_daemon);
        File.SetUnixFileMode(_folder.Combine("file"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(NtStatus.Success, await OpenAsync("file", StoreAccess.Read, s_daemon));
        Assert.Equal(NtStatus.AccessDenied, await OpenAsync("file", StoreAccess.Read, s_nobody));
        Assert.Equal(NtStatus.AccessDenied, await OpenAsync("FILE", StoreAccess.Write, s_nobody));
        Assert.Equal(NtStatus.Success, await OpenAsync("file", StoreAccess.None, s_nobody));
        Assert.Equal(NtStatus.Success, await OpenAsync("file", StoreAccess.Write, StoreCaller.Service));
    }

    [Fact]
    public async Task Supplementary_groups_count()
    {
        RequireRoot();
        await CreateAsync("file", s_nobody);
        File.SetUnixFileMode(_folder.Combine("file"), UnixFileMode.GroupRead);

        Assert.Equal(NtStatus.Success, await OpenAsync("file", StoreAccess.Read, s_daemon));
        Assert.Equal(NtStatus.AccessDenied, await OpenAsync("file", StoreAccess.Read, s_daemon with { Groups = [] }));
    }

    [Fact]
    public async Task A_directory_that_is_closed_to_the_caller_stays_closed_in_any_case()
    {
        RequireRoot();
        await CreateAsync("private", s_daemon, directory: true);
        File.SetUnixFileMode(
            _folder.Combine("private"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await CreateAsync("private\\File", s_daemon);

        foreach (string path in new[] { "private\\File", "PRIVATE\\FILE", "private\\missing" })
            Assert.Equal(NtStatus.AccessDenied, await OpenAsync(path, StoreAccess.None, s_nobody));
        Assert.Equal(NtStatus.AccessDenied, await CreateAsync("private\\new", s_nobody));
    }

    [Fact]
    public async Task Deleting_renaming_and_linking_ask_the_kernel_too()
    {
        RequireRoot();
        await CreateAsync("d", s_daemon, directory: true);
        await CreateAsync("d\\File", s_daemon);
        var (_, file) = await _store.OpenAsync("d\\file", default, s_nobody, default);
        await using var opened = file!;

        Assert.Equal(NtStatus.AccessDenied, await opened.DeleteAsync(s_nobody, default));
        Assert.Equal(NtStatus.AccessDenied, await opened.RenameAsync("d\\Other", false, s_nobody, default));
        Assert.Equal(NtStatus.AccessDenied, await opened.LinkAsync("d\\Link", false, s_nobody, default));
        Assert.Equal(NtStatus.Success, await opened.LinkAsync("d\\Link", false, s_daemon, default));
        Assert.Equal(NtStatus.Success, await opened.RenameAsync("d\\Other", false, s_daemon, default));
        Assert.Equal(NtStatus.Success, await opened.DeleteAsync(s_daemon, default));
    }

    [Fact]
    public async Task No_thread_keeps_a_caller_s_rights()
    {
        RequireRoot();
        await Parallel.ForAsync(0, 200, async (i, _) =>
        {
            var caller = (i % 3) switch { 0 => s_nobody, 1 => s_daemon, _ => StoreCaller.Service };
            Assert.Equal(NtStatus.Success, await CreateAsync($"file {i}", caller));
            Assert.Equal($"{caller.Uid ?? 0}:{caller.Gid}", OwnerOf($"file {i}"));
        });
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            string? uids = null;
            try
            {
                uids = File.ReadLines(Path.Combine(task, "status")).First(line =>
                    line.StartsWith("Uid:", StringComparison.Ordinal));
            }
            catch (IOException)
            {
                continue; // The thread has ended.
            }

            Assert.Equal("Uid:\t0\t0\t0\t0", uids);
        }
    }

    [Theory] // As chown(2) has it.
    [InlineData(1, 1)]
    [InlineData(65534, 65534)]
    [InlineData(0, 1)]
    [InlineData(42, 1)]
    public async Task The_group_of_a_file_becomes_none_that_the_caller_is_not_in(uint wanted, uint expected)
    {
        RequireRoot();
        var descriptor = SecurityDescriptor.Create(
            Sid.UnixUser(1), Sid.UnixGroup(wanted), Ace.Allow(Sid.Everyone, AccessMask.FileAll));
        var (_, created) = await _store.CreateAsync("f", new StoreCreateOptions(), s_daemon, default);
        await using var file = created!;

        Assert.Equal(NtStatus.Success, await file.SetSecurityDescriptorAsync(descriptor.ToArray(), s_daemon, default));
        Assert.Equal(NtStatus.Success, await CreateAsync("g", s_daemon, descriptor: descriptor));

        Assert.Equal($"1:{expected}", OwnerOf("f"));
        Assert.Equal($"1:{expected}", OwnerOf("g"));
        var (_, stored) = await file.GetSecurityDescriptorAsync(default); // What NT has been told is what it hears.
        Assert.Equal(descriptor.ToArray(), stored.ToArray());
    }

    [Theory] // The kernel takes the bits away, and they must not come back with the mode.
    [InlineData(2, 1)]
    [InlineData(1, 65534)]
    public async Task What_changes_hands_is_no_set_uid_program_any_more(uint owner, uint group)
    {
        RequireRoot();
        var (_, created) = await _store.CreateAsync("f", new StoreCreateOptions(), s_daemon, default);
        await using var file = created!;
        File.SetUnixFileMode(_folder.Combine("f"), (UnixFileMode)0b110_111_101_101);
        var descriptor = SecurityDescriptor.Create(
            Sid.UnixUser(owner), Sid.UnixGroup(group), Ace.Allow(Sid.Everyone, AccessMask.FileAll));

        Assert.Equal(
            NtStatus.Success, await file.SetSecurityDescriptorAsync(descriptor.ToArray(), StoreCaller.Service, default));

        Assert.Equal((UnixFileMode)0b111_111_111, File.GetUnixFileMode(_folder.Combine("f")));
    }

    [Fact] // A thread begins with the credentials of the one that starts it, fsgid and all, and without knowing of them.
    public void A_thread_that_was_started_by_one_that_acted_for_a_caller_makes_files_of_the_service_s_group()
    {
        RequireRoot();
        var account = new ServiceAccount();
        var inheriting = new Thread(() =>
        {
            using (account.Enter(StoreCaller.Service))
                File.Create(_folder.Combine("service")).Dispose();
        });
        var acting = new Thread(() =>
        {
            account.Enter(s_daemon).Dispose();
            inheriting.Start();
        });
        acting.Start();
        acting.Join();
        inheriting.Join();

        Assert.Equal("0:0", OwnerOf("service"));
    }

    [Theory]
    [InlineData(0b011_000_000u)]
    [InlineData(0u)]
    public async Task Who_makes_a_directory_has_it_open_whatever_its_mode(uint mode)
    {
        RequireRoot();
        var options = new StoreCreateOptions { IsDirectory = true, Access = StoreAccess.Read | StoreAccess.Write, Mode = mode };

        var (status, created) = await _store.CreateAsync("d", options, s_daemon, default);

        Assert.Equal(NtStatus.Success, status);
        await using var directory = created!;
        Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(_folder.Combine("d")));
        Assert.Equal("1:1", OwnerOf("d"));
        Assert.Equal((NtStatus.Success, true), await directory.IsEmptyAsync(default));
        Assert.Equal(NtStatus.Success, await directory.FlushAsync(default));
    }

    [Fact] // It would be a program that runs as the service.
    public async Task Nobody_makes_a_set_id_program_of_an_account_that_is_not_their_own()
    {
        const uint setIds = 0xC00;
        StoreCaller forced = new(65534, 65534, []) { IsForced = true };
        foreach ((string name, StoreCaller caller) in ((string, StoreCaller)[])[("service", StoreCaller.Service), ("forced", forced)])
        {
            var options = new StoreCreateOptions { Mode = setIds | 0x1ED };
            var (status, file) = await _store.CreateAsync(name, options, caller, default);
            Assert.Equal(NtStatus.Success, status);
            await using var opened = file!;
            Assert.Equal(0x1EDu, (uint)File.GetUnixFileMode(_folder.Combine(name)));

            Assert.Equal(NtStatus.Success, await opened.SetPosixAsync(new PosixChange(Mode: setIds | 0x1EC), caller, default));
            Assert.Equal(0x1ECu, (uint)File.GetUnixFileMode(_folder.Combine(name)));
            Assert.Equal(NtStatus.AccessDenied, await opened.SetPosixAsync(new PosixChange(Mode: setIds, Uid: 1), caller, default));
            Assert.Equal(NtStatus.AccessDenied, await opened.SetPosixAsync(new PosixChange(Gid: 1), caller, default));
        }
    }

    [Fact]
    public async Task What_is_the_caller_s_own_may_set_ids_of_the_caller_s_group_alone()
    {
        RequireRoot();
        using (var chgrp = System.Diagnostics.Process.Start("chgrp", ["42", _folder.Path]))
            await chgrp.WaitForExitAsync();
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x5FF); // 02777
        StoreCaller member = s_daemon with { Groups = [42] };
        foreach ((string name, StoreCaller caller, uint expected) in
            ((string, StoreCaller, uint)[])[("stranger", s_daemon, 0x9ED), ("member", member, 0xDED)])
        {
            var (status, file) = await _store.CreateAsync(name, new StoreCreateOptions { Mode = 0xDED }, caller, default);
            Assert.Equal(NtStatus.Success, status);
            await file!.DisposeAsync();
            Assert.Equal(expected, (uint)File.GetUnixFileMode(_folder.Combine(name)));
        }
    }

    [Fact] // user.* attributes are written by everybody who may write to the file.
    public async Task A_descriptor_that_a_user_could_have_written_is_not_believed()
    {
        RequireRoot();
        Assert.SkipUnless(NtAclXattr.IsProtected, "security.* cannot be written here.");
        string path = _folder.Combine("f");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        var forged = SecurityDescriptor.Create(
            Sid.UnixUser(1), Sid.UnixGroup(1), Ace.Allow(Sid.UnixUser(1), AccessMask.FileAll));
        byte[] value;
        using (var handle = File.OpenHandle(path))
        {
            Assert.Equal(Errno.None, PosixSecurity.Read((int)handle.DangerousGetHandle(), out var permissions));
            value = new NtAclXattr(forged, SystemAclBlob.Hash(permissions!))
                .Write(FileTime.FromDateTimeOffset(DateTimeOffset.UtcNow));
        }

        Assert.Equal(Errno.None, Libc.SetXattr(Encoding.UTF8.GetBytes(path + "\0"), NtAclXattr.UserName, value, 0));

        Assert.Equal(Sid.UnixUser(0), await OwnerAsync());

        Assert.Equal(Errno.None, Libc.SetXattr(Encoding.UTF8.GetBytes(path + "\0"), NtAclXattr.TrustedName, value, 0));
        Assert.Equal(Sid.UnixUser(1), await OwnerAsync());

        async Task<Sid> OwnerAsync()
        {
            var (_, file) = await _store.OpenAsync("f", new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, default);
            await using (file)
            {
                Assert.True(SecurityDescriptor.TryRead((await file!.GetSecurityDescriptorAsync(default)).Descriptor, out var read));
                return read.Owner!;
            }
        }
    }

    [Fact] // As `symbio serve` works: without CAP_FSETID.
    public async Task A_directory_keeps_set_gid_without_the_power_to_keep_everybody_s()
    {
        RequireRoot();
        string path = _folder.Combine("d");
        Directory.CreateDirectory(path);
        using (var chgrp = System.Diagnostics.Process.Start("chgrp", ["42", path]))
            await chgrp.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, (UnixFileMode)0x5ED); // 02755
        var (_, opened) = await _store.OpenAsync("d", new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, default);
        await using var directory = opened!;
        var descriptor = SecurityDescriptor.Create(
            Sid.UnixUser(0), Sid.UnixGroup(42), Ace.Allow(Sid.Everyone, AccessMask.FileAll));

        Assert.Equal(
            NtStatus.Success,
            WithoutSetIdPower(() => directory.SetSecurityDescriptorAsync(descriptor.ToArray(), StoreCaller.Service, default)));
        Assert.Equal((UnixFileMode)0x5FF, File.GetUnixFileMode(path));

        Assert.Equal(
            NtStatus.Success,
            WithoutSetIdPower(() => directory.SetPosixAsync(new PosixChange(Mode: 0x5F8), StoreCaller.Service, default)));
        Assert.Equal((UnixFileMode)0x5F8, File.GetUnixFileMode(path));
    }

    // On a thread of its own, which cannot take it back. What is done there waits for nothing.
    private static unsafe NtStatus WithoutSetIdPower(Func<ValueTask<NtStatus>> act)
    {
        var status = NtStatus.Unsuccessful;
        var thread = new Thread(() =>
        {
            const uint fsetid = 1 << 4;
            ulong header = 0x20080522; // This thread.
            uint* sets = stackalloc uint[6];
            if (GetCapabilities(&header, sets) != 0)
                return;
            sets[0] &= ~fsetid;
            sets[1] &= ~fsetid;
            if (SetCapabilities(&header, sets) == 0)
                status = act().AsTask().Result;
        });
        thread.Start();
        thread.Join();
        return status;
    }

    [LibraryImport("libc", EntryPoint = "capget")]
    private static unsafe partial int GetCapabilities(ulong* header, uint* sets);

    [LibraryImport("libc", EntryPoint = "capset")]
    private static unsafe partial int SetCapabilities(ulong* header, uint* sets);

    private static void RequireRoot([CallerMemberName] string test = "") =>
        Assert.SkipUnless(Environment.IsPrivilegedProcess, $"{test} needs root to act for other users.");

    private string OwnerOf(string name)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "stat", ["-c", "%u:%g", _folder.Combine(name)]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    private async Task<NtStatus> OpenAsync(string path, StoreAccess access, StoreCaller caller)
    {
        var (status, file) = await _store.OpenAsync(path, new StoreOpenOptions(access), caller, default);
        if (file is not null)
            await file.DisposeAsync();
        return status;
    }

    private async Task<NtStatus> CreateAsync(
        string path, StoreCaller caller, bool directory = false, SecurityDescriptor? descriptor = null)
    {
        var options = new StoreCreateOptions
        {
            IsDirectory = directory,
            SecurityDescriptor = descriptor is null ? (ReadOnlyMemory<byte>?)null : descriptor.ToArray(),
        };
        var (status, file) = await _store.CreateAsync(path, options, caller, default);
        if (file is not null)
            await file.DisposeAsync();
        return status;
    }
}
