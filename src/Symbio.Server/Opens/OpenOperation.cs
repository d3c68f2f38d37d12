using Symbio.Cluster;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Information;
using Symbio.Server.Names;
using Symbio.Server.Quotas;
using Symbio.Server.Trees;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Opens;

/// <summary>
/// Server requests an open of a file, [MS-FSA] 2.1.5.1: existence and disposition, access checks, share modes, and what
/// overwriting and creating do. One use; on success the caller owns <see cref="File"/> and <see cref="Claim"/>.
/// </summary>
internal sealed partial class OpenOperation(
    RequestContext context, ShareName name, CreateRequest request, RequestedContexts contexts)
{
    // Between "it is not there" and "create it" another process may come first; after this many rounds something else
    // than bad luck is going on.
    private const int MaxRounds = 16;

    // The kernel tells nobody when a lease on a file has gone: we look. In all a little longer than it gives (45 seconds).
    private const int MaxLeaseWaits = 1000;
    private static readonly TimeSpan s_leaseWait = TimeSpan.FromMilliseconds(50);

    private const StoreAccess StreamAccess = StoreAccess.Read | StoreAccess.Write;

    // Attributes that a create or an overwrite may set, [MS-FSA] 2.1.5.1.1.
    private const FileAttributes Settable = FileAttributes.ReadOnly | FileAttributes.Hidden | FileAttributes.System
        | FileAttributes.Archive | FileAttributes.Temporary | FileAttributes.Offline | FileAttributes.NotContentIndexed;

    // Access that disturbs nobody's cache.
    private const AccessMask UndisturbingAccess =
        AccessMask.ReadAttributes | AccessMask.WriteAttributes | AccessMask.Synchronize | AccessMask.ReadControl;

    // What to try in place of reading and writing, and what of MAXIMUM_ALLOWED is lost by it. (FILE_EXECUTE alone says
    // nothing of reading.)
    private static readonly (StoreAccess Access, AccessMask Refused)[] s_lessAccess =
    [
        (StoreAccess.Read, OpenAccess.WriteAccess),
        (StoreAccess.Write, AccessMask.ReadData),
        (StoreAccess.None, OpenAccess.WriteAccess | AccessMask.ReadData),
    ];

    /// <summary>The oplock or lease that the open asks for.</summary>
    public RequestedCaching Caching { get; private set; } = RequestedCaching.Of(context, request, contexts);

    private readonly OpenAccess _access = new(context, name, request, contexts);
    private readonly int? _renames = context.Server.Renames.Count; // As it was before we looked for the file.
    private string _link = "";

    private TreeConnect Tree => context.Tree;

    private IFileStore Store => Tree.Share.Files;

    private SecurityToken Token => context.Session.Identity!.Token;

    private CreateOptions Options => request.CreateOptions;

    private bool DeleteOnClose => (Options & CreateOptions.DeleteOnClose) != 0;

    private bool Overwrites => request.CreateDisposition
        is CreateDisposition.Supersede or CreateDisposition.Overwrite or CreateDisposition.OverwriteIf;

    // With its named streams and attributes. POSIX (O_TRUNC) takes the data alone.
    private bool OverwritesFile => Overwrites && name.Stream.Length == 0 && !name.IsPosix;

    private bool MayCreate => request.CreateDisposition is not (CreateDisposition.Open or CreateDisposition.Overwrite);

    /// <summary>The open file or stream.</summary>
    public IStoreFile File { get; private set; } = null!;

    /// <summary>Its place in the coordinator's record.</summary>
    public IFileClaim Claim { get; private set; } = null!;

    /// <summary>What the file is like once it is open.</summary>
    public FileStat Stat { get; private set; }

    /// <summary>Open.GrantedAccess</summary>
    public AccessMask GrantedAccess => _access.Granted;

    /// <summary>All that the caller may do with the file.</summary>
    public AccessMask MaximalAccess => _access.Maximal(Token);

    /// <summary>CreateAction</summary>
    public CreateAction Action { get; private set; }

    /// <summary>The file itself was created, be it for the sake of a stream.</summary>
    public bool CreatedFile { get; private set; }

    public async ValueTask<NtStatus> RunAsync()
    {
        try
        {
            return await OpenOrCreateAsync().ConfigureAwait(false);
        }
        catch when (Claim is not null)
        {
            // A bug, or no memory. Nobody has the open: the file must not stay claimed by it.
            await Claim.AbandonAsync(CancellationToken.None).ConfigureAwait(false);
            Claim.CompleteRelease();
            throw;
        }
    }

    private async ValueTask<NtStatus> OpenOrCreateAsync()
    {
        NtStatus last = NtStatus.SharingViolation;
        for (int round = 0; round < MaxRounds; round++)
        {
            (NtStatus status, IStoreFile? file) = await OpenExistingAsync().ConfigureAwait(false);
            for (int asked = 0; status == NtStatus.OplockNotGranted && asked < MaxLeaseWaits; asked++)
            {
                // Who has the lease has been told, and has as long as the kernel says (lease-break-time) to give it up.
                status = await PauseAsync().ConfigureAwait(false);
                if (status != NtStatus.Success)
                    return status;
                (status, file) = await OpenExistingAsync().ConfigureAwait(false);
            }

            if (status == NtStatus.OplockNotGranted)
                return NtStatus.SharingViolation;
            if (status == NtStatus.Success)
            {
                status = await UseExistingAsync(file!).ConfigureAwait(false);
            }
            else if (status == NtStatus.ObjectNameNotFound && MayCreate)
            {
                status = await CreateNewAsync().ConfigureAwait(false);
                if (status == NtStatus.ObjectNameCollision && request.CreateDisposition != CreateDisposition.Create)
                {
                    last = status; // Each time, if the name is a link's that leads nowhere.
                    continue;
                }
            }

            // Deleted after it was found: look again.
            if (status == NtStatus.FileDeleted)
                continue;
            return status;
        }

        return last;
    }

    private async ValueTask<NtStatus> PauseAsync()
    {
        var over = new Signal(context.Server.Scheduler);
        using ITimer timer = context.Server.Time.CreateTimer(
            static state => ((Signal)state!).Set(), over, s_leaseWait, Timeout.InfiniteTimeSpan);
        return await context.WaitForBreakAsync(over.Task).ConfigureAwait(false);
    }

    private StoreAccess StoreAccessHint()
    {
        AccessMask access = GenericMapping.File.Map(request.DesiredAccess);
        var hint = StoreAccess.None;
        if ((access & (OpenAccess.ReadAccess | AccessMask.MaximumAllowed)) != 0)
            hint |= StoreAccess.Read;
        if ((access & (OpenAccess.WriteAccess | AccessMask.MaximumAllowed)) != 0 || (Overwrites && !name.MustBeDirectory))
            hint |= StoreAccess.Write;
        return name.Stream.Length > 0 ? StoreAccess.None : hint;
    }

    private async ValueTask<(NtStatus Status, IStoreFile? File)> OpenExistingAsync()
    {
        if (name.IsQuotaFile)
            return (NtStatus.Success, new QuotaFile());
        bool reparse = (Options & CreateOptions.OpenReparsePoint) != 0;
        StoreAccess hint = StoreAccessHint();
        (NtStatus status, IStoreFile? file) = await Store
            .OpenAsync(name.Path, new StoreOpenOptions(hint, reparse, name.IsPosix), Tree.Caller, CancellationToken.None)
            .ConfigureAwait(false);

        // With MAXIMUM_ALLOWED the hint asks for more than may be had: take what the system below gives.
        if (status == NtStatus.AccessDenied && (request.DesiredAccess & AccessMask.MaximumAllowed) != 0)
        {
            for (int less = 0; less < s_lessAccess.Length && status == NtStatus.AccessDenied; less++)
            {
                (StoreAccess access, _access.RefusedByStore) = s_lessAccess[less];
                (status, file) = await Store
                    .OpenAsync(
                        name.Path, new StoreOpenOptions(access, reparse, name.IsPosix), Tree.Caller, CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }

        return (status, file);
    }

    // [MS-FSA] 2.1.5.1.2, open of an existing file. Owns the handle until it has succeeded.
    private async ValueTask<NtStatus> UseExistingAsync(IStoreFile file)
    {
        IStoreFile? opened = file;
        try
        {
            StoreInspection seen = await file.InspectAsync(CancellationToken.None).ConfigureAwait(false);
            if (seen.Status.IsError)
                return seen.Status;
            FileStat stat = seen.Stat;
            if (stat.ReparseTag != 0 && (Options & CreateOptions.OpenReparsePoint) == 0)
            {
                return stat.ReparseTag == (uint)ReparseTag.SymbolicLink
                    ? NtStatus.ReparsePointEncountered
                    : NtStatus.IoReparseTagNotHandled;
            }

            NtStatus status = CheckKind(stat, file);
            if (status != NtStatus.Success)
                return status;
            if (name.Stream.Length == 0 && request.CreateDisposition == CreateDisposition.Create)
            {
                return await _access.IsDeletePendingAsync(file).ConfigureAwait(false) // Of a name that is about to go that comes first.
                    ? NtStatus.DeletePending
                    : NtStatus.ObjectNameCollision;
            }

            status = await _access.CheckExistingAsync(seen).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
            Action = CreateAction.Opened;
            if (name.Stream.Length > 0)
            {
                (status, IStoreFile? stream) = await FindStreamAsync(file).ConfigureAwait(false);
                if (stream is not null)
                    opened = file = await UseStreamAsync(file, stream).ConfigureAwait(false);
                else if (status == NtStatus.Success)
                    status = _access.CheckNewStream(stat);
            }

            if (status == NtStatus.Success)
                status = CheckAttributes(stat);
            if (status == NtStatus.Success)
                status = await ClaimAsync(file).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
            if (name.Stream.Length > 0 && file.StreamName.Length == 0)
            {
                // Only now, when nothing is in the way any more: an open that fails makes no stream.
                (status, IStoreFile? stream) = await file
                    .OpenStreamAsync(name.Stream, create: true, StreamAccess, CancellationToken.None).ConfigureAwait(false);
                if (status != NtStatus.Success)
                    return await GiveUpStreamAsync(file, status).ConfigureAwait(false);
                opened = file = await UseStreamAsync(file, stream!).ConfigureAwait(false);
            }

            if (Overwrites && Action == CreateAction.Opened)
                status = await OverwriteAsync(file, stat).ConfigureAwait(false);
            if (status == NtStatus.Success)
                status = await FinishAsync(file).ConfigureAwait(false);
            if (status == NtStatus.Success)
                opened = null;
            return status;
        }
        finally
        {
            if (opened is not null)
                await opened.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Null with success: it is not there, and is to be created.
    private async ValueTask<(NtStatus Status, IStoreFile? Stream)> FindStreamAsync(IStoreFile file)
    {
        if (AppleStreams.Of(Tree, file, name.Stream) is { } apple)
            return await OpenAppleStreamAsync(apple).ConfigureAwait(false);
        (NtStatus status, IStoreFile? stream) = await file
            .OpenStreamAsync(name.Stream, create: false, StreamAccess, CancellationToken.None).ConfigureAwait(false);
        if (stream is not null && request.CreateDisposition == CreateDisposition.Create)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return (NtStatus.ObjectNameCollision, null);
        }

        if (status != NtStatus.ObjectNameNotFound || !MayCreate)
            return (status, stream);
        if (Tree.Share.IsReadOnly)
            return (NtStatus.AccessDenied, null);
        Action = CreateAction.Created;
        return (NtStatus.Success, null);
    }

    private async ValueTask<(NtStatus Status, IStoreFile? Stream)> FindOrCreateStreamAsync(IStoreFile file)
    {
        (NtStatus status, IStoreFile? stream) = await FindStreamAsync(file).ConfigureAwait(false);
        return status != NtStatus.Success || stream is not null
            ? (status, stream)
            : await file.OpenStreamAsync(name.Stream, create: true, StreamAccess, CancellationToken.None).ConfigureAwait(false);
    }

    private static async ValueTask<IStoreFile> UseStreamAsync(IStoreFile file, IStoreFile stream)
    {
        if (stream is not AppleStream) // That one works by the file's own handle.
            await file.DisposeAsync().ConfigureAwait(false);
        return stream;
    }

    private async ValueTask<NtStatus> GiveUpStreamAsync(IStoreFile file, NtStatus status)
    {
        await AbandonClaimAsync(file).ConfigureAwait(false);
        return status == NtStatus.ObjectNameCollision && request.CreateDisposition != CreateDisposition.Create
            ? NtStatus.FileDeleted // Somebody was first: look again.
            : status;
    }

    private async ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenAppleStreamAsync(AppleStream stream)
    {
        (NtStatus status, bool exists) = await stream.ExistsAsync().ConfigureAwait(false);
        if (status.IsError)
            return (status, null);
        if (exists && request.CreateDisposition == CreateDisposition.Create)
            return (NtStatus.ObjectNameCollision, null);
        if (!exists && !MayCreate)
            return (NtStatus.ObjectNameNotFound, null);
        if (!exists && Tree.Share.IsReadOnly)
            return (NtStatus.AccessDenied, null);
        Action = exists ? CreateAction.Opened : CreateAction.Created;
        return (NtStatus.Success, stream);
    }

    private async ValueTask<NtStatus> ClaimAsync(IStoreFile file)
    {
        FileKey key = file.Key;
        var identity = new FileIdentity(key.Volume, key.FileId, key.Generation);
        bool isDirectory = file.IsDirectory && name.Stream.Length == 0;
        Caching = isDirectory
            ? Caching.OnDirectory(context, contexts, file, identity)
            : Caching.OnFile(context, file, identity, isStream: name.Stream.Length > 0);
        var options = new ClaimOptions(
            Stream: UpcaseTable.ToUpper(name.Stream), // Which may be yet to be created.
            Link: UpcaseTable.ToUpper(file.OpenedPath),
            Access: GrantedAccess,
            ShareRead: (request.ShareAccess & ShareAccess.Read) != 0,
            ShareWrite: (request.ShareAccess & ShareAccess.Write) != 0,
            ShareDelete: (request.ShareAccess & ShareAccess.Delete) != 0,
            DeleteOnClose: DeleteOnClose,
            Overwrites: Overwrites && Action == CreateAction.Opened,
            IsDirectory: isDirectory,
            Caching: Caching.Request,
            Parent: RequestedCaching.ParentOf(context, request, contexts),
            DeletesAtOnce: name.IsPosix,
            DeletesStreams: OverwritesFile && Action == CreateAction.Opened,
            Deleter: Tree.Caller);
        if (Caching.Lease is { } lease && !lease.TryBind(identity, options.Stream))
            return NtStatus.InvalidParameter;
        _link = options.Link;
        var absent = new AbsentOwners(context, key, Caching.Lease?.Id);
        bool disturbs = Overwrites || (GrantedAccess & ~UndisturbingAccess) != 0;
        if (disturbs && absent.HasOthersWhoCache(writesOnly: true))
            return NtStatus.FileNotAvailable;
        while (true)
        {
            if (Caching.Owner is { } owner)
                context.HoldBreaks(owner);

            // Whose client is away cannot answer: nothing is taken from it for an open that will not be let in.
            bool isAbsent = absent.HasOthersWhoCache(writesOnly: false);
            ClaimOutcome outcome = await context.Server.Coordinator
                .OpenAsync(identity, options with { BreaksNothing = isAbsent }, CancellationToken.None).ConfigureAwait(false);
            if ((outcome.Wait is not null && (isAbsent || absent.HasOthersWhoCache(writesOnly: false)))
                || (outcome.Status == NtStatus.SharingViolation && absent.HasAny))
            {
                return NtStatus.FileNotAvailable; // Its client comes back for it, [MS-SMB2] 3.3.5.9.
            }

            if (outcome.Wait is null)
            {
                Claim = outcome.Claim!;
                await context.Server.SettleAsync(key).ConfigureAwait(false);
                if (outcome.Status == NtStatus.Success)
                    Caching = await Caching.AfterGrantAsync(Claim).ConfigureAwait(false);
                return outcome.Status;
            }

            NtStatus status = await context.WaitForBreakAsync(outcome.Wait, key).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
        }
    }

    // What the open answers with. The claim is held by now: a file that the last close of another open deleted after we
    // found it has no name any more, and from here on none will delete it behind our back.
    private async ValueTask<NtStatus> FinishAsync(IStoreFile file)
    {
        (NtStatus status, FileStat stat) = await file.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        bool isRenamed = file.StreamName.Length > 0 && !NameComparer.Equals(file.StreamName, name.Stream);
        if (!status.IsError && (stat.LinkCount == 0 || isRenamed))
            status = NtStatus.FileDeleted;
        if (status.IsError)
        {
            await AbandonClaimAsync(file).ConfigureAwait(false);
            return status;
        }

        Stat = stat;
        File = file;
        return NtStatus.Success;
    }

    // The open fails after all. It may have been the last of a name that somebody wanted gone.
    private async ValueTask AbandonClaimAsync(IStoreFile file)
    {
        IFileClaim claim = Claim;
        Claim = null!;
        ReleaseOutcome outcome = await claim.AbandonAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (outcome == ReleaseOutcome.DeleteStream && file.StreamName.Length == 0)
                await DeleteStreamAsync(claim, file).ConfigureAwait(false);
            else
                await LastClose.DeleteAsync(outcome, claim, Tree, file).ConfigureAwait(false);
        }
        finally
        {
            claim.CompleteRelease();
        }
    }

    // It was another's, who has come and gone between our claim and its creation.
    private async ValueTask DeleteStreamAsync(IFileClaim claim, IStoreFile file)
    {
        (_, IStoreFile? stream) = await file
            .OpenStreamAsync(name.Stream, create: false, StreamAccess, CancellationToken.None).ConfigureAwait(false);
        if (stream is null)
            return;
        await using (stream.ConfigureAwait(false))
            await LastClose.DeleteAsync(ReleaseOutcome.DeleteStream, claim, Tree, stream).ConfigureAwait(false);
    }

    private async ValueTask<NtStatus> OverwriteAsync(IStoreFile file, FileStat stat)
    {
        Action = request.CreateDisposition == CreateDisposition.Supersede
            ? CreateAction.Superseded
            : CreateAction.Overwritten;
        NtStatus status = OverwritesFile
            ? await Overwriting.OverwriteFileAsync(
                context, file, stat, (request.FileAttributes & Settable) | FileAttributes.Archive, contexts)
                .ConfigureAwait(false)
            : await Overwriting.OverwriteStreamAsync(file).ConfigureAwait(false);
        if (status.IsSuccess)
            return NtStatus.Success;
        await AbandonClaimAsync(file).ConfigureAwait(false);
        return status;
    }
}
