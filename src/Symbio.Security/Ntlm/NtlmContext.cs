using System.Security.Cryptography;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Spnego;

namespace Symbio.Security.Ntlm;

/// <summary>What the two halves of an NTLM exchange have in common.</summary>
public abstract class NtlmContext : ISecurityContext
{
    private protected const int KeySize = 16;

    private SecretKey? _exportedSessionKey;

    private protected NtlmContext()
    {
    }

    public bool IsEstablished => _exportedSessionKey is not null;

    /// <summary>ExportedSessionKey, 16 bytes.</summary>
    public ReadOnlySpan<byte> SessionKey => _exportedSessionKey is null
        ? throw new InvalidOperationException("The context is not established.")
        : _exportedSessionKey.Span;

    public SecurityLogon? Logon { get; private protected set; }

    public string? ClaimedName { get; private protected set; }

    public string? FailureReason { get; private protected set; }

    public bool SupportsIntegrity => Session is not null;

    /// <summary>Signing and sealing, when extended session security was agreed on.</summary>
    public NtlmSession? Session { get; private set; }

    /// <summary>The flags that both sides agreed on.</summary>
    public NegotiateFlags NegotiatedFlags { get; private protected set; }

    public abstract ValueTask<SecurityStep> StepAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken);

    public byte[] GetMic(ReadOnlySpan<byte> message) => RequireSession().GetMechListMic(message);

    public bool VerifyMic(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mic) =>
        RequireSession().VerifyMechListMic(message, mic);

    public void Dispose()
    {
        _exportedSessionKey?.Dispose();
        Session?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Establish(ReadOnlySpan<byte> exportedSessionKey, bool isServer)
    {
        _exportedSessionKey = new SecretKey(exportedSessionKey);
        if (NegotiatedFlags.HasFlag(NegotiateFlags.ExtendedSessionSecurity)
            && (NegotiatedFlags & (NegotiateFlags.Sign | NegotiateFlags.Seal)) != 0)
        {
            Session = new NtlmSession(exportedSessionKey, NegotiatedFlags, isServer);
        }
    }

    /// <summary>The MIC of [MS-NLMP] 3.1.5.1.2: over the three messages, the last with a MIC field of zeros.</summary>
    private protected static void ComputeMic(
        ReadOnlySpan<byte> exportedSessionKey,
        ReadOnlySpan<byte> negotiate,
        ReadOnlySpan<byte> challenge,
        ReadOnlySpan<byte> authenticate,
        Span<byte> mic)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.MD5, exportedSessionKey);
        hmac.AppendData(negotiate);
        hmac.AppendData(challenge);
        hmac.AppendData(authenticate);
        hmac.GetHashAndReset(mic);
    }

    private NtlmSession RequireSession() =>
        Session ?? throw new InvalidOperationException("No integrity was negotiated.");
}
