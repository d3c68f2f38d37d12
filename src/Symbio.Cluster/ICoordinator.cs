using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster;

/// <summary>
/// Arbitration between opens: may this open proceed, is this range locked, who deletes. One object per file decides;
/// where it lives (in this process, in a cluster) handlers cannot tell.
/// </summary>
public interface ICoordinator
{
    /// <summary>
    /// Registers an open, after share modes and delete-pending allow it and others have given up what they cache and it
    /// would spoil; grants it an oplock or a lease. [MS-FSA] 2.1.5.1.2.
    /// </summary>
    /// <returns>
    /// <see cref="NtStatus.SharingViolation"/> or <see cref="NtStatus.DeletePending"/> when it may not be, and
    /// <see cref="NtStatus.Pending"/> when somebody else's answer must be waited for.
    /// </returns>
    ValueTask<ClaimOutcome> OpenAsync(FileIdentity file, ClaimOptions options, CancellationToken cancellationToken);

    /// <summary>Is this name (upper-cased) of the file to be removed at its last close?</summary>
    ValueTask<bool> IsDeletePendingAsync(FileIdentity file, string link, CancellationToken cancellationToken);

    /// <summary>
    /// Something is about to change, or has changed, what is cached of the file without an open of the stream: its holders,
    /// except this lease, lose that. The content of a directory changes like this.
    /// </summary>
    /// <param name="stream">Its name, upper-cased; "" for the unnamed one.</param>
    /// <returns>Not null: completes when all who have to agree have done so.</returns>
    ValueTask<Task?> ContendAsync(
        FileIdentity file, string stream, LeaseState lose, LeaseId? except, CancellationToken cancellationToken);
}

/// <summary>Names a file for as long as it exists, on every node alike.</summary>
public readonly record struct FileIdentity(ulong Volume, ulong FileId, ulong Generation);

/// <summary>What an open wants of its file.</summary>
/// <param name="Stream">Stream name, upper-cased; "" for the unnamed one. Share modes are per stream.</param>
/// <param name="Link">The name it was opened by, upper-cased: delete-pending is per name, [MS-FSA] 2.1.1.5 Link.</param>
/// <param name="Access">Open.GrantedAccess</param>
/// <param name="Overwrites">
/// The opening itself writes: others must share that now (it is not held against those who come later), and lose what they
/// have read.
/// </param>
/// <param name="DeletesStreams">
/// The opening of the unnamed stream deletes the named ones: of those others have no cached handles, which would keep them
/// alive.
/// </param>
/// <param name="IsDirectory">Directories are not written to: nothing but R and RH can be granted on them.</param>
/// <param name="Caching">What the open would like to cache; null for nothing.</param>
/// <param name="Parent">The client's lease on the directory that holds the file, if it has one.</param>
/// <param name="BreaksNothing">
/// Nobody is asked to give up what they cache: where somebody would be, the answer is <see cref="NtStatus.Pending"/>, and there
/// is nothing to wait for.
/// </param>
/// <param name="ShareRead">FILE_SHARE_READ, and so on.</param>
/// <param name="DeleteOnClose">Sets delete-pending when this open is closed.</param>
/// <param name="DeletesAtOnce">
/// A name that this open deletes goes when this open is closed, whoever else has the file open: POSIX semantics.
/// </param>
/// <param name="Deleter">In whose name what this open asks to delete is deleted. The coordinator only hands it on.</param>
public readonly record struct ClaimOptions(
    string Stream, string Link, AccessMask Access, bool ShareRead, bool ShareWrite, bool ShareDelete, bool DeleteOnClose,
    bool Overwrites = false, bool IsDirectory = false, CacheRequest? Caching = null,
    LeaseId? Parent = null, bool BreaksNothing = false, bool DeletesAtOnce = false, bool DeletesStreams = false,
    object? Deleter = null);

/// <summary>One open's place in its file's record.</summary>
public interface IFileClaim
{
    /// <summary>The name that this open was made by (or its file renamed to) is to be removed at the last close.</summary>
    bool IsDeletePending { get; }

    /// <summary>FileDispositionInformation, [MS-FSA] 2.1.5.15.3: sets or clears delete-pending on this open's name.</summary>
    ValueTask SetDeletePendingAsync(bool deletePending, CancellationToken cancellationToken);

    /// <summary>
    /// FILE_DISPOSITION_POSIX_SEMANTICS: sets delete-pending, and the name goes as <see cref="ClaimOptions.DeletesAtOnce"/> says.
    /// A coordinator that does not know it deletes at the last close, as ever.
    /// </summary>
    ValueTask SetDeletePendingAtOnceAsync(CancellationToken cancellationToken) =>
        SetDeletePendingAsync(true, cancellationToken);

    /// <summary>
    /// The name of this open is gone, or another file's: for every open that used it, nothing is left to delete.
    /// </summary>
    void Unlink()
    {
    }

    /// <summary>
    /// Another file is about to take the name of this open: who comes to open this one waits from here on
    /// (<see cref="ClaimOutcome.Wait"/>) until this claim is released, and may find the other file then. Claims that ask for no
    /// access do not wait.
    /// </summary>
    /// <returns>False: the file has been opened since this claim was made, and may have to stay.</returns>
    bool TryBeginReplace() => true;

    /// <summary>The name that the open was made by is gone; the file lives on without it until it is closed.</summary>
    bool IsUnlinked => false;

    /// <summary>
    /// May this open's file be deleted or renamed as far as other opens go?
    /// <see cref="NtStatus.SharingViolation"/> when one of them denies delete.
    /// </summary>
    NtStatus CheckShareDelete();

    /// <summary><see cref="NtStatus.SharingViolation"/> when another open of the same stream denies writing.</summary>
    NtStatus CheckShareWrite();

    /// <summary>True when another open of the same stream was granted any of these rights.</summary>
    bool HasOtherAccess(AccessMask access);

    /// <summary>True when other opens of any stream of the file exist.</summary>
    bool HasOtherOpens { get; }

    /// <summary>
    /// The oplock or lease as it was when the claim was made: what the client is to be answered, whatever it is told of
    /// breaks afterwards.
    /// </summary>
    CacheGrant Granted { get; }

    /// <summary>The oplock or lease of this open, as it is now.</summary>
    CacheGrant Cache { get; }

    /// <summary>
    /// This open is about to do something that spoils what others cache, [MS-FSA] 2.1.4.12: R and W to write or lock, H to
    /// rename or delete. Those who share its lease are not others. No cost while nobody else caches.
    /// </summary>
    /// <returns>Not null: completes when all who have to agree have done so.</returns>
    ValueTask<Task?> ContendAsync(LeaseState lose, CancellationToken cancellationToken);

    /// <summary>
    /// The owner agrees to a break, [MS-FSA] 2.1.5.19. <see cref="NtStatus.Unsuccessful"/> when there is none, and
    /// <see cref="NtStatus.RequestNotAccepted"/> when it would keep more than it was told it may.
    /// </summary>
    ValueTask<NtStatus> AcknowledgeBreakAsync(LeaseState state, CancellationToken cancellationToken);

    /// <summary>The file's name has changed for every open that used the same name.</summary>
    void RenameLink(string link);

    /// <summary>
    /// The open's stream is about to get another name, [MS-FSA] 2.1.5.15.11.1: until <see cref="EndRenameStream"/> nobody opens
    /// a stream of either name.
    /// </summary>
    /// <param name="stream">The name, upper-cased.</param>
    /// <returns>
    /// <see cref="NtStatus.SharingViolation"/> when others have the stream open,
    /// <see cref="NtStatus.InvalidParameter"/> when somebody has the one open that has the name, and
    /// <see cref="NtStatus.AccessDenied"/> when the stream is to be deleted.
    /// </returns>
    NtStatus TryBeginRenameStream(string stream) => NtStatus.NotSupported;

    /// <summary>
    /// Ends what <see cref="TryBeginRenameStream"/> began. With <paramref name="renamed"/> the open, its locks and what it caches
    /// are of the stream's new name.
    /// </summary>
    void EndRenameStream(bool renamed)
    {
    }

    /// <summary>
    /// May this open read or write the range? [MS-FSA] 2.1.4.10. Nothing conflicts with an empty one. No cost while the file
    /// has no lock.
    /// </summary>
    NtStatus CheckRange(ulong offset, ulong length, bool write);

    /// <summary>
    /// Takes a byte-range lock, [MS-FSA] 2.1.5.8. Waits for conflicting ones to go when <paramref name="wait"/>;
    /// the wait ends with <see cref="NtStatus.Cancelled"/> when the token fires and with
    /// <see cref="NtStatus.RangeNotLocked"/> when the claim is released.
    /// </summary>
    ValueTask<NtStatus> LockAsync(ByteRange range, bool exclusive, bool wait, CancellationToken cancellationToken);

    /// <summary>Gives a lock back, [MS-FSA] 2.1.5.9; exactly the range that was locked.</summary>
    /// <param name="exclusive">The kind of lock; null: any, but an exclusive one first.</param>
    ValueTask<NtStatus> UnlockAsync(ByteRange range, bool? exclusive, CancellationToken cancellationToken);

    /// <inheritdoc cref="UnlockAsync(ByteRange, bool?, CancellationToken)"/>
    ValueTask<NtStatus> UnlockAsync(ByteRange range, CancellationToken cancellationToken) =>
        UnlockAsync(range, exclusive: null, cancellationToken);

    /// <summary>The locks of this open.</summary>
    IReadOnlyList<(ByteRange Range, bool Exclusive)> GetLocks();

    /// <summary>The locks of this open that overlap this range, [MS-FSA] 2.1.4.10.</summary>
    IReadOnlyList<(ByteRange Range, bool Exclusive)> GetLocks(ByteRange range);

    /// <summary>
    /// Ends the open: its locks go. Tells what is to be deleted because this was the last open of a name, or of a
    /// stream, that is delete-pending; the caller deletes and then calls <see cref="CompleteRelease"/>.
    /// </summary>
    ValueTask<ReleaseOutcome> ReleaseAsync(CancellationToken cancellationToken);

    /// <summary>
    /// After <see cref="ReleaseAsync"/>: what it said is to be deleted was asked for under the same
    /// <see cref="ClaimOptions.Parent"/>, so whoever holds that lease knows.
    /// </summary>
    bool EndsOwnDeletion { get; }

    /// <summary>
    /// The <see cref="ClaimOptions.Deleter"/> of who asked first for the deletion that is pending, or that
    /// <see cref="ReleaseAsync"/> has told; null when nobody has.
    /// </summary>
    object? Deleter => null;

    /// <summary>Ends the release that <see cref="ReleaseAsync"/> began: the name may be used anew.</summary>
    void CompleteRelease();

    /// <summary>
    /// Like <see cref="ReleaseAsync"/>, for an open that failed after its claim was made: its own
    /// <see cref="ClaimOptions.DeleteOnClose"/> does not count.
    /// </summary>
    ValueTask<ReleaseOutcome> AbandonAsync(CancellationToken cancellationToken);
}

/// <summary>A byte range; Length 0 is a range of its own kind, [MS-FSA] 2.1.4.10.</summary>
public readonly record struct ByteRange(ulong Offset, ulong Length);

/// <summary>What the closing of an open leads to.</summary>
public enum ReleaseOutcome
{
    /// <summary>Nothing more.</summary>
    Closed,

    /// <summary>The caller removes the name now, whatever stream this open was of.</summary>
    Delete,

    /// <summary>The caller removes the stream now.</summary>
    DeleteStream,
}
