using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Security.Ntlm;
using Symbio.Server.Pipes;
using Symbio.Testing;

namespace Symbio.Server.Tests.Pipes;

/// <summary>Look-ups of names and SIDs block where the system's name services do: not on their caller's thread.</summary>
public sealed class LsaHostTests
{
    private static readonly Sid Alien = Sid.Parse("S-1-5-21-9-9-9-1000");

    [Fact]
    public async Task A_look_up_that_blocks_is_nobody_elses_delay()
    {
        using var accounts = new SlowAccounts();
        await using TestServer server = await TestServer.StartAsync(o => accounts.Before(o));
        var host = new LsaHost(server.Server);

        Task[] asked =
        [
            host.FindUnixUserAsync(5, default).AsTask(), host.FindUnixGroupAsync(5, default).AsTask(),
            host.FindUnixUserIdAsync("a", default).AsTask(), host.FindUnixGroupIdAsync("a", default).AsTask(),
            host.FindBySidAsync(Alien, default).AsTask(), host.FindByNameAsync(null, "a", default).AsTask(),
        ];

        Assert.All(asked, task => Assert.False(task.IsCompleted)); // Who asked is here already.
        accounts.Gate.Set();
        await Task.WhenAll(asked);
        Assert.Equal(asked.Length, accounts.Asked);
        Assert.InRange(accounts.MostAtOnce, 1, NameServiceTurns.Lanes);
    }

    [Fact]
    public async Task A_call_that_was_cancelled_asks_nobody_any_more()
    {
        using var accounts = new SlowAccounts();
        await using TestServer server = await TestServer.StartAsync(o => accounts.Before(o));
        var host = new LsaHost(server.Server);
        using var cancellation = new CancellationTokenSource();
        var first = Enumerable.Range(0, NameServiceTurns.Lanes).Select(_ => host.FindUnixUserAsync(5, default).AsTask()).ToArray();

        Task<string?> late = host.FindUnixUserAsync(6, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        accounts.Gate.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        await Task.WhenAll(first);
        Assert.Equal(NameServiceTurns.Lanes, accounts.Asked);
    }

    /// <summary>Name services that answer when the test lets them.</summary>
    private sealed class SlowAccounts : IAccountAuthority, IDisposable
    {
        private readonly Lock _lock = new();
        private IAccountAuthority _accounts = null!;
        private int _asking;

        public ManualResetEventSlim Gate { get; } = new();

        public int Asked { get; private set; }

        public int MostAtOnce { get; private set; }

        public Sid DomainSid => _accounts.DomainSid;

        public LogonIdentity? Guest => _accounts.Guest;

        public SmbServerOptions Before(SmbServerOptions options)
        {
            _accounts = options.Accounts;
            return options with { Accounts = this };
        }

        public ValueTask<NtlmVerification> VerifyAsync(NtlmLogon logon, CancellationToken cancellationToken) =>
            _accounts.VerifyAsync(logon, cancellationToken);

        public bool TryLookupName(string name, out AccountName account) => LookUp(out account);

        public bool TryLookupSid(Sid sid, out AccountName account) => LookUp(out account);

        public void Dispose() => Gate.Dispose();

        private bool LookUp(out AccountName account)
        {
            lock (_lock)
            {
                Asked++;
                MostAtOnce = Math.Max(MostAtOnce, ++_asking);
            }

            Gate.Wait();
            lock (_lock)
                _asking--;
            account = default;
            return false;
        }
    }
}
