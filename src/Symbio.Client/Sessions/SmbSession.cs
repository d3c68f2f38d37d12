using Symbio.Client.Connections;
using Symbio.Client.Sessions;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Signing;

namespace Symbio.Client;

/// <summary>
/// A logon, [MS-SMB2] 3.2.1.3, over one connection or several (<see cref="BindAsync"/>): its requests then go over the one
/// with the least under way. Disposing it logs off; the connections are their owners'.
/// </summary>
public sealed class SmbSession : IAsyncDisposable
{
    private readonly SessionKeys? _keys;
    private readonly MessageEncryptor? _encryptor;
    private readonly MessageDecryptor? _decryptor;
    private readonly Lock _lock = new();
    private volatile SmbChannel[] _channels;
    private uint _turn;
    private int _disposed;

    private SmbSession(SmbChannel channel, SessionKeys? keys, SessionFlags flags)
    {
        SmbConnection connection = channel.Connection;
        _channels = [channel];
        _keys = keys;
        Flags = flags;
        SessionId = channel.SessionId;
        SigningRequired = keys is not null && (connection.Options.RequireSigning
            || (connection.Negotiated.SecurityMode & SecurityMode.SigningRequired) != 0);
        EncryptData = (flags & SessionFlags.EncryptData) != 0 || connection.Options.RequireEncryption;
        if (keys?.ClientToServerKey is null || connection.Cipher == EncryptionAlgorithm.None)
            return;
        _encryptor = new MessageEncryptor(connection.Cipher, keys.ClientToServerKey.Span, connection.Options.Random);
        _decryptor = new MessageDecryptor(connection.Cipher, keys.ServerToClientKey!.Span);
        channel.UseCipher(_encryptor, _decryptor);
    }

    /// <summary>Session.SessionId</summary>
    public ulong SessionId { get; }

    /// <summary>Session.SigningRequired</summary>
    public bool SigningRequired { get; }

    /// <summary>Session.EncryptData</summary>
    public bool EncryptData { get; }

    /// <summary>The server took us for a guest.</summary>
    public bool IsGuest => (Flags & SessionFlags.IsGuest) != 0;

    /// <summary>Connections that carry the session.</summary>
    public int ChannelCount => _channels.Length;

    /// <summary>The connection that the session began on.</summary>
    public SmbConnection Connection => _channels[0].Connection;

    internal SessionFlags Flags { get; }

    /// <summary>The session has keys: a guest's or an anonymous one's has not.</summary>
    internal bool HasKeys => _keys is not null;

    internal static async ValueTask<SmbSession> LogOnAsync(
        SmbConnection connection, SmbCredential credential, CancellationToken cancellationToken)
    {
        var channel = new SmbChannel(connection);
        SessionKeys? keys = null;
        try
        {
            var authentication = new Authentication(channel, credential);
            keys = await authentication.LogOnAsync(cancellationToken).ConfigureAwait(false);
            bool guest = (authentication.Flags & SessionFlags.IsGuest) != 0;
            if (guest && !connection.Options.AllowGuest)
                throw new SmbException(NtStatus.LogonFailure, Smb2Command.SessionSetup, credential.UserName);
            if (keys is null && connection.Options.RequireEncryption)
                throw new SmbException(NtStatus.AccessDenied, Smb2Command.SessionSetup, credential.UserName);
            var session = new SmbSession(channel, keys, authentication.Flags);
            if (session.EncryptData && !channel.CanEncrypt)
                throw connection.Fail("it wants a session encrypted for which there is no cipher or no key");
            connection.Add(channel);
            return session;
        }
        catch
        {
            channel.Dispose();
            keys?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Has one more connection carry the session, [MS-SMB2] 3.2.4.2.3.2: one to the same server, made with the same
    /// options, that has agreed on the same dialect and cipher.
    /// </summary>
    /// <exception cref="SmbException">The server does not want that.</exception>
    public async ValueTask BindAsync(
        SmbConnection connection, SmbCredential credential, CancellationToken cancellationToken = default)
    {
        SmbConnection first = Connection;
        if (connection.Dialect < Dialect.Smb300 || _keys is null)
            throw new InvalidOperationException("Only a session with keys, of a 3.x dialect, can be bound.");
        if (connection.Dialect != first.Dialect || connection.Cipher != first.Cipher
            || connection.Options.ClientGuid != first.Options.ClientGuid)
        {
            throw new InvalidOperationException("Connections of one session agree on dialect, cipher and client.");
        }

        var channel = new SmbChannel(connection) { SessionId = SessionId };
        try
        {
            channel.UseSigner(MessageSigner.Create(connection.SigningAlgorithm, _keys.SigningKey.Span));
            channel.UseCipher(_encryptor, _decryptor);
            await new Authentication(channel, credential).BindAsync(cancellationToken).ConfigureAwait(false);
            connection.Add(channel);
        }
        catch
        {
            channel.Dispose();
            throw;
        }

        lock (_lock)
            _channels = [.. _channels, channel];
    }

    /// <summary>Connects to a share of the server.</summary>
    /// <param name="share">Its name alone.</param>
    public ValueTask<SmbTree> ConnectTreeAsync(string share, CancellationToken cancellationToken = default) =>
        SmbTree.ConnectAsync(this, share, cancellationToken);

    /// <summary>Logs off, as far as the server can still be told, and forgets the keys.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        try
        {
            SmbChannel channel = PickChannel();
            using Reply reply = await channel.Connection
                .SendAsync(channel.Target(SigningRequired && !EncryptData, EncryptData), new LogoffRequest(), 0, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The server ends the session with its last connection, if not now.
        }

        foreach (SmbChannel channel in _channels)
            channel.Dispose();
        _encryptor?.Dispose();
        _decryptor?.Dispose();
        _keys?.Dispose();
    }

    /// <summary>The living channel with the least under way; among equals each has its turn.</summary>
    internal SmbChannel PickChannel()
    {
        SmbChannel[] channels = _channels;
        if (channels.Length == 1)
            return channels[0];
        uint turn = Interlocked.Increment(ref _turn);
        SmbChannel? best = null;
        int least = int.MaxValue;
        for (uint i = 0; i < channels.Length; i++)
        {
            SmbChannel channel = channels[(turn + i) % channels.Length];
            int inFlight = channel.Connection.InFlight;
            if (inFlight >= least || !channel.Connection.IsAlive)
                continue;
            best = channel;
            least = inFlight;
        }

        return best ?? channels[0];
    }
}
