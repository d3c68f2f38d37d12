using Symbio.Protocol;

namespace Symbio.Storage;

/// <summary>
/// One share's backing store: bytes, names, attributes, streams, security descriptors and ranges. NT semantics
/// (share modes, access checks, delete-pending, locks, leases, notification) are the server's, over this interface;
/// [MS-FSA] is the model. Expected failures are statuses; implementations are thread-safe.
/// </summary>
/// <remarks>
/// Paths are relative to the share's root, components separated by '\', none of them empty, "." or "..", no stream
/// part; "" is the root. The server has checked all that and the characters of every component. A store resolves
/// names without regard to case, prefers the exact spelling when several names differ only by case, and preserves
/// the case it was given on creation. A call that completes synchronously must not have blocked on anything slower
/// than metadata in the file system's cache; data that is not in memory is fetched off the caller's thread.
/// </remarks>
public interface IFileStore : IAsyncDisposable
{
    /// <summary>What this store can do; fixed for its life.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>Opens an existing object.</summary>
    /// <returns>
    /// <see cref="NtStatus.ObjectNameNotFound"/> when only the last component is missing,
    /// <see cref="NtStatus.ObjectPathNotFound"/> when an earlier one is missing or is not a directory,
    /// <see cref="NtStatus.ReparsePointEncountered"/> when the path leads through, or to, a symbolic link that the store
    /// leaves to the client to follow, <see cref="NtStatus.OplockNotGranted"/> while somebody has a lease on the file that the
    /// access conflicts with: that one has been told, and the caller asks again after a moment.
    /// </returns>
    ValueTask<(NtStatus Status, IStoreFile? File)> OpenAsync(
        string path, StoreOpenOptions options, StoreCaller caller, CancellationToken cancellationToken);

    /// <summary>
    /// Creates a new file or directory and opens it. Never opens an existing one: a name that exists in any case is
    /// <see cref="NtStatus.ObjectNameCollision"/>, atomically also against other processes (for the exact spelling).
    /// </summary>
    ValueTask<(NtStatus Status, IStoreFile? File)> CreateAsync(
        string path, StoreCreateOptions options, StoreCaller caller, CancellationToken cancellationToken);

    /// <summary>
    /// What a POSIX client calls something, as a component of a path here: without the characters that NT forbids. Only a
    /// store with <see cref="StoreCapabilities.Posix"/>.
    /// </summary>
    string FromPosixName(string name) => name;

    /// <summary>What a POSIX client calls something; <see cref="FromPosixName"/> the other way.</summary>
    string ToPosixName(string name) => name;

    /// <summary>Sizes, label and identity of the volume that holds the share's root.</summary>
    ValueTask<(NtStatus Status, VolumeInfo Info)> GetVolumeInfoAsync(CancellationToken cancellationToken);
}

/// <summary>How <see cref="IFileStore.OpenAsync"/> opens.</summary>
/// <param name="Access">
/// What the handle will be used for; a store may open with more. Data access that the kernel refuses to the caller is
/// <see cref="NtStatus.AccessDenied"/>.
/// </param>
/// <param name="OpenReparsePoint">
/// Open a symbolic link itself instead of what it points to. (What else is a reparse point is opened in any case; it is the
/// server that looks at its tag.)
/// </param>
/// <param name="ExactCase">
/// No name in other case is taken for the one in the path; nor is one later, when the handle is renamed or linked. Links are
/// not followed. Only a store with <see cref="StoreCapabilities.Posix"/>.
/// </param>
public readonly record struct StoreOpenOptions(StoreAccess Access, bool OpenReparsePoint = false, bool ExactCase = false);

/// <summary>What a store handle will be used for beyond metadata.</summary>
[Flags]
public enum StoreAccess
{
    /// <summary>Metadata only.</summary>
    None = 0,
    /// <summary>Reading data, or listing a directory.</summary>
    Read = 1,
    /// <summary>Writing data, truncating.</summary>
    Write = 2,
}

/// <summary>What <see cref="IFileStore.CreateAsync"/> creates.</summary>
public sealed record StoreCreateOptions
{
    /// <summary>A directory rather than a file.</summary>
    public bool IsDirectory { get; init; }

    /// <inheritdoc cref="StoreOpenOptions"/>
    public StoreAccess Access { get; init; }

    /// <summary>Attributes to begin with (no Directory, no Normal).</summary>
    public Protocol.Fscc.FileAttributes Attributes { get; init; }

    /// <summary>
    /// The new object's security descriptor, self-relative; null leaves the store's default (mode bits, default ACL).
    /// </summary>
    public ReadOnlyMemory<byte>? SecurityDescriptor { get; init; }

    /// <summary>Bytes to allocate at once; 0 for none.</summary>
    public ulong AllocationSize { get; init; }

    /// <summary>Extended attributes to set.</summary>
    public IReadOnlyList<ExtendedAttribute> ExtendedAttributes { get; init; } = [];

    /// <inheritdoc cref="StoreOpenOptions"/>
    public bool ExactCase { get; init; }

    /// <summary>
    /// Permission bits, exactly these, whatever <see cref="SecurityDescriptor"/> says; null leaves the store's default. A default
    /// ACL of the directory still has its say.
    /// </summary>
    public uint? Mode { get; init; }
}

/// <summary>An extended attribute: name (OEM text, any case) and value. [MS-FSCC] 2.4.16.</summary>
/// <param name="NeedEa">FILE_NEED_EA</param>
public readonly record struct ExtendedAttribute(string Name, ReadOnlyMemory<byte> Value, bool NeedEa = false);

/// <summary>
/// On whose behalf a store works. The server has already checked the NT access; a store that sits on an operating
/// system with its own accounts also acts with this account's rights there.
/// </summary>
/// <param name="Uid">Unix user; null: the service's own.</param>
/// <param name="Gid">Primary Unix group.</param>
/// <param name="Groups">Supplementary Unix groups.</param>
public sealed record StoreCaller(uint? Uid, uint Gid, IReadOnlyList<uint> Groups)
{
    /// <summary>The service's own account.</summary>
    public static StoreCaller Service { get; } = new(null, 0, []);

    /// <summary>The share has everybody work as this account; it is nobody's own.</summary>
    public bool IsForced { get; init; }
}

/// <summary>Features that a store has; the file-system attributes that clients see follow from them.</summary>
[Flags]
public enum StoreCapabilities
{
    None = 0,
    NamedStreams = 1 << 0,
    ExtendedAttributes = 1 << 1,
    SecurityDescriptors = 1 << 2,
    SparseFiles = 1 << 3,
    HardLinks = 1 << 4,
    /// <summary>Files can be made reparse points, symbolic links among them.</summary>
    ReparsePoints = 1 << 5,
    Snapshots = 1 << 6,
    BlockCloning = 1 << 7,
    ReadOnly = 1 << 8,
    CaseSensitiveNames = 1 << 9,
    /// <summary>Files and directories can be set to be compressed, one by one.</summary>
    Compression = 1 << 10,
    /// <summary>The volume bounds what accounts may take: <see cref="IQuotaStore"/>.</summary>
    Quotas = 1 << 11,
    /// <summary>Names can be told apart by case, and objects have Unix owners and modes.</summary>
    Posix = 1 << 12,
}

/// <summary>Sizes and identity of a volume.</summary>
/// <param name="TotalBytes">Size of the volume.</param>
/// <param name="FreeBytes">Free for anybody, reserves included.</param>
/// <param name="AvailableBytes">Free for the caller.</param>
/// <param name="BlockSize">Bytes per allocation unit.</param>
/// <param name="SerialNumber">Stable for the volume's life.</param>
/// <param name="VolumeId">Stable and unique: two shares on one volume say the same.</param>
/// <param name="MaxNameLength">UTF-16 units of the longest component.</param>
/// <param name="TotalFiles">Objects that the volume can have; null when there is no such bound.</param>
/// <param name="FreeFiles">Of these, how many are still to be had.</param>
public readonly record struct VolumeInfo(
    ulong TotalBytes, ulong FreeBytes, ulong AvailableBytes, uint BlockSize, uint SerialNumber, Guid VolumeId,
    string FileSystemName, string Label, Protocol.Dtyp.FileTime CreationTime, int MaxNameLength,
    ulong? TotalFiles = null, ulong? FreeFiles = null);
