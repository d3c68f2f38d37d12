using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Client.Tests;

public sealed class SessionTests
{
    public static TheoryData<Dialect, Protection> All => ClientFixture.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_file_is_written_and_read_in_every_dialect(Dialect dialect, Protection protection)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(ClientFixture.OptionsFor(dialect, protection));
        SmbTree tree = await fixture.ConnectTreeAsync();
        byte[] content = new byte[300_000]; // More than a credit's worth, and in 2.0.2 several requests.
        Random.Shared.NextBytes(content);

        await using (SmbFile file = await tree.OpenAsync("a.bin", SmbOpenOptions.ReadWrite))
        {
            await file.WriteAsync(1000, content);
            await file.FlushAsync();
        }

        await using SmbFile again = await tree.OpenAsync("a.bin");
        byte[] read = new byte[content.Length + 5000];
        Assert.Equal(content.Length + 1000, await again.ReadAsync(0, read));
        Assert.Equal(content, read.AsSpan(1000, content.Length));
        Assert.Equal(content.Length + 1000, again.LengthWhenOpened);
        Assert.Equal(dialect, tree.Session.Connection.Dialect);
        Assert.Equal(protection == Protection.Encrypted, tree.EncryptData);
        Assert.Equal(protection == Protection.Signed, tree.Session.SigningRequired);
    }

    [Theory]
    [InlineData(SigningAlgorithm.HmacSha256)]
    [InlineData(SigningAlgorithm.AesCmac)]
    [InlineData(SigningAlgorithm.AesGmac)]
    public async Task Every_signing_algorithm_works(SigningAlgorithm algorithm)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { SigningAlgorithms = [algorithm] });
        SmbTree tree = await fixture.ConnectTreeAsync();

        await tree.CreateDirectoryAsync("folder");

        Assert.Equal(algorithm, tree.Session.Connection.SigningAlgorithm);
    }

    [Theory]
    [InlineData(EncryptionAlgorithm.Aes128Ccm)]
    [InlineData(EncryptionAlgorithm.Aes128Gcm)]
    [InlineData(EncryptionAlgorithm.Aes256Ccm)]
    [InlineData(EncryptionAlgorithm.Aes256Gcm)]
    public async Task Every_cipher_works(EncryptionAlgorithm cipher)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { Ciphers = [cipher], RequireEncryption = true });
        SmbTree tree = await fixture.ConnectTreeAsync();

        await tree.CreateDirectoryAsync("folder");

        Assert.Equal(cipher, tree.Session.Connection.Cipher);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_and_the_connection_goes_on()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbConnection connection = await fixture.ConnectAsync();
        using SmbCredential wrong = SmbCredential.FromPassword(TestServer.User, "wrong");

        var refusal = await Assert.ThrowsAsync<SmbException>(async () => await connection.LogOnAsync(wrong));

        Assert.Equal(NtStatus.LogonFailure, refusal.Status);
        await using SmbSession session = await connection.LogOnAsync(ClientFixture.Credential);
    }

    [Fact]
    public async Task A_share_that_is_not_there_is_refused_by_name()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbSession session = await fixture.LogOnAsync();

        var refusal = await Assert.ThrowsAsync<SmbException>(async () => await session.ConnectTreeAsync("nowhere"));

        Assert.Equal(NtStatus.BadNetworkName, refusal.Status);
        Assert.Contains("nowhere", refusal.Message, StringComparison.Ordinal);
    }

    [Fact] // Two sessions over one connection have different keys.
    public async Task Sessions_share_a_connection()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { RequireEncryption = true });
        SmbConnection connection = await fixture.ConnectAsync();
        await using SmbSession one = await connection.LogOnAsync(ClientFixture.Credential);
        await using SmbSession two = await connection.LogOnAsync(ClientFixture.Credential);

        await using SmbTree first = await one.ConnectTreeAsync(TestServer.Share);
        await using SmbTree second = await two.ConnectTreeAsync(TestServer.Share);

        await first.CreateDirectoryAsync("folder");
        await second.DeleteAsync("folder");
        Assert.NotEqual(one.SessionId, two.SessionId);
    }

    [Theory]
    [InlineData(Dialect.Smb300, Protection.Signed)]
    [InlineData(Dialect.Smb311, Protection.Plain)]
    [InlineData(Dialect.Smb311, Protection.Signed)]
    [InlineData(Dialect.Smb311, Protection.Encrypted)]
    public async Task A_session_is_carried_by_several_connections(Dialect dialect, Protection protection)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(ClientFixture.OptionsFor(dialect, protection));
        SmbTree tree = await fixture.ConnectTreeAsync();
        SmbConnection second = await fixture.ConnectAsync();
        await tree.Session.BindAsync(second, ClientFixture.Credential);
        SmbFile file = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => file.WriteAsync((ulong)i, new byte[] { (byte)i }).AsTask()));
        byte[] read = new byte[64];
        await file.ReadAsync(0, read);
        await second.DisposeAsync(); // What is left carries on.
        await file.FlushAsync();
        await file.CloseAsync();

        Assert.Equal(Enumerable.Range(0, 64).Select(i => (byte)i), read);
        Assert.Equal(2, tree.Session.ChannelCount);
    }
}
