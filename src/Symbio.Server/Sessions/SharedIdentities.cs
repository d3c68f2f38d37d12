using System.Collections.Concurrent;
using Symbio.Identity;
using Symbio.Protocol.Dtyp;

namespace Symbio.Server.Sessions;

/// <summary>
/// One user's sessions have one token, though each logon makes its own: with its sets of SIDs it takes more than a kilobyte.
/// Thread-safe.
/// </summary>
internal sealed class SharedIdentities
{
    private const int SweepAtLeast = 256;

    private readonly ConcurrentDictionary<Sid, WeakReference<LogonIdentity>> _byUser = new();
    private int _entered;

    /// <summary>The identity, with what an earlier session of the user has in common with it being that session's.</summary>
    public LogonIdentity Share(LogonIdentity identity)
    {
        Sid user = identity.Token.UserSid;
        if (_byUser.TryGetValue(user, out WeakReference<LogonIdentity>? known) && known.TryGetTarget(out LogonIdentity? earlier))
        {
            identity = identity with
            {
                Token = IsSame(identity.Token, earlier.Token) ? earlier.Token : identity.Token,
                Unix = IsSame(identity.Unix, earlier.Unix) ? earlier.Unix : identity.Unix,
            };
            if (identity == earlier)
                return earlier;
        }

        // The last one stands for the user: groups change, and tickets have ends of their own.
        _byUser[user] = new WeakReference<LogonIdentity>(identity);
        if (Interlocked.Increment(ref _entered) >= SweepAtLeast)
            Sweep();
        return identity;
    }

    // Users whose sessions have all ended; as seldom as new ones come.
    private void Sweep()
    {
        Interlocked.Exchange(ref _entered, -_byUser.Count);
        foreach (var entry in _byUser)
        {
            if (!entry.Value.TryGetTarget(out _))
                _byUser.TryRemove(entry);
        }
    }

    private static bool IsSame(SecurityToken one, SecurityToken other) =>
        one.UserSid.Equals(other.UserSid) && one.Privileges == other.Privileges && one.PrimaryGroupSid.Equals(other.PrimaryGroupSid)
        && one.OwnerSid.Equals(other.OwnerSid) && one.IsAnonymous == other.IsAnonymous && one.IsGuest == other.IsGuest
        && one.GroupSids.SetEquals(other.GroupSids);

    private static bool IsSame(UnixIdentity? one, UnixIdentity? other) =>
        one is null || other is null
            ? one is null && other is null
            : one.Uid == other.Uid && one.Gid == other.Gid && one.Groups.SequenceEqual(other.Groups);
}
