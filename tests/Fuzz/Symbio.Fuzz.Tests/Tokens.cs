using System.Security.Cryptography;
using Symbio.Security.Ntlm;
using Symbio.Security.Spnego;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>What a client says in SESSION_SETUP.</summary>
internal static class Tokens
{
    private static readonly byte[] Negotiate = MakeNegotiate();

    /// <summary>The first token of a logon.</summary>
    public static byte[] NtlmNegotiate() => [.. Negotiate];

    public static SpnegoInitiator Initiator(NtlmHash hash) => new(
        [
            new InitiatorMechanism(MechanismOids.Ntlm, () => new NtlmInitiator(
                new NtlmCredential(TestServer.User, "", hash),
                new NtlmClientOptions { Workstation = "PEER", TargetName = "cifs/test" },
                TimeProvider.System, RandomNumberGenerator.Fill)),
        ]);

    private static byte[] MakeNegotiate()
    {
        using NtlmHash hash = NtlmHash.FromPassword(TestServer.Password);
        using SpnegoInitiator initiator = Initiator(hash);
        return initiator.StepAsync(default, CancellationToken.None).AsTask().GetAwaiter().GetResult().Token.ToArray();
    }
}
