using System.Buffers.Binary;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Interop.Tests.Lifecycle;

/// <summary>SIGKILL while clients write. What was flushed or written through is there when the server comes back.</summary>
public sealed class KillTests
{
    private const int RecordSize = 8192;

    [Fact]
    public async Task Acknowledged_data_survives()
    {
        int rounds = Peers.Long ? 50 : 6;
        await using var server = ServerProcess.Create(new ServerSetup());
        var random = new Random(20);
        for (int round = 0; round < rounds; round++)
        {
            await server.StartAsync();
            TaskCompletionSource[] begun = [new(), new()];
            Task<int>[] writers =
            [
                WriteAsync(server, $"flushed-{round}", WriteFlags.None, flushEvery: 1 + random.Next(8), begun[0]),
                WriteAsync(server, $"through-{round}", WriteFlags.WriteThrough, flushEvery: 0, begun[1]),
            ];
            Task both = Task.WhenAll(begun.Select(b => b.Task));
            if (await Task.WhenAny(both, Task.Delay(TimeSpan.FromSeconds(30)), writers[0], writers[1]) != both)
                Assert.Fail($"nothing was written in round {round}\n{server.LogTail}");
            await Task.Delay(random.Next(5, 600));
            await server.KillAsync();
            int flushed = await writers[0];
            int through = await writers[1];

            // Behind the server's back, and what clients see after the next start.
            AssertRecords(server.PathOf(ShareNames.Files, $"flushed-{round}"), flushed);
            AssertRecords(server.PathOf(ShareNames.Files, $"through-{round}"), through);
            await server.StartAsync();
            await AssertSeenAsync(server, $"flushed-{round}", flushed);
            await AssertSeenAsync(server, $"through-{round}", through);
            for (int earlier = 0; earlier < round; earlier++)
                AssertRecords(server.PathOf(ShareNames.Files, $"flushed-{earlier}"), 1);
            await server.StopAsync();
        }

        Assert.Empty(server.ErrorLines);
    }

    /// <summary>Writes records until the connection breaks; returns how many the server has promised to keep.</summary>
    private static async Task<int> WriteAsync(ServerProcess server, string name, WriteFlags flags, int flushEvery, TaskCompletionSource begun)
    {
        int promised = 0;
        try
        {
            await using ScriptedPeer peer = await TcpPeer.ConnectAsync(server);
            FileId file = await peer.OpenAsync(name);
            byte[] record = new byte[RecordSize];
            for (int i = 0; ; i++)
            {
                Fill(record, i);
                Reply written = await peer.WriteAsync(file, (ulong)i * RecordSize, record, flags);
                Assert.Equal(NtStatus.Success, written.Status);
                if (flushEvery == 0)
                {
                    promised = i + 1;
                }
                else if (i % flushEvery == 0)
                {
                    Reply flushed = await peer.SendAsync(new FlushRequest(file));
                    Assert.Equal(NtStatus.Success, flushed.Status);
                    promised = i + 1;
                }

                begun.TrySetResult();
            }
        }
        catch (IOException)
        {
            return promised;
        }
    }

    private static void AssertRecords(string path, int count)
    {
        using var file = File.OpenRead(path);
        Assert.True(file.Length >= (long)count * RecordSize, $"{path}: {count} records were promised, {file.Length} bytes are there");
        byte[] expected = new byte[RecordSize], actual = new byte[RecordSize];
        for (int i = 0; i < count; i++)
        {
            Fill(expected, i);
            file.ReadExactly(actual);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{path}: record {i} of {count} is damaged");
        }
    }

    private static async Task AssertSeenAsync(ServerProcess server, string name, int count)
    {
        await using ScriptedPeer peer = await TcpPeer.ConnectAsync(server);
        FileId file = await peer.OpenAsync(name);
        byte[] expected = new byte[RecordSize];
        int last = count - 1;
        Fill(expected, last);
        Reply reply = await peer.ReadAsync(file, (ulong)last * RecordSize, RecordSize);
        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(expected, reply.As<ReadResponse>().Data.ToArray());
        await peer.CloseAsync(file);
    }

    private static void Fill(Span<byte> record, int number)
    {
        new Random(number).NextBytes(record);
        BinaryPrimitives.WriteInt32LittleEndian(record, number);
    }
}
