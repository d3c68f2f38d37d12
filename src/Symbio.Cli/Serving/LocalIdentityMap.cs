using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Storage;

namespace Symbio.Cli.Serving;

/// <summary>
/// Local users and groups for their Unix accounts and back; everybody else is S-1-22-*. The service's own account
/// stands for all users without an account of their own, so it is never shown as one of them.
/// </summary>
internal sealed class LocalIdentityMap(ILocalDomainSource source, IUnixAccounts unix, TimeProvider time) : IIdentityMap
{
    // Who could not be looked up is looked up again so much later, with everybody else.
    internal static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);

    private volatile Snapshot? _snapshot;

    public Sid UserSid(uint uid) => Current.UserSids.GetValueOrDefault(uid) ?? Sid.UnixUser(uid);

    public Sid GroupSid(uint gid) => Current.GroupSids.GetValueOrDefault(gid) ?? Sid.UnixGroup(gid);

    public uint? UserId(Sid sid) =>
        sid.TryGetUnixUser(out uint uid) ? uid : Current.UserIds.TryGetValue(sid, out uid) ? uid : null;

    public uint? GroupId(Sid sid) =>
        sid.TryGetUnixGroup(out uint gid) ? gid : Current.GroupIds.TryGetValue(sid, out gid) ? gid : null;

    private Snapshot Current
    {
        get
        {
            var domain = source.Current;
            var snapshot = _snapshot;
            if (snapshot is null || !ReferenceEquals(snapshot.Domain, domain)
                || (!snapshot.IsComplete && time.GetElapsedTime(snapshot.Taken) >= RetryPeriod))
            {
                _snapshot = snapshot = new Snapshot(domain, unix, time.GetTimestamp());
            }
            return snapshot;
        }
    }

    private sealed class Snapshot
    {
        public Snapshot(LocalDomain domain, IUnixAccounts unix, long taken)
        {
            Domain = domain;
            Taken = taken;
            if (!unix.CanImpersonate)
                return; // Every file will be the service's.
            foreach (var user in domain.Users)
            {
                string account = user.UnixAccount ?? user.Name;
                if (account.Length == 0)
                    continue;
                var found = unix.FindUser(account);
                IsComplete &= !found.HasFailed;
                if (found.Account is not { } identity || identity.Uid == unix.Service.Uid)
                    continue;
                var sid = domain.Sid.AppendRid(user.Rid);
                UserIds[sid] = identity.Uid;
                // Two users of one account: neither is the owner of its files more than the other.
                if (!UserSids.TryAdd(identity.Uid, sid))
                    UserSids[identity.Uid] = Sid.UnixUser(identity.Uid);
            }
            foreach (var group in domain.Groups)
            {
                if (group.UnixGroup is null || unix.FindGroup(group.UnixGroup) is not { } gid)
                    continue;
                var sid = domain.Sid.AppendRid(group.Rid);
                GroupIds[sid] = gid;
                GroupSids.TryAdd(gid, sid);
            }
        }

        public LocalDomain Domain { get; }
        public long Taken { get; }

        /// <summary>Everybody could be looked up.</summary>
        public bool IsComplete { get; } = true;

        public Dictionary<uint, Sid> UserSids { get; } = [];
        public Dictionary<uint, Sid> GroupSids { get; } = [];
        public Dictionary<Sid, uint> UserIds { get; } = [];
        public Dictionary<Sid, uint> GroupIds { get; } = [];
    }
}
