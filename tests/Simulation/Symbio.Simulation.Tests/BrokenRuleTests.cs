using Symbio.Simulation.Faults;

namespace Symbio.Simulation.Tests;

/// <summary>
/// Each rule is broken deliberately, and the simulation says so: a test of the tests. The same seeds are clean when nothing
/// is broken (<see cref="SeedTests"/>).
/// </summary>
public sealed class BrokenRuleTests
{
    private const int Seeds = 1000;

    [Fact]
    public void Share_modes_that_are_not_kept_are_seen() => AssertSeen(new SharesEverything(), "sharing");

    [Fact]
    public void A_second_exclusive_lease_is_seen() => AssertSeen(new GrantsEverything(), "leases");

    [Fact]
    public void A_break_that_nobody_is_told_of_is_seen() => AssertSeen(new DropsBreaks(), "beliefs");

    [Fact]
    public void A_listing_that_is_stale_under_a_lease_is_seen() => AssertSeen(new KeepsListings(), "coherence");

    [Fact]
    public void A_read_or_write_past_a_lock_is_seen() => AssertSeen(new IgnoresLocks(), "locks");

    [Fact]
    public void A_request_that_is_never_answered_is_seen() => AssertSeen(new NeverAnswersLocks(), "answers");

    [Fact]
    public void A_write_that_was_acknowledged_and_lost_is_seen() => AssertSeen(new LosesAcknowledgedWrites(), "content");

    [Fact]
    public void An_open_that_is_leaked_is_seen() => AssertSeen(new LeaksOpens(), "leftovers");

    [Fact]
    public void A_persistent_handle_that_is_lost_is_seen() => AssertSeen(new ForgetsPersistentHandles(), "persistent");

    [Fact]
    public void A_credit_too_many_is_seen() => AssertSeen(new MiscountsCredits(), "credits");

    [Fact]
    public void An_answer_in_another_session_is_seen() => AssertSeen(new ConfusesSessions(), "answers");

    [Fact]
    public void An_open_that_another_session_can_use_is_seen() => AssertSeen(new LendsOpens(), "opens");

    [Fact]
    public void What_does_not_decrypt_is_seen() => AssertSeen(new GarblesEncryption(), "encryption");

    private static void AssertSeen(BrokenRule rule, string name)
    {
        var campaign = new Campaign(1, Seeds, Defaults.Steps, rule) { StopsAt = name }; // What is broken may break other rules first.
        campaign.Run();

        SeedResult? seen = campaign.Failures.FirstOrDefault(f => f.Rule == name);
        Assert.NotNull(seen);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seen.Seed}: {seen.Failure}");
    }
}
