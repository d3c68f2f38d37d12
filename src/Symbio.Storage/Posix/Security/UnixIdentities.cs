using Symbio.Protocol.Dtyp;

namespace Symbio.Storage.Posix;

/// <summary>The identity map without accounts: Samba's SIDs for bare Unix ids.</summary>
internal sealed class UnixIdentities : IIdentityMap
{
    public static UnixIdentities Instance { get; } = new();

    public Sid UserSid(uint uid) => Sid.UnixUser(uid);

    public Sid GroupSid(uint gid) => Sid.UnixGroup(gid);

    public uint? UserId(Sid sid) => sid.TryGetUnixUser(out uint uid) ? uid : null;

    public uint? GroupId(Sid sid) => sid.TryGetUnixGroup(out uint gid) ? gid : null;
}
