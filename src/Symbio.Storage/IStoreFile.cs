using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage;

/// <summary>
/// An open file, directory or stream of a store. It follows the object when that is renamed. Any number may be open on
/// one object; sharing, locks and leases are the server's. Members may be called concurrently.
/// </summary>
public interface IStoreFile : IAsyncDisposable
{
    /// <summary>The object that is open; equal for all handles of one object (hard links included).</summary>
    FileKey Key { get; }

    /// <summary>A directory.</summary>
    bool IsDirectory { get; }

    /// <summary>Name of the stream that is open; "" for the unnamed one and for directories.</summary>
    string StreamName { get; }

    /// <summary>
    /// The path from the share's root as it is spelled on disk now, in the form that <see cref="IFileStore"/> describes,
    /// without stream. The last known one when the object has no name any more.
    /// </summary>
    string Path { get; }

    /// <summary>What <see cref="Path"/> was at the moment of opening.</summary>
    string OpenedPath => Path;

    /// <summary>
    /// An <see cref="IWatchableStore"/> hears of every change in this directory, whoever makes it. False where other machines, or
    /// a process behind the file system, change it without this kernel's knowledge.
    /// </summary>
    bool ShowsAllChanges => true;

    /// <summary>Attributes, times and sizes. For a stream: the file's, with the stream's sizes.</summary>
    ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What an open looks at first, of one moment: a store can know it from having opened the object, or in one go.
    /// </summary>
    async ValueTask<StoreInspection> InspectAsync(CancellationToken cancellationToken)
    {
        var (status, stat) = await GetStatAsync(cancellationToken).ConfigureAwait(false);
        if (status.IsError)
            return StoreInspection.Failed(status);
        (status, var descriptor) = await GetSecurityDescriptorAsync(cancellationToken).ConfigureAwait(false);
        return StoreInspection.Of(stat, status, descriptor);
    }

    /// <summary>Sets times and attributes; what is null stays. Changes no other time as a side effect that it can avoid.</summary>
    ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken);

    /// <summary>Reads up to destination.Length bytes; a count of 0 is the end of the file.</summary>
    ValueTask<(NtStatus Status, int Count)> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Writes all of <paramref name="source"/>, growing the file as needed.</summary>
    ValueTask<NtStatus> WriteAsync(ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken);

    /// <summary>Writes at the end of the file. Of several at once none writes over another.</summary>
    ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken);

    /// <summary>
    /// Copies from <paramref name="source"/>, of this or another store, into this file as if all were read before anything
    /// is written. A smaller count with success: the source has ended. A store that can share blocks does it here.
    /// </summary>
    ValueTask<(NtStatus Status, ulong Count)> CopyRangeAsync(
        ulong offset, IStoreFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken) =>
        PieceCopy.RunAsync(source, sourceOffset, this, offset, length, cancellationToken);

    /// <summary>
    /// Lets a range of this file show the same blocks as one of <paramref name="source"/>, of this store, without a copy
    /// where it can. The ranges lie within both files and do not overlap; the offsets are multiples of the volume's block.
    /// Only a store with <see cref="StoreCapabilities.BlockCloning"/>.
    /// </summary>
    ValueTask<NtStatus> CloneRangeAsync(
        ulong offset, IStoreFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidDeviceRequest);

    /// <summary>
    /// Has what is written from now on compressed, or no longer so; of a directory: what is created in it. Whether it is so
    /// FILE_ATTRIBUTE_COMPRESSED tells. Only a store with <see cref="StoreCapabilities.Compression"/>.
    /// </summary>
    ValueTask<NtStatus> SetCompressionAsync(bool compressed, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidDeviceRequest);

    /// <summary>Returns when data and metadata are on stable storage.</summary>
    ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken);

    /// <summary>Cuts or grows (with zeros) to this size; LastWriteTime moves even if it is the old one.</summary>
    ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken);

    /// <summary>
    /// Reserves space for this many bytes without changing the size; less than the size cuts the file, [MS-FSA] 2.1.5.15.1.
    /// </summary>
    ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken);

    /// <summary>
    /// Reserves space for this many bytes; the size stays as it is, whatever it is. A store that cannot do that does nothing.
    /// </summary>
    ValueTask<NtStatus> ReserveAsync(ulong size, CancellationToken cancellationToken) => new(NtStatus.Success);

    /// <summary>
    /// Reserves space for all bytes of the file, holes and all; the size stays as it is, whoever changes it meanwhile. A store
    /// that cannot do that does nothing.
    /// </summary>
    ValueTask<NtStatus> FillHolesAsync(CancellationToken cancellationToken) => new(NtStatus.Success);

    /// <summary>
    /// The parts of the range that hold data, in order, the first <paramref name="limit"/> of them; all else reads as zeros.
    /// </summary>
    ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
        StoreRange range, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Zeros a range within the file's size, or as much of its beginning as takes no long time; the caller asks for the rest
    /// again. Gives the space back when <paramref name="deallocate"/>: <see cref="NtStatus.NotSupported"/> where that cannot be had.
    /// </summary>
    ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(StoreRange range, bool deallocate, CancellationToken cancellationToken);

    /// <summary>
    /// The self-relative security descriptor, whole. One is made up from the store's own rights when none is stored; it
    /// says SE_DACL_DEFAULTED when what is created in this directory without a descriptor gets the like of it.
    /// </summary>
    ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
        CancellationToken cancellationToken);

    /// <summary>Replaces the whole descriptor (self-relative).</summary>
    /// <param name="caller">
    /// In whose name: a store with owners of its own gives an object no group that this account is not in.
    /// </param>
    ValueTask<NtStatus> SetSecurityDescriptorAsync(
        ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken);

    /// <summary>
    /// Sets what POSIX clients set, chmod(2) and chown(2), as the caller. Only a store with
    /// <see cref="StoreCapabilities.Posix"/>.
    /// </summary>
    ValueTask<NtStatus> SetPosixAsync(PosixChange change, StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.NotSupported);

    /// <summary>All extended attributes.</summary>
    ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
        CancellationToken cancellationToken);

    /// <summary>Sets each; an empty value removes. Names match without regard to case.</summary>
    ValueTask<NtStatus> SetExtendedAttributesAsync(
        IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken);

    /// <summary>
    /// What the object is a reparse point to; <see cref="NtStatus.NotAReparsePoint"/> when it is none. Symbolic links tell
    /// their target as <see cref="SymbolicLinkReparseData"/>.
    /// </summary>
    ValueTask<(NtStatus Status, ReparseDataBuffer Data)> GetReparsePointAsync(CancellationToken cancellationToken) =>
        new((NtStatus.NotAReparsePoint, default));

    /// <summary>
    /// Makes the object a reparse point, or changes one of this tag. What a store may not be able to is to make a link of an
    /// object that is in use otherwise (with data, several names): <see cref="NtStatus.NotSupported"/>. A directory must be
    /// empty. Only a store with <see cref="StoreCapabilities.ReparsePoints"/>.
    /// </summary>
    ValueTask<NtStatus> SetReparsePointAsync(
        ReparseDataBuffer data, StoreCaller caller, CancellationToken cancellationToken) => new(NtStatus.InvalidDeviceRequest);

    /// <summary>Makes a reparse point an ordinary file or directory again.</summary>
    ValueTask<NtStatus> DeleteReparsePointAsync(StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.NotAReparsePoint);

    /// <summary>The named streams (not the unnamed one).</summary>
    ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Opens a named stream of this object; <paramref name="create"/>: creates it, and an existing one is
    /// <see cref="NtStatus.ObjectNameCollision"/>. Stream names match without regard to case.
    /// </summary>
    ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
        string name, bool create, StoreAccess access, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the name this handle was opened by (a directory must be empty), or the stream. The object lives on until
    /// its last handle is closed.
    /// </summary>
    ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken);

    /// <summary>
    /// Renames within the store; this handle's <see cref="Path"/> follows. Atomic. A target that exists is
    /// <see cref="NtStatus.ObjectNameCollision"/> unless <paramref name="replace"/>; a target directory is never replaced
    /// (<see cref="NtStatus.AccessDenied"/>). The same name in other case is a change of spelling, not a collision.
    /// </summary>
    ValueTask<NtStatus> RenameAsync(string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken);

    /// <summary>
    /// Renames this stream; only on a stream's handle, and only as long as there is no other one of it: those need not follow.
    /// </summary>
    ValueTask<NtStatus> RenameStreamAsync(string newName, bool replace, CancellationToken cancellationToken);

    /// <summary>Gives the file one more name.</summary>
    ValueTask<NtStatus> LinkAsync(string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken);

    /// <summary>True when a directory holds no name.</summary>
    ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken);

    /// <summary>Starts a listing of a directory, "." and ".." included and first.</summary>
    IDirectoryEnumerator Enumerate();
}

/// <summary>
/// A position in a directory. What is there from start to end is returned exactly once, whatever else comes and goes.
/// Not thread-safe.
/// </summary>
public interface IDirectoryEnumerator : IAsyncDisposable
{
    /// <summary>
    /// The next entries that match, as many as are at hand and fit; a count of 0 is the end. A literal pattern is a
    /// look-up, not a scan. A scan ends soon after its token fires (<see cref="OperationCanceledException"/>), and loses nothing.
    /// </summary>
    ValueTask<(NtStatus Status, int Count)> ReadAsync(
        NamePattern pattern, DirectoryFields fields, Memory<DirectoryEntry> destination, CancellationToken cancellationToken);

    /// <summary>Starts over.</summary>
    void Restart();

    /// <summary>Little is to be kept from one read to the next: many listings have been left unfinished.</summary>
    void KeepLittle()
    {
    }
}

/// <summary>Which parts of <see cref="DirectoryEntry.Stat"/> a listing needs.</summary>
[Flags]
public enum DirectoryFields
{
    /// <summary>Names only.</summary>
    None = 0,
    /// <summary>Attributes, times, sizes, id.</summary>
    Stat = 1,
    /// <summary>Bytes of extended attributes as well.</summary>
    EaSize = 2,
}

/// <summary>A name in a directory, as spelled on disk (mapped to what NT allows).</summary>
public readonly record struct DirectoryEntry(string Name, FileStat Stat);

/// <summary>Names an object for as long as it exists.</summary>
/// <param name="Volume">Which volume; equal for all shares on it.</param>
/// <param name="FileId">64-bit id on the volume (inode number).</param>
/// <param name="Generation">Tells successive users of one id apart, as far as the store can.</param>
public readonly record struct FileKey(ulong Volume, ulong FileId, ulong Generation);

/// <summary>What the store knows of an object at one moment.</summary>
/// <param name="Attributes">With Directory and ReparsePoint as they apply; never Normal.</param>
/// <param name="LinkCount">Its names; 0 when it has been deleted, or the stream has that the handle is of.</param>
/// <param name="EaSize">Bytes of the extended attributes in FILE_FULL_EA_INFORMATION form; 0 for none.</param>
public readonly record struct FileStat(
    ulong FileId, FileAttributes Attributes, ulong EndOfFile, ulong AllocationSize,
    FileTime CreationTime, FileTime LastAccessTime, FileTime LastWriteTime, FileTime ChangeTime,
    uint LinkCount, uint ReparseTag, uint EaSize)
{
    public bool IsDirectory => (Attributes & FileAttributes.Directory) != 0;

    /// <summary>It is for its name that the object shows Hidden; nobody has set that.</summary>
    public bool IsHiddenByName { get; init; }

    /// <summary>What stat(2) tells besides; null where there is no such thing.</summary>
    public PosixStat? Posix { get; init; }
}

/// <summary>What stat(2) tells and NT does not know.</summary>
/// <param name="Mode">st_mode, with the file's type.</param>
/// <param name="Device">A number for the file system, of 32 bits.</param>
public readonly record struct PosixStat(uint Mode, uint Uid, uint Gid, uint LinkCount, uint Device);

/// <summary>What chmod(2) and chown(2) change; null leaves one as it is.</summary>
/// <param name="Mode">The 12 permission bits.</param>
public readonly record struct PosixChange(uint? Mode = null, uint? Uid = null, uint? Gid = null);

/// <summary>
/// Times and attributes to set; null leaves one as it is. But ChangeTime moves to now when it is null and another is not.
/// </summary>
public readonly record struct BasicInfoChange(
    FileTime? CreationTime = null, FileTime? LastAccessTime = null, FileTime? LastWriteTime = null,
    FileTime? ChangeTime = null, FileAttributes? Attributes = null)
{
    /// <summary>Those that <see cref="Attributes"/> is not about: they stay as they are stored in that moment.</summary>
    public FileAttributes Kept { get; init; }

    /// <summary>What becomes of the attributes that are stored.</summary>
    public FileAttributes? Over(FileAttributes? stored) =>
        Attributes is { } wanted ? (wanted & ~Kept) | ((stored ?? FileAttributes.None) & Kept) : stored;
}

/// <summary>A byte range of a file.</summary>
public readonly record struct StoreRange(ulong Offset, ulong Length);

/// <summary>A named stream.</summary>
public readonly record struct StoreStream(string Name, ulong EndOfFile, ulong AllocationSize);
