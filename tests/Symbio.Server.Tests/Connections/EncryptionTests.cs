using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

/// <summary>Decrypting, [MS-SMB2] 3.3.5.2.1.1, encrypting, 3.3.4.1.4, and who must: 3.3.5.2.9 and 3.3.5.2.11.</summary>
public sealed class EncryptionTests
{
    private const string Secret = "secret";

    private static readonly FileId Last = new(ulong.MaxValue, ulong.MaxValue);

    [Theory]
    [InlineData(EncryptionAlgorithm.Aes128Ccm)]
    [InlineData(EncryptionAlgorithm.Aes128Gcm)]
    [InlineData(EncryptionAlgorithm.Aes256Ccm)]
    [InlineData(EncryptionAlgorithm.Aes256Gcm)]
    public async Task Every_cipher_carries_small_and_large_messages(EncryptionAlgorithm cipher)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(
            options: new PeerOptions { Encrypt = true, Ciphers = [cipher] });
        FileId file = await peer.OpenAsync("a.txt");
        byte[] data = new byte[300_001];
        new Random(1).NextBytes(data);

        await peer.WriteAsync(file, 0, data);
        Reply reply = await peer.ReadAsync(file, 0, (uint)data.Length);

        Assert.True(reply.WasEncrypted);
        Assert.Equal(data, reply.As<ReadResponse>().Data.ToArray());
        Assert.Empty(server.Log.Errors);
    }

    [Theory]
    [InlineData(Dialect.Smb300)]
    [InlineData(Dialect.Smb311)]
    public async Task A_session_that_is_encrypted_takes_nothing_in_the_clear(Dialect dialect)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { Encryption = EncryptionMode.Required });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(dialect);
        Reply logon = await peer.LogOnAsync(TestServer.User, TestServer.Password);

        Reply plain = await peer.TreeConnectAsync(TestServer.Share);
        peer.Options = peer.Options with { Encrypt = true };
        Reply encrypted = await peer.TreeConnectAsync(TestServer.Share);

        Assert.Equal(SessionFlags.EncryptData, logon.As<SessionSetupResponse>().SessionFlags);
        Assert.Equal(NtStatus.AccessDenied, plain.Status);
        Assert.Equal((NtStatus.Success, true), (encrypted.Status, encrypted.WasEncrypted));
    }

    [Theory] // RejectUnencryptedAccess is about those who cannot encrypt.
    [InlineData(Dialect.Smb210, NtStatus.Success)]
    [InlineData(Dialect.Smb300, NtStatus.AccessDenied)]
    [InlineData(Dialect.Smb311, NtStatus.AccessDenied)]
    public async Task Who_can_encrypt_must_where_others_need_not(Dialect dialect, NtStatus inTheClear)
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Encryption = EncryptionMode.Required, RejectUnencryptedAccess = false });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(dialect);
        await peer.LogOnAsync(TestServer.User, TestServer.Password);

        Assert.Equal(inTheClear, (await peer.TreeConnectAsync(TestServer.Share)).Status);
    }

    [Fact]
    public async Task A_share_that_is_encrypted_takes_nothing_in_the_clear()
    {
        await using TestServer server = await StartWithSecretShareAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(share: Secret);

        Reply plain = await peer.CreateAsync("a.txt");
        peer.Options = peer.Options with { Encrypt = true };
        Reply encrypted = await peer.CreateAsync("a.txt");

        Assert.Equal(NtStatus.AccessDenied, plain.Status);
        Assert.Equal(NtStatus.Success, encrypted.Status);
    }

    [Theory] // 3.3.5.7
    [InlineData(Dialect.Smb210)]
    [InlineData(Dialect.Smb311)]
    public async Task A_client_that_cannot_encrypt_does_not_reach_an_encrypted_share(Dialect dialect)
    {
        await using TestServer server = await StartWithSecretShareAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(
            dialect, options: new PeerOptions { Ciphers = [(EncryptionAlgorithm)0x77] });

        Assert.Equal(NtStatus.AccessDenied, (await peer.TreeConnectAsync(Secret)).Status);
    }

    [Theory] // 3.3.5.5
    [InlineData(Dialect.Smb202)]
    [InlineData(Dialect.Smb302)]
    public async Task A_client_that_cannot_encrypt_does_not_log_on_where_all_is_encrypted(Dialect dialect)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { Encryption = EncryptionMode.Required });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(dialect, new PeerOptions { Capabilities = Capabilities.None });

        Assert.Equal(NtStatus.AccessDenied, (await peer.LogOnAsync(TestServer.User, TestServer.Password)).Status);
    }

    [Theory]
    [InlineData(20)] // The nonce.
    [InlineData(5)] // The tag.
    [InlineData(60)] // The message.
    public async Task A_message_that_does_not_decrypt_ends_the_connection(int changed)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] frame = Encrypted(peer, peer.Build(new EchoRequest(), false), peer.SessionId);
        frame[changed] ^= 1;

        await peer.SendFrameAsync(frame);

        Assert.True(await peer.IsClosedAsync());
        Assert.Empty(server.Log.Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_for_a_session_without_keys_ends_the_connection(bool unfinished)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        ulong sessionId = 4711;
        if (unfinished)
        {
            PeerSession session = peer.Session;
            peer.Session = default;
            sessionId = (await peer.SendAsync(new SessionSetupRequest(
                SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0,
                (byte[])[.. "NTLMSSP\0"u8, 1, 0, 0, 0, 0x97, 0x82, 0x08, 0xE2, .. new byte[24]]))).Header.SessionId;
            peer.Session = session;
        }

        await peer.SendFrameAsync(Encrypted(peer, peer.Build(new EchoRequest(), false), sessionId));

        Assert.True(await peer.IsClosedAsync());
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // 3.3.5.2.9; Samba's and Windows' answer rather than the section's disconnect.
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_sessions_key_does_not_open_another_session(bool reauthenticates)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Encrypt = true });
        PeerSession first = peer.Session;
        peer.Options = peer.Options with { Encrypt = false };
        peer.Session = default;
        await peer.LogOnAsync(TestServer.User, TestServer.Password);
        PeerSession second = peer.Session;

        // The transform header and the key are the first session's, the message says it is the second's.
        byte[] message = reauthenticates
            ? peer.Build(new SessionSetupRequest(
                SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, new byte[8]), false)
            : peer.Build(new TreeConnectRequest(TreeConnectFlags.None, Encoding.Unicode.GetBytes(@"\\a\files")), false);
        peer.Session = first;
        await peer.SendFrameAsync(Encrypted(peer, message, first.SessionId));

        Reply reply = await peer.WaitAsync(peer.NextMessageId - 1);
        Assert.Equal(NtStatus.AccessDenied, reply.Status);
        peer.Session = second;
        Assert.Equal(NtStatus.Success, (await peer.TreeConnectAsync(TestServer.Share)).Status);
    }

    [Fact] // 3.3.5.2.4: what was decrypted has been proved genuine already.
    public async Task A_signature_inside_an_encrypted_message_does_not_matter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] message = peer.Build(ScriptedPeer.Create("a.txt"), signs: true);
        message[50] ^= 1;

        await peer.SendFrameAsync(message, encrypt: true);
        Reply reply = await peer.WaitAsync(peer.NextMessageId - 1);

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.True(reply.WasEncrypted);
        Assert.Equal(Smb2HeaderFlags.None, reply.Header.Flags & Smb2HeaderFlags.Signed);
    }

    [Fact]
    public async Task An_encrypted_compound_is_answered_encrypted()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Encrypt = true });

        ulong id = await peer.PostCompoundAsync(
            true,
            () => peer.Build(ScriptedPeer.Create("a.txt"), false),
            () => peer.Build(new CloseRequest(CloseFlags.PostqueryAttrib, Last), false));

        Reply create = await peer.WaitAsync(id);
        Reply close = await peer.WaitAsync(id + 1);
        Assert.Equal((NtStatus.Success, true), (create.Status, create.WasEncrypted));
        Assert.Equal((NtStatus.Success, true), (close.Status, close.WasEncrypted));
    }

    [Fact]
    public async Task Interim_and_final_response_of_an_encrypted_request_are_encrypted()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Encrypt = true });
        FileId first = await peer.OpenAsync("a.txt");
        FileId second = await peer.OpenAsync("a.txt");
        await peer.LockAsync(first, new LockElement(0, 1, LockFlags.ExclusiveLock));

        ulong id = await peer.PostAsync(new LockRequest(0, 0, second, new LockElement(0, 1, LockFlags.ExclusiveLock)));
        Reply interim = await peer.WaitAsync(id, acceptInterim: true);
        await peer.CancelAsync(id, interim.Header.AsyncId);
        Reply final = await peer.WaitAsync(id);

        Assert.Equal((NtStatus.Pending, true), (interim.Status, interim.WasEncrypted));
        Assert.Equal((NtStatus.Cancelled, true), (final.Status, final.WasEncrypted));
    }

    private static byte[] Encrypted(ScriptedPeer peer, byte[] message, ulong sessionId)
    {
        byte[] frame = new byte[52 + message.Length];
        message.CopyTo(frame, 52);
        peer.Session.Encryptor!.Encrypt(frame, sessionId);
        return frame;
    }

    private static ValueTask<TestServer> StartWithSecretShareAsync() => TestServer.StartAsync(o => o with
    {
        Shares =
        [
            .. o.Shares,
            new ShareOptions { Name = Secret, Store = new MemoryFileStore(new MemoryStoreOptions()), EncryptData = true },
        ],
    });
}
