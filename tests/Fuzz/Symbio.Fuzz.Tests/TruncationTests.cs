using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>Every request, cut off at every byte.</summary>
public sealed class TruncationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Protection.Signed)]
    [InlineData(Protection.Encrypted)]
    public async Task A_request_of_a_session_may_end_anywhere(Protection protection)
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        var outcomes = new Outcomes();
        await using (var attacker = new Attacker(server, protection, outcomes))
        {
            foreach (Sample sample in Samples.Requests)
            {
                for (int length = 0, whole = int.MaxValue; length <= whole; length++)
                {
                    byte[] request = sample.Build(await attacker.TargetAsync());
                    whole = request.Length;
                    await attacker.AttackAsync(request[..length], sign: length >= Smb2Header.Size, $"{sample}, {length} bytes");
                }
            }
        }

        output.WriteLine(outcomes.ToString());
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task An_encrypted_frame_may_end_anywhere()
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        var outcomes = new Outcomes();
        await using (var attacker = new Attacker(server, Protection.Encrypted, outcomes))
        {
            Sample sample = Samples.Requests.Single(s => s.Name == "CREATE");
            for (int length = 0, whole = int.MaxValue; length <= whole; length++)
            {
                int end = length;
                byte[] request = sample.Build(await attacker.TargetAsync());
                whole = request.Length + TransformHeader.Size;
                await attacker.AttackAsync(request, sign: false, $"{end} bytes", encrypted => encrypted[..end]);
            }
        }

        output.WriteLine(outcomes.ToString());
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task The_first_message_may_end_anywhere()
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        var outcomes = new Outcomes();
        foreach ((_, byte[] frame) in Samples.Openings)
        {
            for (int length = 0; length <= frame.Length; length++)
                await Strangers.AttackAsync(server, outcomes, negotiate: false, frame[..length]);
        }

        output.WriteLine(outcomes.ToString());
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_request_without_a_session_may_end_anywhere()
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        var outcomes = new Outcomes();
        await using ScriptedPeer author = await server.LogOnAsync();
        foreach (Sample sample in Samples.Requests)
        {
            author.NextMessageId = 1;
            byte[] request = sample.Build(new Target(author, new FileId(1, 1), new FileId(2, 2)));
            request.AsSpan(24, 24).Clear();
            request[24] = 1; // MessageId
            for (int length = 0; length <= request.Length; length++)
                await Strangers.AttackAsync(server, outcomes, negotiate: true, request[..length]);
        }

        await author.DisposeAsync();
        output.WriteLine(outcomes.ToString());
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }
}

/// <summary>Attacks of peers that have not logged on.</summary>
internal static class Strangers
{
    /// <summary>One frame on a connection of its own, and a message behind it that must be answered or end the connection.</summary>
    public static async Task AttackAsync(FuzzServer server, Outcomes outcomes, bool negotiate, byte[] frame)
    {
        await using ScriptedPeer peer = server.Connect();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            if (negotiate)
                await peer.NegotiateAsync(Dialect.Smb311);
            await peer.SendFrameAsync(frame);

            // Before NEGOTIATE nothing else has an answer; a second one ends the connection. One credit is all a stranger has.
            byte[] probe = negotiate ? Samples.Write(2, new EchoRequest()) : Samples.Negotiate(1, Dialect.Smb311);
            byte[] unused = negotiate ? Samples.Write(1, new EchoRequest()) : Samples.Negotiate(0, Dialect.Smb311);
            await peer.SendFrameAsync(unused);
            await peer.SendFrameAsync(probe);
        }
        catch (IOException)
        {
            // Dropped already.
        }

        bool answered = false;
        while (await peer.ReceiveRepliesAsync(timeout.Token) is { } replies)
        {
            foreach (Reply reply in replies)
            {
                Attacker.Judge(peer, reply);
                outcomes.Count(reply.Status);
                answered = true;
            }

            if (replies.Any(r => r.Header.MessageId == (negotiate ? 2u : 1u)))
                break;
        }

        outcomes.CountFrame(dropped: !answered, answered);
    }
}
