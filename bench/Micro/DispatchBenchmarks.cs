using BenchmarkDotNet.Attributes;
using Symbio.Client;
using Symbio.Protocol.Fscc;
using Symbio.Testing;
using Symbio.Transport.InMemory;

namespace Symbio.Bench.Micro;

/// <summary>A request through client and server, and a store in memory, without a network: what dispatch costs both.</summary>
public class DispatchBenchmarks
{
    private TestServer _server = null!;
    private SmbConnection _connection = null!;
    private SmbTree _tree = null!;
    private SmbFile _file = null!;

    [Params(false, true)]
    public bool Encrypted { get; set; }

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _server = await TestServer.StartAsync(o => o with { RequireSigning = false });
        (InMemoryTransport client, InMemoryTransport accepted) = InMemoryTransport.CreatePair();
        _server.Server.Accept(accepted);
        _connection = await SmbConnection.OverAsync(
            client, "test", new SmbClientOptions { RequireSigning = false, RequireEncryption = Encrypted, InlineContinuations = true });
        using SmbCredential credential = SmbCredential.FromPassword(TestServer.User, TestServer.Password);
        _tree = await (await _connection.LogOnAsync(credential)).ConnectTreeAsync(TestServer.Share);
        _file = await _tree.OpenAsync("file", SmbOpenOptions.ReadWrite);
        await _file.WriteAsync(0, new byte[65536]);
    }

    [Benchmark]
    public async Task Echo() => await _connection.EchoAsync();

    [Benchmark]
    public async Task Read4KiB()
    {
        using SmbBuffer read = await _file.ReadBufferAsync(0, 4096);
    }

    [Benchmark]
    public async Task GetInfo() => _ = await _file.QueryInfoAsync<FileStandardInformation>();

    [Benchmark]
    public async Task OpenAndClose() => await (await _tree.OpenAsync("file")).CloseAsync();
}
