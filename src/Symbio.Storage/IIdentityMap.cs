using Symbio.Protocol.Dtyp;

namespace Symbio.Storage;

/// <summary>
/// Security identifiers for Unix accounts and back, for stores that keep Unix owners and mode bits.
/// </summary>
public interface IIdentityMap
{
    /// <summary>The SID shown for a Unix user; S-1-22-1-uid when it is nobody's account.</summary>
    Sid UserSid(uint uid);

    /// <summary>The SID shown for a Unix group; S-1-22-2-gid when it is no known group.</summary>
    Sid GroupSid(uint gid);

    /// <summary>The Unix user behind a SID, if there is one.</summary>
    uint? UserId(Sid sid);

    /// <summary>The Unix group behind a SID, if there is one.</summary>
    uint? GroupId(Sid sid);
}
