using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Blocks that files share.</summary>
internal sealed partial class PosixFile
{
    public ValueTask<NtStatus> CloneRangeAsync(
        ulong offset, IStoreFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken)
    {
        if (source is not PosixFile from || IsDirectory || from.IsDirectory)
            return new(NtStatus.InvalidDeviceRequest);
        return length == 0 ? new(NtStatus.Success) : CloneAsync(offset, from, sourceOffset, length, cancellationToken);
    }

    private async ValueTask<NtStatus> CloneAsync(
        ulong offset, PosixFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken)
    {
        (Errno errno, ulong done) = await _store.Options.Scheduler.RunAsync(
            (Source: source, sourceOffset, Target: this, offset, length),
            static state => Clone(state.Source, state.sourceOffset, state.Target, state.offset, state.length))
            .ConfigureAwait(false);
        if (errno != Errno.None)
            return StatusOfClone(errno);
        if (done == length)
            return NtStatus.Success;
        (NtStatus status, ulong rest) = await PieceCopy
            .RunAsync(source, sourceOffset + done, this, offset + done, length - done, cancellationToken)
            .ConfigureAwait(false);
        return status.IsError || done + rest == length ? status : NtStatus.NotSupported;
    }

    // The kernel shares whole blocks, and the last one of a file when it becomes the last one again. Of any other part of a
    // block the caller makes a copy.
    private static (Errno Errno, ulong Done) Clone(
        PosixFile source, ulong sourceOffset, PosixFile target, ulong offset, ulong length)
    {
        using var from = source._handle.Lease();
        using var to = target._handle.Lease();
        var errno = Libc.StatFd(from.Fd, StatxMask.Basic, out var sourceStat);
        if (errno != Errno.None)
            return (errno, 0);
        errno = Libc.StatFd(to.Fd, StatxMask.Basic, out var targetStat);
        if (errno != Errno.None)
            return (errno, 0);
        errno = Libc.StatFileSystem(to.Fd, out var fileSystem);
        if (errno != Errno.None)
            return (errno, 0);
        ulong block = (ulong)Math.Max(fileSystem.BlockSize, 1);
        bool toTheEnd = sourceOffset + length == sourceStat.Size && offset + length >= targetStat.Size;
        ulong whole = toTheEnd ? length : length - (length % block);
        return whole == 0 ? (Errno.None, 0) : (Libc.CloneRange(from.Fd, sourceOffset, to.Fd, offset, whole), whole);
    }

    // EINVAL: not by whole blocks, or of what the file system does not share (files that are written in place).
    private static NtStatus StatusOfClone(Errno errno) => errno switch
    {
        Errno.EXDEV => NtStatus.InvalidParameter, // [MS-FSCC] 2.3.8: another volume.
        Errno.EINVAL => NtStatus.NotSupported,
        Errno.EOPNOTSUPP or Errno.ENOSYS => NtStatus.InvalidDeviceRequest,
        _ => errno.ToNtStatus(),
    };
}
