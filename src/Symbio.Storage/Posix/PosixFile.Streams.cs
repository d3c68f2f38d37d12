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
        return RunAsync(this, static file =>
        {
            using var lease = file._handle.Lease();
            Span<byte> path = stackalloc byte[ProcFd.MaxLength];
            ProcFd.Format(lease.Fd, path);
            return ExtendedAttributes.Get(path);
        });
    }

    public ValueTask<NtStatus> SetExtendedAttributesAsync(
        IReadOnlyList<ExtendedAttribute> attributes, CancellationToken cancellationToken)
    {
        if (!HasXattrs)
            return new(NtStatus.EasNotSupported);
        return RunAsync((File: this, attributes), static state =>
        {
            using var lease = state.File._handle.Lease();
            Span<byte> path = stackalloc byte[ProcFd.MaxLength];
            ProcFd.Format(lease.Fd, path);
            return ExtendedAttributes.Set(path, state.attributes);
        });
    }

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreStream> Streams)> GetStreamsAsync(
        CancellationToken cancellationToken)
    {
        if (!HasXattrs)
            return new((NtStatus.Success, []));
        return ReadsForks || MayHang
            ? _store.Options.Scheduler.RunAsync(this, static file => file.GetStreams())
            : new(GetStreams());
    }

    private (NtStatus Status, IReadOnlyList<StoreStream> Streams) GetStreams()
    {
        using var lease = _handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        var errno = _store.Streams.List(path, out var kept);
        if (errno != Errno.None)
            return (errno.ToNtStatus(), []);
        var streams = new List<StoreStream>(kept.Count);
        foreach (KeptStream stream in kept)
        {
            // What is gone since it was listed is left out.
            if (Libc.GetXattr(path, stream.Xattr, [], out int valueLength) == Errno.None)
            {
                int length = stream.Form.LengthOf(valueLength);
                streams.Add(new StoreStream(stream.Name, (ulong)length, PosixStream.AllocationOf(length)));
            }
        }

        if (OpenFork(create: false, out PosixFork? fork).IsSuccess)
        {
            streams.Add(fork!.Describe());
            fork.Dispose();
        }

        return (NtStatus.Success, streams);
    }

    public ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(
        string name, bool create, StoreAccess access, CancellationToken cancellationToken)
    {
        if (IsFork(name))
        {
            return _store.Options.Scheduler.RunAsync((File: this, create), static state =>
            {
                var opened = state.File.OpenFork(state.create, out PosixFork? fork);
                return (opened, (IStoreFile?)fork);
            });
        }

        return RunAsync((File: this, name, create, access), static state =>
        {
            var status = PosixStream.Open(state.File, state.name, state.create, state.access, out var stream);
            return (status, (IStoreFile?)stream);
        });
    }

    private bool HasXattrs => _type is Statx.RegularFile or Statx.DirectoryType;
}
