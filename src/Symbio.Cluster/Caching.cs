using Symbio.Protocol.Smb2;

namespace Symbio.Cluster;

/// <summary>Names a lease: LeaseTable.ClientGuid and Lease.LeaseKey, [MS-SMB2] 3.3.1.12 and 3.3.1.13.</summary>
public readonly record struct LeaseId(Guid Client, Guid Key);

/// <summary>
/// What an open asks to cache, [MS-FSA] 2.1.5.18. Oplocks are told as the lease state that means the same: level II is R,
/// exclusive RW, batch RWH.
/// </summary>
/// <param name="Wanted">What the client would like to have; less may be granted. Bits that mean nothing are dropped.</param>
/// <param name="Lease">The lease; null for an oplock.</param>
/// <param name="Epoch">What the client counted up to; a new lease goes on from there.</param>
/// <param name="Owner">Is told when others need what is cached.</param>
/// <param name="OnlyAlone">
/// Nothing is granted, and nothing left by a break, but to who is alone with the file: what two of them cached could be changed
/// by a third that is not asked here.
/// </param>
/// <param name="Continues">
/// The owner believes to have what is wanted, with this epoch, from an earlier life of the server: only less than that is a
/// change.
/// </param>
public sealed record CacheRequest(
    LeaseState Wanted, LeaseId? Lease, ushort Epoch, ICacheOwner Owner, bool OnlyAlone = false, bool Continues = false)
{
    public LeaseState Wanted { get; init; } =
        Wanted & (LeaseState.ReadCaching | LeaseState.HandleCaching | LeaseState.WriteCaching);
}

/// <summary>Who holds an oplock or a lease.</summary>
public interface ICacheOwner
{
    /// <summary>
    /// The state is to change, [MS-FSA] 2.1.5.18.3. Called with nothing held; must not wait. What has to be acknowledged is
    /// so by <see cref="IFileClaim.AcknowledgeBreakAsync"/> of any claim that shares the state.
    /// </summary>
    void OnBreak(CacheBreak cacheBreak);

    /// <summary>
    /// The owner has not agreed to a break in time and has lost everything, [MS-SMB2] 3.3.6.1 and 3.3.6.3. Called with nothing
    /// held, before those who waited go on; must not wait.
    /// </summary>
    void OnBreakExpired();

    /// <summary>The owner has agreed to a break. Called like <see cref="OnBreakExpired"/>.</summary>
    void OnBreakAcknowledged();
}

/// <summary>A change of state that is announced to its owner.</summary>
/// <param name="AcknowledgeRequired">Holds as told only once the owner agrees; else it is a fact already.</param>
/// <param name="Epoch">Lease.Epoch after it.</param>
public readonly record struct CacheBreak(LeaseState From, LeaseState To, bool AcknowledgeRequired, ushort Epoch);

/// <summary>What a claim may cache at the moment; shared by all claims of one lease.</summary>
/// <param name="Breaking">A break has been announced and not been acknowledged yet.</param>
/// <param name="BreakTo">What the owner was told to come down to, while <paramref name="Breaking"/>.</param>
public readonly record struct CacheGrant(
    LeaseState State, bool Breaking, ushort Epoch, LeaseState BreakTo = LeaseState.None);

/// <summary>What came of asking for a claim.</summary>
/// <param name="Wait">
/// Not null (and the status <see cref="Protocol.NtStatus.Pending"/>): others have been told to give up what they cache. The caller
/// asks again when this completes.
/// </param>
public readonly record struct ClaimOutcome(Protocol.NtStatus Status, IFileClaim? Claim, Task? Wait = null)
{
    /// <summary>For callers that never have to wait.</summary>
    public void Deconstruct(out Protocol.NtStatus status, out IFileClaim? claim) => (status, claim) = (Status, Claim);
}
