using Symbio.Protocol;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage;

/// <summary>An open file of a snapshot: its path says which one, and whatever would change it is refused.</summary>
internal sealed class SnapshotFile(IStoreFile file, DateTimeOffset time) : IStoreFile
{
    private const NtStatus Refused = NtStatus.MediaWriteProtected;

    // A snapshot that is made of hard links has the inodes of what it was made of. It is not the same object all the same.
    public FileKey Key => file.Key with { Volume = file.Key.Volume ^ (ulong)time.UtcTicks };

    public bool IsDirectory => file.IsDirectory;

    public string StreamName => file.StreamName;

    public string Path => file.Path.Length == 0 ? SnapshotToken.Of(time) : $@"{SnapshotToken.Of(time)}\{file.Path}";

    public ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken) =>
        file.GetStatAsync(cancellationToken);

    public ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<(NtStatus Status, int Count)> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        file.ReadAsync(offset, destination, cancellationToken);

    public ValueTask<NtStatus> WriteAsync(
        ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<(NtStatus Status, ulong Count)> CopyRangeAsync(
        ulong offset, IStoreFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken) =>
        new((Refused, 0));

    public ValueTask<NtStatus> CloneRangeAsync(
        ulong offset, IStoreFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> SetCompressionAsync(bool compressed, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken) => new(NtStatus.Success);

    public ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> ReserveAsync(ulong size, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> FillHolesAsync(CancellationToken cancellationToken) => new(Refused);

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
        StoreRange range, int limit, CancellationToken cancellationToken) =>
        file.QueryAllocatedRangesAsync(range, limit, cancellationToken);

    public ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
        StoreRange range, bool deallocate, CancellationToken cancellationToken) => new((Refused, 0));

    public ValueTask<(NtStatus Status, ReadOnlyMemory<byte> Descriptor)> GetSecurityDescriptorAsync(
        CancellationToken cancellationToken) => file.GetSecurityDescriptorAsync(cancellationToken);

    public ValueTask<NtStatus> SetSecurityDescriptorAsync(
        ReadOnlyMemory<byte> descriptor, StoreCaller caller, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> SetPosixAsync(
        PosixChange change, StoreCaller caller, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
        CancellationToken cancellationToken) => file.GetExtendedAttributesAsync(cancellationToken);

    public ValueTask<NtStatus> SetExtendedAttributesAsync(
        IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<(NtStatus Status, ReparseDataBuffer Data)> GetReparsePointAsync(
        CancellationToken cancellationToken) => file.GetReparsePointAsync(cancellationToken);

    public ValueTask<NtStatus> SetReparsePointAsync(
        ReparseDataBuffer data, StoreCaller caller, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> DeleteReparsePointAsync(StoreCaller caller, CancellationToken cancellationToken) =>
        new(Refused);

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
        CancellationToken cancellationToken) => file.GetStreamsAsync(cancellationToken);

    public async ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
        string name, bool create, StoreAccess access, CancellationToken cancellationToken)
    {
        if (create)
            return (Refused, null);
        (NtStatus status, IStoreFile? stream) = await file
            .OpenStreamAsync(name, create: false, access & ~StoreAccess.Write, cancellationToken).ConfigureAwait(false);
        return (status, stream is null ? null : new SnapshotFile(stream, time));
    }

    public ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> RenameAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<NtStatus> RenameStreamAsync(string newName, bool replace, CancellationToken cancellationToken) =>
        new(Refused);

    public ValueTask<NtStatus> LinkAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken) => new(Refused);

    public ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken) =>
        file.IsEmptyAsync(cancellationToken);

    public IDirectoryEnumerator Enumerate() => file.Enumerate();

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
