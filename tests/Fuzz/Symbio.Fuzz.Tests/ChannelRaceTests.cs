using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>Sessions that gain and lose channels, log off and are replaced, all at the same time.</summary>
public sealed class ChannelRaceTests(ITestOutputHelper output)
{
    private const int Rounds = 600;
    private const int Channels = 5;

    private static readonly NtStatus[] Expected =
    [
        NtStatus.Success, NtStatus.UserSessionDeleted, NtStatus.NetworkNameDeleted, NtStatus.FileClosed, NtStatus.EndOfFile,
    ];

    private int _bound;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_goes_first_nothing_is_left_and_nothing_breaks(bool encrypt)
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}"); // What each does; the order in which they get to it is the scheduler's.
        await using FuzzServer server = await FuzzServer.StartAsync();
        for (int round = 0; round < Rounds; round++)
        {
            var random = new Random(seed + round);
            await using ScriptedPeer owner = await server.LogOnAsync(options: new PeerOptions { Encrypt = encrypt });
            FileId file = await owner.OpenAsync("a.txt");
            ulong session = owner.SessionId;
            int ending = random.Next(4);
            int before = random.Next(40); // Between the first channel's coming and the last one's going.
            Random[] each = [.. Enumerable.Range(0, Channels).Select(_ => new Random(random.Next()))];
            Task[] channels = [.. each.Select(own => Task.Run(() => UseAsync(server, owner, file, own)))];
            await Task.Run(() => EndAsync(server, owner, session, ending, before));
            await Task.WhenAll(channels);
            Assert.Empty(server.Log.Errors);
        }

        TestContext.Current.SendDiagnosticMessage($"{_bound} of {Rounds * Channels} channels came to be");
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    private async Task UseAsync(FuzzServer server, ScriptedPeer owner, FileId file, Random random)
    {
        await using ScriptedPeer peer = server.Connect();
        try
        {
            await peer.NegotiateAsync(Dialect.Smb311, owner.Options);
            Reply bound = await peer.BindAsync(owner);
            Assert.Contains(bound.Status, Expected);
            if (bound.Status != NtStatus.Success)
                return;
            Interlocked.Increment(ref _bound);
            Assert.True(bound.SignatureValid);
            for (int i = random.Next(6); i > 0; i--)
            {
                Reply reply = random.Next(3) switch
                {
                    0 => await peer.WriteAsync(file, 0, new byte[100]),
                    1 => await peer.ReadAsync(file, 0, 100),
                    _ => await peer.CreateAsync($"f{random.Next(5)}"),
                };
                Assert.Contains(reply.Status, Expected);
            }

            if (random.Next(4) == 0)
                await peer.PostAsync(ScriptedPeer.Create("last.txt")); // And goes before it is answered.
        }
        catch (IOException) when (owner.Options.Encrypt)
        {
            // What is encrypted with the keys of a session that is gone ends the connection, 3.3.5.2.1.1.
        }
    }

    private static async Task EndAsync(FuzzServer server, ScriptedPeer owner, ulong session, int how, int before)
    {
        for (; before > 0; before--)
            await owner.CreateAsync("b.txt");
        switch (how)
        {
            case 0:
                Assert.Equal(NtStatus.Success, (await owner.SendAsync(new LogoffRequest())).Status);
                break;
            case 1:
                owner.Transport.Abort(); // The session goes with its last channel, whichever that is.
                break;
            case 2:
                await using (ScriptedPeer replacement = server.Connect())
                {
                    await replacement.NegotiateAsync(Dialect.Smb311);
                    await replacement.LogOnAsync(TestServer.User, TestServer.Password, session);
                }

                break;
            default:
                if (server.Server.Sessions.TryGet(session, out var found))
                    await server.Server.CloseSessionAsync(found); // An administrator.
                break;
        }
    }
}
