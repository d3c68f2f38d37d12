using Symbio.Client;
using Symbio.Protocol.Smb2;

namespace Symbio.Cli.Bench;

/// <summary>A session with its connections and the share.</summary>
internal sealed class BenchClient : IAsyncDisposable
{
    private readonly List<SmbConnection> _connections = [];
    private SmbSession? _session;
    private SmbTree? _tree;

    private BenchClient(int index) => Index = index;

    public int Index { get; }

    public SmbTree Tree => _tree!;

    public SmbConnection Connection => _connections[0];

    public static async Task<BenchClient> ConnectAsync(
        BenchSettings settings, SmbClientOptions options, SmbCredential credential, int index,
        CancellationToken cancellationToken)
    {
        var client = new BenchClient(index);
        try
        {
            await client.ConnectAsync(settings, options with { ClientGuid = Guid.NewGuid() }, credential, cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>What all clients of a run offer: just what the settings name.</summary>
    public static SmbClientOptions Options(BenchSettings settings) => new()
    {
        MinDialect = settings.Dialect,
        MaxDialect = settings.Dialect,
        SigningAlgorithms = [settings.Signing],
        Ciphers = [settings.Cipher],
        RequireSigning = settings.Protection == BenchProtection.Signed,
        RequireEncryption = settings.Protection == BenchProtection.Encrypted,
        CreditTarget = Math.Max(512, settings.Depth * ((settings.Size >> 16) + 1) * 2),

        // Nothing here blocks, and a change of thread for each response would cost more than all the rest.
        InlineContinuations = true,
    };

    public async ValueTask DisposeAsync()
    {
        if (_tree is not null)
            await _tree.DisposeAsync();
        if (_session is not null)
            await _session.DisposeAsync();
        foreach (SmbConnection connection in _connections)
            await connection.DisposeAsync();
    }

    private async Task ConnectAsync(
        BenchSettings settings, SmbClientOptions options, SmbCredential credential, CancellationToken cancellationToken)
    {
        _connections.Add(await SmbConnection.ConnectAsync(settings.Server, settings.Port, options, cancellationToken));
        _session = await Connection.LogOnAsync(credential, cancellationToken);
        if (settings.Protection == BenchProtection.Plain && (_session.SigningRequired || _session.EncryptData))
            throw new CommandException("the server insists on signatures or encryption: --protection plain cannot be measured");
        for (int i = 1; i < settings.Channels; i++)
        {
            SmbConnection channel = await SmbConnection.ConnectAsync(settings.Server, settings.Port, options, cancellationToken);
            _connections.Add(channel);
            await _session.BindAsync(channel, credential, cancellationToken);
        }

        _tree = await _session.ConnectTreeAsync(settings.Share, cancellationToken);
    }
}
