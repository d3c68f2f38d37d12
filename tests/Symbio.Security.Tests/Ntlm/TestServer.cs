using Symbio.Protocol;
using Symbio.Security.Ntlm;

namespace Symbio.Security.Tests.Ntlm;

/// <summary>One user, "User" with "Password", and a guest, "Nobody".</summary>
internal sealed class TestVerifier : INtlmVerifier
{
    public NtlmLogon? Last { get; private set; }

    public ValueTask<NtlmVerification> VerifyAsync(NtlmLogon logon, CancellationToken cancellationToken)
    {
        Last = logon;
        if (logon.UserName == "Nobody")
            return new(new NtlmVerification(NtStatus.Success, IsGuest: true));
        using var hash = NtlmHash.FromPassword("Password");
        var key = logon.UserName.Equals("User", StringComparison.OrdinalIgnoreCase)
            ? NtlmV2.TryVerify(hash, logon)
            : null;
        return new(key is null
            ? new NtlmVerification(NtStatus.LogonFailure)
            : new NtlmVerification(NtStatus.Success, key, Identity: "identity"));
    }
}

internal static class TestServer
{
    public static readonly TimeProvider Time = new FixedTime(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));

    public static NtlmServerOptions Options { get; } = new()
    {
        NetBiosComputerName = "NAS", NetBiosDomainName = "NAS",
        DnsComputerName = "nas.example.org", DnsDomainName = "example.org",
    };

    public static NtlmMechanism Mechanism(NtlmServerOptions? options = null, INtlmVerifier? verifier = null) =>
        new(options ?? Options, verifier ?? new TestVerifier(), Time, new FixedRandom(1).Source);

    public static NtlmInitiator Client(
        string user = "User", string password = "Password", NegotiateFlags? flags = null) =>
        new(
            user.Length == 0
                ? NtlmCredential.Anonymous
                : new NtlmCredential(user, "WORKGROUP", NtlmHash.FromPassword(password)),
            new NtlmClientOptions
            {
                Workstation = "PC", TargetName = "cifs/nas", Flags = flags ?? new NtlmClientOptions().Flags,
            },
            Time, new FixedRandom(77).Source);
}
