using System.Security.Cryptography;
using Symbio.Client;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;

namespace Symbio.Interop.Tests.Client;

/// <summary>Debian's smbd, whatever server the other tests are run against.</summary>
public sealed class SambaServer : IAsyncLifetime
{
    internal SambaProcess Process { get; } = new(new ServerSetup
    {
        RequireSigning = false,
        SambaGlobal = "server multi channel support = yes",
    });

    public async ValueTask InitializeAsync()
    {
        if (Peers.Find("smbd") is not null)
            await Process.StartAsync();
    }

    public async ValueTask DisposeAsync() => await Process.DisposeAsync();
}

/// <summary>Symbio's client and Samba's server.</summary>
public sealed class SambaTests(SambaServer fixture) : IClassFixture<SambaServer>
{
    /// <summary>Every dialect with every protection that it has.</summary>
    public static TheoryData<Dialect, Protection> All
    {
        get
        {
            var all = new TheoryData<Dialect, Protection>();
            foreach (Dialect dialect in new[] { Dialect.Smb202, Dialect.Smb210, Dialect.Smb300, Dialect.Smb302, Dialect.Smb311 })
            {
                all.Add(dialect, Protection.Plain);
                all.Add(dialect, Protection.Signed);
                if (dialect >= Dialect.Smb300)
                    all.Add(dialect, Protection.Encrypted);
            }

            return all;
        }
    }

    private static SmbCredential Credential { get; } = SmbCredential.FromPassword(Accounts.User, Accounts.Password);

    [Theory]
    [MemberData(nameof(All))]
    public async Task Files_are_written_read_listed_renamed_and_deleted(Dialect dialect, Protection protection)
    {
        Peers.Require("smbd");
        await using SmbConnection connection = await ConnectAsync(OptionsFor(dialect, protection));
        await using SmbSession session = await connection.LogOnAsync(Credential);
        await using SmbTree tree = await session.ConnectTreeAsync(ShareNames.Files);
        string folder = $"{dialect}-{protection}";
        await tree.CreateDirectoryAsync(folder);
        byte[] content = RandomNumberGenerator.GetBytes(3 << 20);

        await using (SmbFile file = await tree.OpenAsync($@"{folder}\a", SmbOpenOptions.ReadWrite))
        {
            await Task.WhenAll(Enumerable.Range(0, 48).Select(
                i => file.WriteAsync((ulong)i << 16, content.AsMemory(i << 16, 1 << 16)).AsTask()));
            await file.FlushAsync();
            Assert.Equal(content.Length, (await file.QueryInfoAsync<FileStandardInformation>()).EndOfFile);
            byte[] read = new byte[content.Length];
            Assert.Equal(content.Length, await file.ReadAsync(0, read));
            Assert.Equal(content, read);
        }

        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(fixture.Process.PathOf(ShareNames.Files), folder, "a")));
        Assert.Equal(content.Length, (await tree.StatAsync($@"{folder}\a")).EndOfFile);
        await tree.RenameAsync($@"{folder}\a", $@"{folder}\b");
        await using (SmbFile directory = await tree.OpenAsync(folder, SmbOpenOptions.Directory))
        {
            var names = new List<string>();
            await foreach (SmbDirectoryEntry entry in directory.ListAsync())
                names.Add(entry.Name);
            Assert.Equal([".", "..", "b"], names.Order());
        }

        await tree.DeleteAsync($@"{folder}\b");
        Assert.Equal(NtStatus.ObjectNameNotFound, (await tree.TryStatAsync($@"{folder}\b")).Status);
        await tree.DeleteAsync(folder);
        Assert.Equal(dialect, connection.Dialect);
        Assert.Equal(protection == Protection.Encrypted, tree.EncryptData);
    }

    [Fact]
    public async Task A_session_is_carried_by_several_connections()
    {
        Peers.Require("smbd");
        SmbClientOptions options = OptionsFor(Dialect.Smb311, Protection.Signed);
        await using SmbConnection first = await ConnectAsync(options);
        await using SmbConnection second = await ConnectAsync(options);
        await using SmbSession session = await first.LogOnAsync(Credential);
        await session.BindAsync(second, Credential);
        await using SmbTree tree = await session.ConnectTreeAsync(ShareNames.Files);
        await using SmbFile file = await tree.OpenAsync("channels", SmbOpenOptions.Overwrite);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => file.WriteAsync((ulong)i, new[] { (byte)i }).AsTask()));

        byte[] read = new byte[200];
        Assert.Equal(200, await file.ReadAsync(0, read));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (byte)i), read);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        Peers.Require("smbd");
        await using SmbConnection connection = await ConnectAsync(new SmbClientOptions());
        using SmbCredential wrong = SmbCredential.FromPassword(Accounts.User, "wrong");

        var refusal = await Assert.ThrowsAsync<SmbException>(async () => await connection.LogOnAsync(wrong));

        Assert.Equal(NtStatus.LogonFailure, refusal.Status);
    }

    private static SmbClientOptions OptionsFor(Dialect dialect, Protection protection) => new()
    {
        MaxDialect = dialect,
        RequireSigning = protection == Protection.Signed,
        RequireEncryption = protection == Protection.Encrypted,
    };

    private ValueTask<SmbConnection> ConnectAsync(SmbClientOptions options) =>
        SmbConnection.ConnectAsync(fixture.Process.Address, fixture.Process.Port, options);
}
