using Symbio.Protocol;
using Symbio.Security.Gss;
using Symbio.Security.Spnego;
using Symbio.Testing;

namespace Symbio.Security.Tests.Gss;

/// <summary>
/// What can be said without a KDC: who is refused, and why. Who is let in is shown with a real one, in the interop suite.
/// </summary>
public sealed class KerberosAcceptorTests : IDisposable
{
    // The library finds it expired, or first of all the clocks too far apart. (Not yet valid, where a clock is very wrong.)
    private const string TooOld = "expired|not yet valid|skew";

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-krb5-").FullName;
    private readonly List<KerberosLogon> _asked = [];
    private int _caches;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_old_ticket_is_refused_with_a_reason()
    {
        using KerberosMechanism mechanism = New(CapturedTicket.Keytab);
        using ISecurityContext context = mechanism.CreateAcceptor();

        SecurityStep step = await context.StepAsync(CapturedTicket.ApReq, CancellationToken.None);

        Assert.Contains(step.Status, new[] { NtStatus.LogonFailure, NtStatus.TimeDifferenceAtDc });
        Assert.Matches(TooOld, context.FailureReason);
        Assert.False(context.IsEstablished);
        Assert.Null(context.Logon);
        Assert.Empty(_asked);
        Assert.Equal(NtStatus.InvalidParameter, (await context.StepAsync(CapturedTicket.ApReq, CancellationToken.None)).Status);
    }

    [Fact] // RFC 4120 3.2.3: who has only listened does not get in by saying the same again.
    public async Task What_has_been_sent_before_is_a_replay()
    {
        using KerberosMechanism mechanism = New(CapturedTicket.Keytab);
        for (int time = 0; time < 2; time++)
        {
            using ISecurityContext context = mechanism.CreateAcceptor();
            await context.StepAsync(CapturedTicket.ApReq, CancellationToken.None);
            Assert.Equal(time == 1, context.FailureReason!.Contains("replay", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_ticket_for_another_key_is_refused_with_a_reason()
    {
        byte[] keytab = [.. CapturedTicket.Keytab];
        keytab[^20] ^= 1; // Inside the key: behind it are but four bytes of version and four of flags.
        using KerberosMechanism mechanism = New(keytab);
        using ISecurityContext context = mechanism.CreateAcceptor();

        SecurityStep step = await context.StepAsync(CapturedTicket.ApReq, CancellationToken.None);

        Assert.Equal(NtStatus.LogonFailure, step.Status);
        Assert.Contains("decrypt", context.FailureReason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact] // The file is opened anew for each exchange: adcli and others replace it while the server runs.
    public async Task A_key_table_that_is_gone_is_a_reason_and_no_more()
    {
        using KerberosMechanism mechanism = New(CapturedTicket.Keytab);
        File.Delete(mechanism.Options.Keytab);
        using (ISecurityContext context = mechanism.CreateAcceptor())
        {
            Assert.Equal(NtStatus.LogonFailure, (await context.StepAsync(CapturedTicket.ApReq, CancellationToken.None)).Status);
            Assert.Contains("keytab", context.FailureReason, StringComparison.OrdinalIgnoreCase);
        }

        File.WriteAllBytes(mechanism.Options.Keytab, CapturedTicket.Keytab);
        using ISecurityContext again = mechanism.CreateAcceptor();
        await again.StepAsync(CapturedTicket.ApReq, CancellationToken.None);
        Assert.Matches(TooOld, again.FailureReason);
    }

    [Fact]
    public async Task A_token_may_end_anywhere()
    {
        using KerberosMechanism mechanism = New(CapturedTicket.Keytab);
        for (int length = 0; length < CapturedTicket.ApReq.Length; length += length < 100 ? 1 : 37)
        {
            using ISecurityContext context = mechanism.CreateAcceptor();
            SecurityStep step = await context.StepAsync(CapturedTicket.ApReq.AsMemory(0, length), CancellationToken.None);
            Assert.Equal(NtStatus.LogonFailure, step.Status);
            Assert.NotNull(context.FailureReason);
        }
    }

    [Fact]
    public void It_knows_its_own_tokens()
    {
        using var mechanism = new KerberosMechanism(new KerberosOptions { Keytab = "none" }, new Nobody(_asked));

        Assert.Equal([MechanismOids.MicrosoftKerberos, MechanismOids.Kerberos], mechanism.Oids);
        Assert.True(mechanism.RecognizesToken(CapturedTicket.ApReq));
        Assert.False(mechanism.RecognizesToken("NTLMSSP\0"u8));
        Assert.False(mechanism.RecognizesToken(default));
        Assert.False(mechanism.RecognizesToken(
            NegTokenInit.Encode(NegTokenInit.EncodeMechTypes([MechanismOids.Kerberos]), CapturedTicket.ApReq, withHints: false)));
    }

    [Fact] // [MS-SPNG] 3.1.5.2: Windows offers Kerberos by two names, and is answered by the one it offered first.
    public async Task Both_names_reach_it_through_spnego()
    {
        foreach (string[] offer in new string[][]
        {
            [MechanismOids.MicrosoftKerberos, MechanismOids.Kerberos, MechanismOids.Ntlm], [MechanismOids.Kerberos],
        })
        {
            using KerberosMechanism mechanism = New(CapturedTicket.Keytab);
            using var spnego = new SpnegoAcceptor([mechanism]);
            byte[] token = NegTokenInit.Encode(NegTokenInit.EncodeMechTypes(offer), CapturedTicket.ApReq, withHints: false);

            SecurityStep step = await spnego.StepAsync(token, CancellationToken.None);

            Assert.Contains(step.Status, new[] { NtStatus.LogonFailure, NtStatus.TimeDifferenceAtDc });
            Assert.Matches(TooOld, spnego.FailureReason);
        }

        using KerberosMechanism last = New(CapturedTicket.Keytab);
        using var raw = new SpnegoAcceptor([last]);
        await raw.StepAsync(CapturedTicket.ApReq, CancellationToken.None);
        Assert.Matches(TooOld, raw.FailureReason);
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        string path = Path.Combine(_folder, "none");
        Assert.Contains(path, KerberosMechanism.FindProblem(path), StringComparison.Ordinal);
    }

    private KerberosMechanism New(byte[] keytab)
    {
        string path = Path.Combine(_folder, "keytab");
        File.WriteAllBytes(path, keytab);
        if (KerberosMechanism.FindProblem(path) is { } problem)
            Assert.Skip(problem);
        return new KerberosMechanism(
            new KerberosOptions { Keytab = path, ReplayCache = Path.Combine(_folder, $"rcache{_caches++}") }, new Nobody(_asked));
    }

    private sealed class Nobody(List<KerberosLogon> asked) : IKerberosAccounts
    {
        public KerberosVerification Identify(KerberosLogon logon)
        {
            asked.Add(logon);
            return KerberosVerification.Refuse("nobody is known");
        }
    }
}
