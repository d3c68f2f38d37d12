using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Posix;
using Symbio.Testing;
using Symbio.Transport.InMemory;

namespace Symbio.Server.Tests.Connections;

/// <summary>What clients do all day costs the collector nothing, once the server has been doing it for a while.</summary>
public sealed class AllocationTests : IDisposable
{
    private const int WarmUp = 3000;
    private const int Measured = 1000;

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-allocation-").FullName;

    public enum Protection
    {
        Plain,
        Signed,
        Encrypted,
    }

    public static TheoryData<string, Protection> Requests
    {
        get
        {
            var all = new TheoryData<string, Protection>();
            foreach (string request in new[] { "ECHO", "READ", "READ 64 KiB", "WRITE", "Basic", "Standard", "NetworkOpen" })
            {
                foreach (Protection protection in Enum.GetValues<Protection>())
                    all.Add(request, protection);
            }

            return all;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Nothing_is_allocated_in_the_steady_state(string request, Protection protection)
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { RequireSigning = false }, PosixFileStore.Open(_folder));
        (InMemoryTransport client, InMemoryTransport accepted) = InMemoryTransport.CreatePair();
        var line = new FeedingTransport(accepted);
        server.Server.Accept(line);
        await using var peer = new ScriptedPeer(client);
        await peer.NegotiateAsync(Dialect.Smb311, new PeerOptions { Sign = true });
        await peer.LogOnAsync(TestServer.User, TestServer.Password);
        await peer.TreeConnectAsync(TestServer.Share);
        peer.Options = peer.Options with
        {
            Sign = protection == Protection.Signed, Encrypt = protection == Protection.Encrypted,
        };
        FileId file = await peer.OpenAsync("file.dat");
        await peer.WriteAsync(file, 0, new byte[65536]);

        byte[] wake = peer.Build(new EchoRequest(), signs: protection == Protection.Signed);
        byte[][] messages = new byte[WarmUp + Measured][];
        for (int i = 0; i < messages.Length; i++)
        {
            byte[] message = Build(peer, request, file, signs: protection == Protection.Signed);
            messages[i] = protection == Protection.Encrypted ? peer.Encrypt(message) : message;
        }

        Task<long> feeding = line.FeedAsync(messages, WarmUp, server.Server.FramePool);
        await peer.SendFrameAsync(wake, encrypt: protection == Protection.Encrypted);
        long allocated = await feeding.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(allocated == 0, $"{allocated / (double)Measured:0.0} bytes are allocated for each request");
    }

    private static byte[] Build(ScriptedPeer peer, string request, FileId file, bool signs) => request switch
    {
        "ECHO" => peer.Build(new EchoRequest(), signs),
        "READ" => peer.Build(Read(file, 4096), signs),
        "READ 64 KiB" => peer.Build(Read(file, 65536), signs),
        "WRITE" => peer.Build(
            new WriteRequest(0x70, 4096, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[4096]), signs),
        _ => peer.Build(
            new QueryInfoRequest(
                InfoType.File, (byte)Enum.Parse<FileInformationClass>(request), 1024, 0, QueryInfoFlags.None, file, default),
            signs),
    };

    private static ReadRequest Read(FileId file, uint length) =>
        new(0, ReadFlags.None, length, 0, file, 0, Channel.None, 0, default);
}
