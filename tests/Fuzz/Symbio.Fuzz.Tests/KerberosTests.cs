using System.Globalization;
using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Security.Gss;
using Symbio.Security.Spnego;
using Symbio.Testing;

namespace Symbio.Fuzz.Tests;

/// <summary>Spoilt tickets, for MIT's library and what stands around it, and spoilt PACs, for our own reader.</summary>
public sealed class KerberosTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-fuzz-").FullName;

    private static int Rounds => Environment.GetEnvironmentVariable("SYMBIO_FUZZ_FRAMES") is { } frames
        && int.TryParse(frames, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : 20_000;

    private static int Seed => Environment.GetEnvironmentVariable("SYMBIO_FUZZ_SEED") is { } seed
        && int.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : Environment.TickCount & 0xFFFFFF;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Spoilt_pacs_are_read_or_not_and_nothing_else()
    {
        int seed = Seed;
        output.WriteLine($"SYMBIO_FUZZ_SEED={seed}");
        var random = new Random(seed);
        var accounts = new DomainAccounts(new LocalAccounts(), new DomainAccountsOptions());
        int read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] pac = Mutator.Mutate(random, [.. CapturedTicket.Pac]);
            try
            {
                if (accounts.Identify(new KerberosLogon("alice@R", "cifs/files@R", pac, null)).Status == NtStatus.Success)
                    read++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {Convert.ToHexString(pac)}\n{e}");
            }
        }

        output.WriteLine($"{read} of {Rounds} were still PACs");
        Assert.InRange(read, 1, Rounds - 1);
    }

    [Fact]
    public async Task Spoilt_tickets_do_not_log_on()
    {
        string keytab = Path.Combine(_folder, "keytab");
        File.WriteAllBytes(keytab, CapturedTicket.Keytab);
        if (KerberosMechanism.FindProblem(keytab) is { } problem)
            Assert.Skip(problem);
        int seed = Seed;
        output.WriteLine($"SYMBIO_FUZZ_SEED={seed}");
        var random = new Random(seed);
        using var mechanism = new KerberosMechanism(
            new KerberosOptions { Keytab = keytab, ReplayCache = Path.Combine(_folder, "rcache") },
            new DomainAccounts(new LocalAccounts(), new DomainAccountsOptions()));
        var reasons = new Dictionary<string, int>();
        for (int round = 0; round < Rounds / 10; round++)
        {
            byte[] token = Mutator.Mutate(random, [.. CapturedTicket.ApReq]);
            using ISecurityContext context = mechanism.CreateAcceptor();
            SecurityStep step = await context.StepAsync(token, CancellationToken.None);

            Assert.True(
                step.Status is NtStatus.LogonFailure or NtStatus.TimeDifferenceAtDc,
                $"{step.Status}: seed {seed}, round {round}: {Convert.ToHexString(token)}");
            reasons[context.FailureReason!] = reasons.GetValueOrDefault(context.FailureReason!) + 1;
        }

        foreach ((string reason, int count) in reasons.OrderByDescending(pair => pair.Value))
            output.WriteLine($"{count} {reason}");
    }
}
