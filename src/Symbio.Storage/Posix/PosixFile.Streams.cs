using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Extended attributes and named streams, both kept in xattrs.</summary>
internal sealed partial class PosixFile
{
    public ValueTask<(NtStatus Status, IReadOnlyList<ExtendedAttribute> Attributes)> GetExtendedAttributesAsync(
        CancellationToken cancellationToken)
    {
        if (!HasXattrs)
            return new((NtStatus.Success, []));
        using var lease = _handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        return new(ExtendedAttributes.Get(path));
    }

    public ValueTask<NtStatus> SetExtendedAttributesAsync(
        IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken)
    {
        if (!HasXattrs)
            return new(NtStatus.EasNotSupported);
        using var lease = _handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        return new(ExtendedAttributes.Set(path, attributes));
    }

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
        CancellationToken cancellationToken)
    {
        if (!HasXattrs)
            return new((NtStatus.Success, []));
        using var lease = _handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        var errno = StreamXattr.List(path, out var names);
        if (errno != Errno.None)
            return new((errno.ToNtStatus(), []));
        var streams = new List<StoreStream>(names.Count);
        foreach (string name in names)
        {
            // One byte more is stored than the stream has. What is gone since it was listed is left out.
            if (Libc.GetXattr(path, StreamXattr.ToXattr(name), [], out int length) == Errno.None)
                streams.Add(new StoreStream(
                    name, (ulong)Math.Max(length - 1, 0), PosixStream.AllocationOf(length - 1)));
        }

        return new((NtStatus.Success, streams));
    }

    public ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
        string name, bool create, StoreAccess access, CancellationToken cancellationToken)
    {
        var status = PosixStream.Open(this, name, create, access, out var stream);
        return new((status, stream));
    }

    private bool HasXattrs => _type is Statx.RegularFile or Statx.DirectoryType;
}
