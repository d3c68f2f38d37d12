using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Server.Notifications;
using Symbio.Storage;

namespace Symbio.Server.Information;

/// <summary>
/// chmod(2) and chown(2) of POSIX clients, which send them as a security descriptor with SIDs of the kind that Windows' NFS
/// server keeps modes and owners in: S-1-5-88-1-uid, S-1-5-88-2-gid, S-1-5-88-3-mode.
/// </summary>
internal static class PosixSecurity
{
    private const ulong NtAuthority = 5;
    private const uint NfsDomain = 88;
    private const uint NfsUser = 1;
    private const uint NfsGroup = 2;
    private const uint NfsMode = 3;

    /// <summary>
    /// False: an ordinary descriptor. An entry that tells the mode is all that counts of a DACL: it is what the entries beside it
    /// were made from.
    /// </summary>
    public static bool TryRead(SecurityDescriptor descriptor, SecurityInformation parts, out PosixChange change)
    {
        change = default;
        if ((parts & SecurityInformation.Dacl) != 0)
        {
            foreach (Ace ace in descriptor.Dacl?.Aces ?? [])
            {
                if (IdOf(ace.Sid, NfsMode) is { } mode)
                    change = change with { Mode = mode & Protocol.Fscc.PosixMode.Permissions };
            }
        }

        if ((parts & SecurityInformation.Owner) != 0)
            change = change with { Uid = descriptor.Owner is { } owner ? UserOf(owner) : null };
        if ((parts & SecurityInformation.Group) != 0)
            change = change with { Gid = descriptor.Group is { } group ? GroupOf(group) : null };
        return change != default;
    }

    /// <summary>
    /// A descriptor that says no more than a mode and the owner that the client thinks it has: a create has both already, the
    /// mode in its POSIX context, and the owner by who has logged on.
    /// </summary>
    public static bool IsMode(SecurityDescriptor? descriptor) =>
        descriptor is not null && TryRead(descriptor, SecurityInformation.Dacl, out _);

    public static async ValueTask<NtStatus> SetAsync(InformationSet set, PosixChange change)
    {
        NtStatus status = await set.Context.Server.SecurityTurns
            .RunAsync(
                set.Open.File.Key,
                () => set.Open.ChangeAsync(file => file.SetPosixAsync(change, set.Tree.Caller, CancellationToken.None)))
            .ConfigureAwait(false);
        if (!status.IsError)
            set.Open.Modified(Protocol.Smb2.CompletionFilter.Security);
        return status;
    }

    /// <summary>A SID that tells an owner, a group or a mode.</summary>
    public static bool IsNfs(Sid sid) =>
        sid is { Authority: NtAuthority, SubAuthorityCount: 3 } && sid.SubAuthority(0) == NfsDomain;

    public static Sid NfsUserSid(uint uid) => new(NtAuthority, NfsDomain, NfsUser, uid);

    public static Sid NfsGroupSid(uint gid) => new(NtAuthority, NfsDomain, NfsGroup, gid);

    public static Sid NfsModeSid(uint mode) => new(NtAuthority, NfsDomain, NfsMode, mode);

    private static uint? UserOf(Sid sid) => sid.TryGetUnixUser(out uint uid) ? uid : IdOf(sid, NfsUser);

    private static uint? GroupOf(Sid sid) => sid.TryGetUnixGroup(out uint gid) ? gid : IdOf(sid, NfsGroup);

    private static uint? IdOf(Sid sid, uint kind) =>
        IsNfs(sid) && sid.SubAuthority(1) == kind ? sid.SubAuthority(2) : null;
}
