using Symbio.Cluster;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Names;
using Symbio.Server.Opens;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Information.File;

/// <summary>How a rename or a new hard link takes a name that a file has already.</summary>
/// <param name="IgnoreReadOnly">The file's attribute is no obstacle.</param>
/// <param name="Posix">Nor are those who have the file open: they go on with it, and it has no name.</param>
internal readonly record struct Replacement(bool IgnoreReadOnly, bool Posix);

/// <summary>
/// The name that a rename or a new hard link gives, and the checks of [MS-FSA] 2.1.5.15.11 and 2.1.5.15.6 on where it
/// goes: rights on its directory, and what a file that already has the name says.
/// </summary>
internal static class LinkTarget
{
    // As often others may come between a look and what it was for.
    private const int MaxRounds = 16;

    /// <summary>Takes the name apart; it is a full path within the share.</summary>
    public static NtStatus Parse(InformationSet set, ulong rootDirectory, string fileName, out ShareName name)
    {
        name = default;
        if (rootDirectory != 0 || fileName.Length == 0)
            return NtStatus.InvalidParameter;
        string path = fileName[0] == '\\' ? fileName[1..] : fileName;
        NtStatus status = set.Open.IsPosix
            ? PosixPath.Parse(set.Tree.Share.Store, path, out name)
            : SharePath.Parse(path, out name);
        if (status != NtStatus.Success)
            return status;
        return name.Path.Length == 0 ? NtStatus.InvalidParameter : NtStatus.Success;
    }

    /// <summary>
    /// With long names for the generated 8.3 names in the path; but an object may be given its own generated name.
    /// </summary>
    public static async ValueTask<ShareName> ExpandAsync(InformationSet set, ShareName name)
    {
        ShareName expanded = await name.ExpandAsync(set.Tree).ConfigureAwait(false);
        return expanded.Path != name.Path && NameComparer.Equals(expanded.Path, set.Open.File.Path)
            ? expanded with { Path = SharePath.Join(expanded.Parent!, SharePath.LastComponent(name.Path)) }
            : expanded;
    }

    /// <summary>
    /// Does what gives the name to a file, if the file that has it may go. Those who only cache a handle of that one are
    /// asked to close it first.
    /// </summary>
    /// <param name="replace">
    /// Is told whether there is such a file. If not it must not replace one: STATUS_OBJECT_NAME_COLLISION has it looked at anew.
    /// </param>
    public static async ValueTask<NtStatus> ReplaceAsync(
        InformationSet set, ShareName name, SecurityDescriptor parent, Replacement how,
        Func<bool, ValueTask<NtStatus>> replace)
    {
        Turn turn = set.Context.Server.ReplaceTurns.Of(name);
        NtStatus status = NtStatus.AccessDenied;
        for (int round = 0; round < MaxRounds;)
        {
            TargetCheck check;
            await turn.EnterAsync().ConfigureAwait(false);
            try
            {
                check = await CheckReplaceAsync(set, name, parent, how).ConfigureAwait(false);
                status = check.Status;
                if (check.Wait is null && status is NtStatus.Success or NtStatus.ObjectNameNotFound)
                    status = await TakeAsync(set, name, check, replace).ConfigureAwait(false);
            }
            finally
            {
                turn.Leave();
            }

            if (check.Wait is { } wait)
            {
                status = await set.Context.WaitForBreakAsync(wait, check.Key).ConfigureAwait(false);
                if (status != NtStatus.Success)
                    return status;
            }
            else if (check.IsOvertaken || (check.Status == NtStatus.ObjectNameNotFound && status == NtStatus.ObjectNameCollision))
            {
                round++;
            }
            else
            {
                return status;
            }
        }

        return status;
    }

    /// <summary>May the caller put a file (or a directory) there?</summary>
    /// <returns>The status, and the directory's descriptor.</returns>
    public static async ValueTask<(NtStatus Status, SecurityDescriptor? Parent)> CheckParentAsync(
        InformationSet set, ShareName name, bool isDirectory, bool checkSharing)
    {
        if (set.Tree.Share.IsReadOnly)
            return (NtStatus.AccessDenied, null);
        (NtStatus status, IStoreFile? parent) = await set.Tree.Share.Store
            .OpenAsync(
                name.Parent!, new StoreOpenOptions(StoreAccess.None, ExactCase: name.IsPosix), set.Tree.Caller,
                CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return (status == NtStatus.ObjectNameNotFound ? NtStatus.ObjectPathNotFound : status, null);
        await using (parent!.ConfigureAwait(false))
        {
            if (!parent!.IsDirectory)
                return (NtStatus.ObjectPathNotFound, null);
            (status, SecurityDescriptor? descriptor) =
                await ObjectSecurity.ReadAsync(parent, CancellationToken.None).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return (status, null);
            AccessMask needed = isDirectory ? AccessMask.AddSubdirectory : AccessMask.AddFile;
            if ((set.Tree.MaximalAccess & needed) == 0)
                return (NtStatus.AccessDenied, null);
            (status, _) = AccessCheck.Evaluate(descriptor!, set.Token, needed);
            if (status == NtStatus.Success && checkSharing)
                status = await CheckParentSharingAsync(set, parent, isDirectory).ConfigureAwait(false);
            return (status, descriptor);
        }
    }

    // May the file that has the name go? ObjectNameNotFound when there is none, and success also when it is the very file
    // that gets the name.
    private static async ValueTask<TargetCheck> CheckReplaceAsync(
        InformationSet set, ShareName name, SecurityDescriptor parent, Replacement how)
    {
        (NtStatus status, IStoreFile? target) = await set.Tree.Share.Store
            .OpenAsync(
                name.Path, new StoreOpenOptions(StoreAccess.None, OpenReparsePoint: true, ExactCase: name.IsPosix),
                set.Tree.Caller, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return new(status);
        await using (target!.ConfigureAwait(false))
        {
            if (target!.Key == set.Open.File.Key)
                return new(NtStatus.Success);

            // In POSIX a directory takes the place of an empty one; the store sees to it that it is empty.
            if (target.IsDirectory && !(name.IsPosix && set.Open.IsDirectory))
                return new(name.IsPosix ? NtStatus.FileIsADirectory : NtStatus.AccessDenied);
            (status, FileStat stat) = await target.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return new(status);
            if ((stat.Attributes & FileAttributes.ReadOnly) != 0 && !how.IgnoreReadOnly)
                return new(NtStatus.AccessDenied);
            (status, SecurityDescriptor? descriptor) =
                await ObjectSecurity.ReadAsync(target, CancellationToken.None).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return new(status);
            (status, _) = AccessCheck.Evaluate(
                descriptor!, set.Token, AccessMask.Delete, extra: ObjectSecurity.FromParent(parent, set.Token));
            return status == NtStatus.Success ? await CheckOpensAsync(set, target, how.Posix).ConfigureAwait(false) : new(status);
        }
    }

    // Nobody opens the file that has the name until the other one has it. Then, of the file that had it, nothing is to be deleted
    // when its opens are closed.
    private static async ValueTask<NtStatus> TakeAsync(
        InformationSet set, ShareName name, TargetCheck target, Func<bool, ValueTask<NtStatus>> replace)
    {
        try
        {
            NtStatus status = await replace(target.Status == NtStatus.Success).ConfigureAwait(false);
            if (status == NtStatus.Success)
                target.Claim?.Unlink();
            return status;
        }
        finally
        {
            if (target.Claim is { } claim)
                await GiveBackAsync(set, name, target.Key, claim).ConfigureAwait(false);
        }
    }

    // As LeaveAsync. The file has not been kept open: it goes where it is replaced, and may be large.
    private static async ValueTask GiveBackAsync(InformationSet set, ShareName name, FileKey key, IFileClaim claim)
    {
        ReleaseOutcome outcome = await claim.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (outcome == ReleaseOutcome.Closed)
                return;
            (_, IStoreFile? file) = await set.Tree.Share.Store
                .OpenAsync(
                    name.Path, new StoreOpenOptions(StoreAccess.None, OpenReparsePoint: true, ExactCase: name.IsPosix),
                    set.Tree.Caller, CancellationToken.None)
                .ConfigureAwait(false);
            if (file is null)
                return;
            await using (file.ConfigureAwait(false))
            {
                if (file.Key == key)
                    await LastClose.DeleteAsync(outcome, claim, set.Tree, file).ConfigureAwait(false);
            }
        }
        finally
        {
            claim.CompleteRelease();
        }
    }

    // Windows opens the directory for adding to it for the time of a rename, and shares that but not DELETE: who has it open
    // and does not share writing is in the way, and who has it open with DELETE. (Who only watches it is not:
    // smb2.notify.rec.)
    // Deviation: DELETE is in the way of files only. Watchers often have all rights, and folders are to be renamed below
    // them (smb2.notify-inotify); versions of Windows after Server 2022 share DELETE for files, too.
    private static async ValueTask<NtStatus> CheckParentSharingAsync(
        InformationSet set, IStoreFile parent, bool isDirectory)
    {
        (NtStatus status, IFileClaim? claim) = await LookAsync(set, parent).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return NtStatus.AccessDenied;
        status = !isDirectory && claim!.HasOtherAccess(AccessMask.Delete)
            ? NtStatus.SharingViolation
            : claim!.CheckShareWrite();
        await LeaveAsync(set, parent, claim).ConfigureAwait(false);
        return status;
    }

    // POSIX semantics replace a file that is open, if who has it open lets others delete it. Whose client is away cannot answer
    // (but the one that asks is not asked): others come later, as they do with an open, [MS-SMB2] 3.3.5.9.
    private static async ValueTask<TargetCheck> CheckOpensAsync(InformationSet set, IStoreFile target, bool posix)
    {
        (NtStatus status, IFileClaim? claim) = await LookAsync(set, target).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return new(NtStatus.AccessDenied); // It is about to be deleted: by a handle that is still open.
        bool isOpen = claim!.HasOtherOpens;
        var absent = new AbsentOwners(set.Context, target.Key);
        bool mayAsk = isOpen && !absent.HasOthersWhoCache(writesOnly: false);
        Task? wait = mayAsk
            ? await claim.ContendAsync(LeaseState.HandleCaching, CancellationToken.None).ConfigureAwait(false)
            : null;
        if (isOpen)
            status = posix && mayAsk ? claim.CheckShareDelete() : NtStatus.AccessDenied;
        if (status != NtStatus.Success && absent.HasAny)
            status = NtStatus.FileNotAvailable;
        bool goesOn = status == NtStatus.Success && wait is null;
        if (goesOn && claim.TryBeginReplace())
            return new(status, target.Key, claim);
        await LeaveAsync(set, target, claim).ConfigureAwait(false);
        return goesOn
            ? new(NtStatus.AccessDenied, IsOvertaken: true)
            : new(status, target.Key, Wait: wait);
    }

    // A claim that asks for nothing conflicts with nobody, and can be asked about the others.
    private static ValueTask<ClaimOutcome> LookAsync(InformationSet set, IStoreFile file) =>
        set.Context.Server.Coordinator.OpenAsync(
            new FileIdentity(file.Key.Volume, file.Key.FileId, file.Key.Generation),
            new ClaimOptions(
                Stream: "", UpcaseTable.ToUpper(file.Path), AccessMask.None, ShareRead: true, ShareWrite: true,
                ShareDelete: true, DeleteOnClose: false),
            CancellationToken.None);

    // Meanwhile the last other open may have closed a file that is to be deleted: then the deleting is left to us.
    private static async ValueTask LeaveAsync(InformationSet set, IStoreFile file, IFileClaim claim)
    {
        ReleaseOutcome outcome = await claim.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        await LastClose.DeleteAsync(outcome, claim, set.Tree, file).ConfigureAwait(false);
        claim.CompleteRelease();
    }

    // What keeps the file from being replaced, or the claim that keeps others from opening it.
    private readonly record struct TargetCheck(
        NtStatus Status, FileKey Key = default, IFileClaim? Claim = null, Task? Wait = null, bool IsOvertaken = false);
}
