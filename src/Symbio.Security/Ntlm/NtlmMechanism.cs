using Symbio.Security.Spnego;

namespace Symbio.Security.Ntlm;

/// <summary>NTLM for a server, as SPNEGO chooses it.</summary>
public sealed class NtlmMechanism(
    NtlmServerOptions options, INtlmVerifier verifier, TimeProvider time, RandomNumberSource random)
    : ISecurityMechanism
{
    public IReadOnlyList<string> Oids { get; } = [MechanismOids.Ntlm];

    public ISecurityContext CreateAcceptor() => new NtlmAcceptor(options, verifier, time, random);

    public bool RecognizesToken(ReadOnlySpan<byte> token) => token.StartsWith(NtlmMessage.Signature);
}
