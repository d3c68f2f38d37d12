using Symbio.Protocol.Smb2;
using Symbio.Server;
using Symbio.Testing;
using Symbio.Transport;
using Symbio.Transport.InMemory;

namespace Symbio.Client.Tests;

/// <summary>What protects a session.</summary>
public enum Protection
{
    Plain,
    Signed,
    Encrypted,
}

/// <summary>A server in memory, and a client of it whose buffers are counted.</summary>
internal sealed class ClientFixture : IAsyncDisposable
{
    private readonly FramePool _pool = new();
    private readonly List<IAsyncDisposable> _owned = [];

    private ClientFixture(TestServer server, SmbClientOptions options)
    {
        Server = server;
        Options = options with { FramePool = _pool };
    }

    public TestServer Server { get; }

    public SmbClientOptions Options { get; }

    public static SmbCredential Credential { get; } = SmbCredential.FromPassword(TestServer.User, TestServer.Password);

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

    public static SmbClientOptions OptionsFor(Dialect dialect, Protection protection) => new()
    {
        MaxDialect = dialect,
        RequireSigning = protection == Protection.Signed,
        RequireEncryption = protection == Protection.Encrypted,
    };

    public static async ValueTask<ClientFixture> StartAsync(
        SmbClientOptions? options = null, Func<SmbServerOptions, SmbServerOptions>? configure = null) =>
        new(await TestServer.StartAsync(o => (configure?.Invoke(o) ?? o) with { RequireSigning = false }),
            options ?? new SmbClientOptions());

    public async ValueTask<SmbConnection> ConnectAsync(Func<IMessageTransport, IMessageTransport>? wrap = null)
    {
        (InMemoryTransport client, InMemoryTransport accepted) = InMemoryTransport.CreatePair();
        Server.Server.Accept(accepted);
        SmbConnection connection = await SmbConnection.OverAsync(wrap?.Invoke(client) ?? client, "test", Options);
        _owned.Add(connection);
        return connection;
    }

    public async ValueTask<SmbSession> LogOnAsync()
    {
        SmbSession session = await (await ConnectAsync()).LogOnAsync(Credential);
        _owned.Add(session);
        return session;
    }

    public async ValueTask<SmbTree> ConnectTreeAsync()
    {
        SmbTree tree = await (await LogOnAsync()).ConnectTreeAsync(TestServer.Share);
        _owned.Add(tree);
        return tree;
    }

    /// <summary>Ends all; neither side may have anything left.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int i = _owned.Count - 1; i >= 0; i--)
            await _owned[i].DisposeAsync();
        Assert.Empty(await Server.LeftoversAsync());
        Assert.Equal(0, _pool.Outstanding);
    }
}
