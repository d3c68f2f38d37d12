using Symbio.Cluster;
using Symbio.Protocol.Smb2;
using Symbio.Security;

namespace Symbio.Simulation.Faults;

/// <summary>
/// Breaks a rule of the server deliberately, to show that the simulation sees it. The server has no switches for this: what
/// is broken is what its host gives it.
/// </summary>
internal class BrokenRule
{
    /// <summary>Nothing is broken.</summary>
    public static BrokenRule None { get; } = new();

    /// <summary>What arbitrates in place of this coordinator.</summary>
    public virtual ICoordinator Coordinate(ICoordinator coordinator) => coordinator;

    /// <summary>Where the server's random numbers come from.</summary>
    public virtual RandomNumberSource Randomize(RandomNumberSource source) => source;

    /// <summary>The store says that it has written, and has not.</summary>
    public virtual bool LosesWrites => false;

    /// <summary>The store does not give handles back.</summary>
    public virtual bool KeepsHandles => false;

    /// <summary>The disk says that it has kept a persistent handle, and has not.</summary>
    public virtual bool ForgetsHandles => false;

    /// <summary>A message on its way to a client.</summary>
    public virtual void Tamper(Span<byte> message)
    {
    }

    /// <summary>An encrypted message on its way to a client.</summary>
    public virtual void TamperEncrypted(Span<byte> message)
    {
    }
}

/// <summary>Whoever would be a sharing violation is let in.</summary>
internal sealed class SharesEverything : BrokenRule
{
    public override ICoordinator Coordinate(ICoordinator coordinator) => new Decorator(coordinator);

    private sealed class Decorator(ICoordinator inner) : CoordinatorDecorator(inner)
    {
        protected override ClaimOptions Change(ClaimOptions options) =>
            options with { ShareRead = true, ShareWrite = true, ShareDelete = true };
    }
}

/// <summary>Every claim may cache all that it asks for, whatever others may.</summary>
internal sealed class GrantsEverything : BrokenRule
{
    public override ICoordinator Coordinate(ICoordinator coordinator) => new Decorator(coordinator);

    private sealed class Decorator(ICoordinator inner) : CoordinatorDecorator(inner)
    {
        protected override IFileClaim Wrap(IFileClaim claim, ClaimOptions options) =>
            options.Caching is { } request ? new Claim(claim, request) : claim;
    }

    private sealed class Claim(IFileClaim inner, CacheRequest request) : ClaimDecorator(inner)
    {
        public override CacheGrant Granted => base.Granted with { State = request.Wanted };

        public override CacheGrant Cache => base.Cache with { State = request.Wanted };
    }
}

/// <summary>Nobody is told to give up what he caches; after a while it is taken away all the same.</summary>
internal sealed class DropsBreaks : BrokenRule
{
    public override ICoordinator Coordinate(ICoordinator coordinator) => new Decorator(coordinator);

    private sealed class Decorator(ICoordinator inner) : CoordinatorDecorator(inner)
    {
        protected override ClaimOptions Change(ClaimOptions options) => options.Caching is { } request
            ? options with { Caching = request with { Owner = new DeafOwner() } }
            : options;
    }

    private sealed class DeafOwner : ICacheOwner
    {
        public void OnBreak(CacheBreak cacheBreak)
        {
        }

        public void OnBreakAcknowledged()
        {
        }

        public void OnBreakExpired()
        {
        }
    }
}

/// <summary>Whoever lists a directory under a lease is not told that names in it have changed.</summary>
internal sealed class KeepsListings : BrokenRule
{
    public override ICoordinator Coordinate(ICoordinator coordinator) => new Decorator(coordinator);

    private sealed class Decorator(ICoordinator inner) : CoordinatorDecorator(inner)
    {
        public override ValueTask<Task?> ContendAsync(
            FileIdentity file, string stream, LeaseState lose, LeaseId? except, CancellationToken cancellationToken) =>
            lose == LeaseState.ReadCaching
                ? new((Task?)null)
                : base.ContendAsync(file, stream, lose, except, cancellationToken);
    }
}

/// <summary>What is locked may be read and written by everybody.</summary>
internal sealed class IgnoresLocks : BrokenRule
{
    public override ICoordinator Coordinate(ICoordinator coordinator) => new Decorator(coordinator);

    private sealed class Decorator(ICoordinator inner) : CoordinatorDecorator(inner)
    {
        protected override IFileClaim Wrap(IFileClaim claim, ClaimOptions options) => new Claim(claim);
    }

    private sealed class Claim(IFileClaim inner) : ClaimDecorator(inner)
    {
        public override Protocol.NtStatus CheckRange(ulong offset, ulong length, bool write) => Protocol.NtStatus.Success;
    }
}

/// <summary>Who waits for a lock waits for ever, whether he asks to be let go or not.</summary>
internal sealed class NeverAnswersLocks : BrokenRule
{
    public override ICoordinator Coordinate(ICoordinator coordinator) => new Decorator(coordinator);

    private sealed class Decorator(ICoordinator inner) : CoordinatorDecorator(inner)
    {
        protected override IFileClaim Wrap(IFileClaim claim, ClaimOptions options) => new Claim(claim);
    }

    private sealed class Claim(IFileClaim inner) : ClaimDecorator(inner)
    {
        public override ValueTask<Protocol.NtStatus> LockAsync(
            ByteRange range, bool exclusive, bool wait, CancellationToken cancellationToken) =>
            base.LockAsync(range, exclusive, wait, CancellationToken.None);
    }
}

/// <summary>The store loses what it says it has written.</summary>
internal sealed class LosesAcknowledgedWrites : BrokenRule
{
    public override bool LosesWrites => true;
}

/// <summary>Closed files stay open in the store.</summary>
internal sealed class LeaksOpens : BrokenRule
{
    public override bool KeepsHandles => true;
}

/// <summary>Persistent handles are not persistent.</summary>
internal sealed class ForgetsPersistentHandles : BrokenRule
{
    public override bool ForgetsHandles => true;
}

/// <summary>Clients are told of one credit more than they have.</summary>
internal sealed class MiscountsCredits : BrokenRule
{
    public override void Tamper(Span<byte> message)
    {
        if (message[12] == (byte)Protocol.Smb2.Smb2Command.Write && message[14] < byte.MaxValue)
            message[14]++;
    }
}

/// <summary>Answers say that they belong to another session of the connection.</summary>
internal sealed class ConfusesSessions : BrokenRule
{
    public override void Tamper(Span<byte> message)
    {
        if (message[12] == (byte)Smb2Command.Echo)
            message[40]++;
    }
}

/// <summary>What somebody else has open may be used by everybody.</summary>
internal sealed class LendsOpens : BrokenRule
{
    public override void Tamper(Span<byte> message)
    {
        if (message[12] == (byte)Smb2Command.Flush && BitConverter.ToUInt32(message[8..]) == (uint)Protocol.NtStatus.FileClosed)
            message[8..12].Clear();
    }
}

/// <summary>What is encrypted is not what was meant.</summary>
internal sealed class GarblesEncryption : BrokenRule
{
    public override void TamperEncrypted(Span<byte> message) => message[^1] ^= 1;
}

/// <summary>The server takes random numbers from elsewhere than its host.</summary>
internal sealed class DoesNotReplay : BrokenRule
{
    public override RandomNumberSource Randomize(RandomNumberSource source) => RandomNumbers.Secure;
}
