using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Quotas;

/// <summary>
/// NTFS keeps quotas in the index $Q of a file, and clients open that to ask for them. No store has such a file: what is
/// opened is a handle on the volume that nothing can be done with but QUERY_INFO and SET_INFO of quotas.
/// </summary>
internal sealed class QuotaFile : IStoreFile
{
    /// <summary>What clients open.</summary>
    public const string Name = @"$Extend\$Quota:$Q:$INDEX_ALLOCATION";

    /// <summary>Without the stream.</summary>
    public const string FilePath = @"$Extend\$Quota";

    // Everybody may open it to ask and to set; who may see what is decided when it is asked.
    private static readonly byte[] s_descriptor = Sddl.Parse("O:BAG:BAD:(A;;0x12019F;;;WD)").ToArray();

    public FileKey Key => new(ulong.MaxValue, 24, 0); // $Quota has no number of its own; on NTFS it is 24.

    public bool IsDirectory => false;

    public string StreamName => "";

    public string Path => FilePath;

    public ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken) =>
        new((NtStatus.Success, new FileStat
        {
            FileId = Key.FileId,
            Attributes = FileAttributes.Hidden | FileAttributes.System | FileAttributes.Directory | FileAttributes.Archive,
            LinkCount = 1,
        }));

    public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
        CancellationToken cancellationToken) => new((NtStatus.Success, s_descriptor));

    public ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken) =>
        new(NtStatus.AccessDenied);

    public ValueTask<(NtStatus Status, int Count)> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken) => new((NtStatus.AccessDenied, 0));

    public ValueTask<NtStatus> WriteAsync(
        ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken) => new(NtStatus.AccessDenied);

    public ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        new(NtStatus.AccessDenied);

    public ValueTask<(NtStatus Status, ulong Count)> CopyRangeAsync(
        ulong offset, IStoreFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken) =>
        new((NtStatus.AccessDenied, 0));

    public ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken) => new(NtStatus.Success);

    public ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken) =>
        new(NtStatus.AccessDenied);

    public ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken) =>
        new(NtStatus.AccessDenied);

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
        StoreRange range, int limit, CancellationToken cancellationToken) => new((NtStatus.Success, []));

    public ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
        StoreRange range, bool deallocate, CancellationToken cancellationToken) => new((NtStatus.AccessDenied, 0));

    public ValueTask<NtStatus> SetSecurityDescriptorAsync(
        ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.AccessDenied);

    public ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
        CancellationToken cancellationToken) => new((NtStatus.Success, []));

    public ValueTask<NtStatus> SetExtendedAttributesAsync(
        IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken) => new(NtStatus.AccessDenied);

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
        CancellationToken cancellationToken) => new((NtStatus.Success, []));

    public ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
        string name, bool create, StoreAccess access, CancellationToken cancellationToken) =>
        new((NtStatus.AccessDenied, null));

    public ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.AccessDenied);

    public ValueTask<NtStatus> RenameAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) => new(NtStatus.AccessDenied);

    public ValueTask<NtStatus> RenameStreamAsync(string newName, bool replace, CancellationToken cancellationToken) =>
        new(NtStatus.AccessDenied);

    public ValueTask<NtStatus> LinkAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) => new(NtStatus.AccessDenied);

    public ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken) =>
        new((NtStatus.NotADirectory, false));

    public IDirectoryEnumerator Enumerate() => throw new InvalidOperationException("The quota file is no directory.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
