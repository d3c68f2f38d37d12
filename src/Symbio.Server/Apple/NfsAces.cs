using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Information;
using Symbio.Storage;

namespace Symbio.Server.Apple;

/// <summary>
/// kAAPL_SUPPORTS_NFS_ACE: a DACL ends with three entries that grant and deny nothing and tell owner, group and mode, by the SIDs
/// that Windows' NFS server has for them. A client sets the mode by sending the entry that tells it.
/// </summary>
internal static class NfsAces
{
    /// <summary>A descriptor as the client sees it; one without a DACL as it is.</summary>
    public static async ValueTask<SecurityDescriptor> AddAsync(SecurityDescriptor descriptor, IStoreFile file)
    {
        if (descriptor.Dacl is not { } dacl)
            return descriptor;
        (_, FileStat stat) = await file.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (stat.Posix is not { } posix)
            return descriptor;
        Ace[] aces =
        [
            .. dacl.Aces.Where(ace => !PosixSecurity.IsNfs(ace.Sid)),
            Ace.Deny(PosixSecurity.NfsModeSid(posix.Mode), AccessMask.None),
            Ace.Deny(PosixSecurity.NfsUserSid(posix.Uid), AccessMask.None),
            Ace.Deny(PosixSecurity.NfsGroupSid(posix.Gid), AccessMask.None),
        ];
        return descriptor with { Dacl = new Acl([.. aces], dacl.Revision) };
    }

    /// <summary>
    /// What a client has sent without the entries that are none of the descriptor's own. False: there were none.
    /// </summary>
    /// <param name="mode">The mode that the client wants; null: it has said nothing of it.</param>
    public static bool TryTake(SecurityDescriptor sent, out SecurityDescriptor own, out uint? mode)
    {
        own = sent;
        mode = null;
        if (sent.Dacl is not { } dacl || !dacl.Aces.Any(ace => PosixSecurity.IsNfs(ace.Sid)))
            return false;
        if (PosixSecurity.TryRead(sent, SecurityInformation.Dacl, out PosixChange change))
            mode = change.Mode;
        own = sent with { Dacl = new Acl([.. dacl.Aces.Where(ace => !PosixSecurity.IsNfs(ace.Sid))], dacl.Revision) };
        return true;
    }

    /// <summary>chmod(2), if the mode is another one: who writes a descriptor back sends the mode along.</summary>
    public static async ValueTask<NtStatus> SetModeAsync(InformationSet set, IStoreFile file, uint mode)
    {
        (NtStatus status, FileStat stat) = await file.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        return stat.Posix is { } posix && (posix.Mode & PosixMode.Permissions) == mode
            ? NtStatus.Success
            : await PosixSecurity.SetAsync(set, new PosixChange(Mode: mode)).ConfigureAwait(false);
    }
}
