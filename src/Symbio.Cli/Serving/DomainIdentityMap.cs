using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Storage;

namespace Symbio.Cli.Serving;

/// <summary>
/// Accounts of the domain for the Unix ids that were made of their RIDs, and back; all others are the local map's. What is
/// a user and what a group a RID does not tell: each id stands for one of both kinds, as with Samba's idmap_rid.
/// </summary>
internal sealed class DomainIdentityMap(IIdentityMap local, DomainAccounts domain) : IIdentityMap
{
    public Sid UserSid(uint uid) => domain.FindSid(uid) ?? local.UserSid(uid);

    public Sid GroupSid(uint gid) => domain.FindSid(gid) ?? local.GroupSid(gid);

    public uint? UserId(Sid sid) => domain.FindId(sid) ?? local.UserId(sid);

    public uint? GroupId(Sid sid) => domain.FindId(sid) ?? local.GroupId(sid);
}
