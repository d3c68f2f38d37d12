using System.Buffers.Binary;
using System.Net;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;
using Symbio.Transport;
using Symbio.Transport.InMemory;

namespace Symbio.Client.Tests;

/// <summary>A server, or somebody in between, who sends what is not right: one clear error, and the connection is over.</summary>
public sealed class HostileServerTests
{
    private const int FlagsAt = 16;
    private const int CommandAt = 12;
    private const int MessageIdAt = 24;

    [Fact]
    public async Task A_flipped_bit_in_a_signed_response_ends_the_connection() =>
        await EndsAsync(new(), frame => frame[^1] ^= 1, "signature");

    [Fact]
    public async Task A_flipped_bit_in_an_encrypted_response_ends_the_connection() =>
        await EndsAsync(new() { RequireEncryption = true }, frame => frame[^1] ^= 1, "decrypt");

    [Fact]
    public async Task A_response_without_its_signature_ends_the_connection() =>
        await EndsAsync(new(), frame => frame[FlagsAt] &= 0xF7, "without a signature");

    [Fact]
    public async Task A_response_to_nothing_ends_the_connection() =>
        await EndsAsync(new(), frame => frame[MessageIdAt + 3] = 9, "not made");

    [Fact]
    public async Task A_response_to_something_else_ends_the_connection() =>
        await EndsAsync(
            new() { RequireSigning = false }, frame => frame[CommandAt] = (byte)Smb2Command.Flush, "answered a Echo");

    [Fact]
    public async Task What_is_no_SMB2_ends_the_connection() =>
        await EndsAsync(new(), frame => frame[0] = 0, "no SMB2");

    [Fact]
    public async Task A_malformed_chain_ends_the_connection() =>
        await EndsAsync(
            new(), frame => BinaryPrimitives.WriteUInt32LittleEndian(frame[20..], 0xFFFFFFF8), "compounded");

    [Fact] // [MS-SMB2] 3.2.5.2: the preauthentication hash.
    public async Task A_changed_negotiation_is_found_out_in_3_1_1()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbConnection connection = await fixture.ConnectAsync(
            t => new Tampering(t, static (frame, n) => Change(frame, n == 1, 64 + 2)) { IsOn = true });

        var end = await Assert.ThrowsAsync<SmbConnectionException>(async () => await connection.LogOnAsync(ClientFixture.Credential));

        Assert.Contains("negotiation", end.Message, StringComparison.Ordinal);
        Assert.False(connection.IsAlive);
    }

    [Fact] // [MS-SMB2] 3.2.5.14.12: what NEGOTIATE said is confirmed under a signature.
    public async Task A_changed_negotiation_is_found_out_in_3_0_2()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { MaxDialect = Dialect.Smb302 });
        SmbConnection connection = await fixture.ConnectAsync(
            t => new Tampering(t, static (frame, n) => Change(frame, n == 1, 64 + 24)) { IsOn = true }); // Capabilities.
        await using SmbSession session = await connection.LogOnAsync(ClientFixture.Credential);

        var end = await Assert.ThrowsAsync<SmbConnectionException>(async () => await session.ConnectTreeAsync(TestServer.Share));

        Assert.Contains("another negotiation", end.Message, StringComparison.Ordinal);
    }

    [Theory] // [MS-SMB2] 3.2.5.3.1: or who has no key at all could answer in the server's place.
    [InlineData(Dialect.Smb210, SessionFlags.IsNull)]
    [InlineData(Dialect.Smb302, SessionFlags.IsNull)]
    [InlineData(Dialect.Smb311, SessionFlags.IsNull)]
    [InlineData(Dialect.Smb311, SessionFlags.IsNull | SessionFlags.EncryptData)]
    [InlineData(Dialect.Smb311, SessionFlags.None)]
    public async Task A_user_does_not_become_nobody_by_a_word_of_the_server(Dialect dialect, SessionFlags flags)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { MaxDialect = dialect });
        SmbConnection connection = await fixture.ConnectAsync(t => EndsLogonWith(t, flags));

        await Assert.ThrowsAsync<SmbConnectionException>(async () => await connection.LogOnAsync(ClientFixture.Credential));

        Assert.False(connection.IsAlive);
    }

    [Fact]
    public async Task A_user_becomes_a_guest_only_where_that_is_allowed()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbConnection connection = await fixture.ConnectAsync(t => EndsLogonWith(t, SessionFlags.IsGuest));

        var refusal = await Assert.ThrowsAsync<SmbException>(async () => await connection.LogOnAsync(ClientFixture.Credential));

        Assert.Equal(NtStatus.LogonFailure, refusal.Status);
    }

    [Fact]
    public async Task Who_means_to_be_nobody_may_be()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(configure: o => o with { AllowAnonymous = true });
        SmbConnection connection = await fixture.ConnectAsync();

        await using SmbSession session = await connection.LogOnAsync(SmbCredential.Anonymous);

        Assert.False(session.HasKeys || session.SigningRequired);
    }

    [Theory] // With neither a cipher nor a key for one.
    [InlineData(Dialect.Smb210, SessionFlags.EncryptData)]
    [InlineData(Dialect.Smb311, SessionFlags.EncryptData | SessionFlags.IsGuest)]
    public async Task Encryption_that_cannot_be_ends_the_connection(Dialect dialect, SessionFlags flags)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(
            new() { MaxDialect = dialect, AllowGuest = true, RequireSigning = false });
        SmbConnection connection = await fixture.ConnectAsync(t => EndsLogonWith(t, flags));

        var end = await Assert.ThrowsAsync<SmbConnectionException>(async () =>
        {
            SmbSession session = await connection.LogOnAsync(ClientFixture.Credential);
            await session.ConnectTreeAsync(TestServer.Share);
        });

        Assert.Contains("encrypted", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_server_is_taken_for_dead()
    {
        var clock = new ManualClock();
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { TimeProvider = clock });
        Tampering line = null!;
        SmbConnection connection = await fixture.ConnectAsync(t => line = new Tampering(t, static (_, _) => { }));
        line.IsSilent = true;
        Task waits = connection.EchoAsync().AsTask();

        for (int i = 0; i < 6; i++)
            clock.Advance(TimeSpan.FromSeconds(15));

        var end = await Assert.ThrowsAsync<SmbConnectionException>(() => waits);
        Assert.Contains("has not answered", end.Message, StringComparison.Ordinal);
    }

    [Theory] // STATUS_PENDING says that the answer may take any time, not that the server may be gone.
    [InlineData(false, 4)] // An ECHO asks after a minute, and is waited for as long.
    [InlineData(true, 0)] // The answer to a CANCEL may not take any time.
    public async Task A_server_that_goes_silent_while_a_lock_waits_is_taken_for_dead(bool cancels, int quarters)
    {
        var clock = new ManualClock();
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { TimeProvider = clock });
        (_, Tampering line, Task waits, CancellationTokenSource cancellation) = await WaitForLockAsync(fixture);
        line.IsSilent = true;
        if (cancels)
            await cancellation.CancelAsync();

        for (int i = 0; i < quarters + 3; i++)
            clock.Advance(TimeSpan.FromSeconds(15));
        Assert.False(waits.IsCompleted);
        for (int i = 0; i < 3; i++)
            clock.Advance(TimeSpan.FromSeconds(15));

        var end = await Assert.ThrowsAsync<SmbConnectionException>(() => waits.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("has not answered", end.Message, StringComparison.Ordinal);
        cancellation.Dispose();
    }

    [Fact]
    public async Task A_lock_may_wait_for_ever_while_the_server_is_there()
    {
        var clock = new ManualClock();
        await using ClientFixture fixture = await ClientFixture.StartAsync(new() { TimeProvider = clock });
        (SmbConnection connection, _, Task waits, CancellationTokenSource cancellation) = await WaitForLockAsync(fixture);

        for (int i = 0; i < 40; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(15));
            while (connection.InFlight > 1) // An ECHO.
                await Task.Delay(1);
        }

        Assert.False(waits.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        cancellation.Dispose();
    }

    [Fact]
    public async Task Everything_under_way_ends_with_the_connection()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        SmbTree tree = await fixture.ConnectTreeAsync();
        SmbFile one = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        SmbFile two = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        await one.LockAsync(new LockElement[] { new(0, 10, LockFlags.ExclusiveLock | LockFlags.FailImmediately) });
        Task waits = two.LockAsync(new LockElement[] { new(5, 1, LockFlags.ExclusiveLock) }).AsTask();

        await tree.Session.Connection.DisposeAsync();

        await Assert.ThrowsAsync<SmbConnectionException>(() => waits);
        await Assert.ThrowsAsync<SmbConnectionException>(async () => await one.FlushAsync());
        await one.DisposeAsync(); // Which is no error.
    }

    [Fact]
    public async Task Random_changes_never_hang_or_leak()
    {
        var random = new Random(20261121);
        for (int round = 0; round < 150; round++)
        {
            await using ClientFixture fixture = await ClientFixture.StartAsync(
                new() { RequireSigning = false, RequireEncryption = round % 4 == 0 });
            var line = default(Tampering);
            SmbConnection connection = await fixture.ConnectAsync(t => line = new Tampering(t, (frame, _) =>
            {
                if (random.Next(3) == 0)
                    frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
            }));
            await using SmbSession session = await connection.LogOnAsync(ClientFixture.Credential);
            await using SmbTree tree = await session.ConnectTreeAsync(TestServer.Share);
            line!.IsOn = true;
            try
            {
                for (int i = 0; i < 20; i++)
                {
                    await using SmbFile file = await tree.OpenAsync($"f{i}", SmbOpenOptions.ReadWrite);
                    await file.WriteAsync(0, new byte[1000]);
                    using (await file.ReadBufferAsync(0, 1000))
                    {
                    }

                    _ = await file.QueryInfoAsync<Protocol.Fscc.FileAllInformation>();
                    await using SmbFile root = await tree.OpenAsync("", SmbOpenOptions.Directory);
                    await foreach (SmbDirectoryEntry entry in root.ListAsync())
                        Assert.NotNull(entry);
                }
            }
            catch (IOException)
            {
                // A refusal or the end of the connection: both are what they should be.
            }
        }
    }

    private static async Task EndsAsync(SmbClientOptions options, Tamper tamper, string reason)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(options);
        Tampering line = null!;
        SmbConnection connection = await fixture.ConnectAsync(t => line = new Tampering(t, (frame, _) => tamper(frame)));
        await using SmbSession session = await connection.LogOnAsync(ClientFixture.Credential);
        await using SmbTree tree = await session.ConnectTreeAsync(TestServer.Share);
        line.IsOn = true;

        // An ECHO is nobody's, and so not signed; a FLUSH of no file is refused, under the session's protection.
        var end = await Assert.ThrowsAsync<SmbConnectionException>(async () =>
        {
            if (options.RequireSigning || options.RequireEncryption)
                await tree.StatAsync("nothing");
            else
                await connection.EchoAsync();
        });

        Assert.Contains(reason, end.Message, StringComparison.Ordinal);
        Assert.False(connection.IsAlive);
        Assert.Same(end, await Assert.ThrowsAsync<SmbConnectionException>(async () => await connection.EchoAsync()));
    }

    /// <summary>The last message of a logon is not signed, and says this.</summary>
    private static Tampering EndsLogonWith(IMessageTransport transport, SessionFlags flags) => new(
        transport,
        (frame, n) =>
        {
            if (n != 3)
                return;
            frame[FlagsAt] &= 0xF7;
            BinaryPrimitives.WriteUInt16LittleEndian(frame[(Smb2Header.Size + 2)..], (ushort)flags);
        })
    {
        IsOn = true,
    };

    /// <summary>A lock that waits for another one, and has been told so.</summary>
    private static async Task<(SmbConnection Connection, Tampering Line, Task Waits, CancellationTokenSource Cancellation)>
        WaitForLockAsync(ClientFixture fixture)
    {
        Tampering line = null!;
        SmbConnection connection = await fixture.ConnectAsync(t => line = new Tampering(t, static (_, _) => { }));
        SmbSession session = await connection.LogOnAsync(ClientFixture.Credential);
        SmbTree tree = await session.ConnectTreeAsync(TestServer.Share);
        SmbFile one = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        SmbFile two = await tree.OpenAsync("a", SmbOpenOptions.ReadWrite);
        await one.LockAsync(new LockElement[] { new(0, 10, LockFlags.ExclusiveLock | LockFlags.FailImmediately) });
        var cancellation = new CancellationTokenSource();
        int received = line.Received;
        Task waits = two.LockAsync(new LockElement[] { new(5, 1, LockFlags.ExclusiveLock) }, cancellation.Token).AsTask();
        while (line.Received == received) // STATUS_PENDING.
            await Task.Delay(1);
        await connection.EchoAsync(); // It has been taken.
        return (connection, line, waits, cancellation);
    }

    private static void Change(Span<byte> frame, bool condition, int at)
    {
        if (condition)
            frame[at] ^= 1;
    }

    private delegate void Tamper(Span<byte> frame);

    private delegate void TamperNth(Span<byte> frame, int number);

    /// <summary>Somebody between the server and the client.</summary>
    private sealed class Tampering(IMessageTransport transport, TamperNth tamper) : IMessageTransport
    {
        private int _received;

        public int Received => Volatile.Read(ref _received);

        public bool IsOn { get; set; }

        public bool IsSilent { get; set; }

        public EndPoint? RemoteEndPoint => transport.RemoteEndPoint;

        public EndPoint? LocalEndPoint => transport.LocalEndPoint;

        public async ValueTask<Frame?> ReceiveAsync(int maxLength, CancellationToken cancellationToken)
        {
            while (true)
            {
                Frame? frame = await transport.ReceiveAsync(maxLength, cancellationToken);
                if (frame is null)
                    return null;
                _received++;
                if (IsSilent)
                {
                    frame.Dispose();
                    continue;
                }

                if (IsOn)
                    tamper(frame.Span, _received);
                return frame;
            }
        }

        public ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken cancellationToken) =>
            transport.SendAsync(frames, cancellationToken);

        public void Abort() => transport.Abort();

        public ValueTask DisposeAsync() => transport.DisposeAsync();
    }
}
