using System.Globalization;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Ntlm;
using Symbio.Security.Spnego;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>SPNEGO and NTLM tokens, spoilt inside SESSION_SETUP: nobody gets in, nothing breaks.</summary>
public sealed class TokenTests(ITestOutputHelper output)
{
    private static int Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("SYMBIO_FUZZ_FRAMES"), NumberStyles.None, CultureInfo.InvariantCulture, out int frames)
            ? frames / 20
            : 1500;

    private static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("SYMBIO_FUZZ_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int seed)
            ? seed
            : Environment.TickCount & 0xFFFFFF;

    [Fact]
    public async Task Spoilt_tokens_do_not_log_on()
    {
        int seed = Seed;
        output.WriteLine($"SYMBIO_FUZZ_SEED={seed}");
        var random = new Random(seed);
        await using FuzzServer server = await FuzzServer.StartAsync();
        var outcomes = new Outcomes();
        int rounds = Rounds;
        int harmless = 0;
        for (int round = 0; round < rounds; round++)
        {
            if (await LogOnSpoiltAsync(server, outcomes, spoiltLeg: random.Next(2), token => Mutator.Mutate(random, token), $"seed {seed}, round {round}"))
                harmless++;
        }

        output.WriteLine($"{outcomes}; {harmless} logged on with a change around an intact NTLM message");
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_token_may_end_anywhere(int leg)
    {
        await using FuzzServer server = await FuzzServer.StartAsync();
        var outcomes = new Outcomes();
        bool whole = false;
        for (int length = 0; !whole; length++)
        {
            int end = length;
            await LogOnSpoiltAsync(
                server, outcomes, leg,
                token =>
                {
                    whole = end + 1 >= token.Length;
                    return token[..Math.Min(end, token.Length)];
                },
                $"leg {leg}, {length} bytes");
        }

        output.WriteLine(outcomes.ToString());
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    // The NTLM message is the last thing in the initiator's token but for the mechListMIC behind it.
    private static int NtlmLength(byte[] token, int start)
    {
        // The OCTET STRING's length stands in front: one byte, or 0x81 or 0x82 and one or two.
        if (start >= 3 && token[start - 3] == 0x82)
            return (token[start - 2] << 8) | token[start - 1];
        return token[start - 1];
    }

    // True when a changed token logged on.
    private static async Task<bool> LogOnSpoiltAsync(
        FuzzServer server, Outcomes outcomes, int spoiltLeg, Func<byte[], byte[]> spoil, string what)
    {
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);
        using NtlmHash hash = NtlmHash.FromPassword(TestServer.Password);
        using SpnegoInitiator initiator = Tokens.Initiator(hash);
        SecurityStep step = await initiator.StepAsync(default, CancellationToken.None);
        for (int leg = 0; leg < 4; leg++)
        {
            byte[] token = step.Token.ToArray();
            bool same = true;
            if (leg == spoiltLeg)
            {
                byte[] spoilt = spoil([.. token]);
                same = spoilt.AsSpan().SequenceEqual(token);
                token = spoilt;
            }

            Reply reply;
            try
            {
                reply = await peer.SendAsync(new SessionSetupRequest(
                    SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, token));
            }
            catch (OperationCanceledException e)
            {
                throw new InvalidOperationException($"No answer: {what}, {Convert.ToHexString(token)}", e);
            }

            Attacker.Judge(peer, reply);
            outcomes.Count(reply.Status);
            outcomes.CountFrame(dropped: false, answered: true);
            peer.SessionId = reply.Header.SessionId;
            if (reply.Status != NtStatus.MoreProcessingRequired)
            {
                // Who logs on with a changed token has changed what SPNEGO and not the password protects.
                if (reply.Status == NtStatus.Success && !same)
                {
                    byte[] sent = step.Token.ToArray();
                    int ntlm = sent.AsSpan().IndexOf("NTLMSSP"u8);
                    bool messageIntact = token.AsSpan().IndexOf(sent.AsSpan(ntlm, NtlmLength(sent, ntlm))) >= 0;
                    Assert.True(messageIntact, $"a changed NTLM message logged on: {what}, {Convert.ToHexString(sent)} {Convert.ToHexString(token)}");
                    return true;
                }

                return false;
            }

            if (leg == spoiltLeg && !same)
                return false;
            step = await initiator.StepAsync(reply.As<SessionSetupResponse>().SecurityBuffer.ToArray(), CancellationToken.None);
        }

        return false;
    }
}
