using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Copying inside the kernel, which shares blocks where the file system can.</summary>
internal sealed partial class PosixFile
{
    public ValueTask<(NtStatus Status, ulong Count)> CopyRangeAsync(
        ulong offset, IStoreFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken)
    {
        if (source is not PosixFile from || length == 0 || offset > long.MaxValue - length || sourceOffset > long.MaxValue - length)
            return PieceCopy.RunAsync(source, sourceOffset, this, offset, length, cancellationToken);
        return CopyInKernelAsync(offset, from, sourceOffset, length, cancellationToken);
    }

    private async ValueTask<(NtStatus Status, ulong Count)> CopyInKernelAsync(
        ulong offset, PosixFile source, ulong sourceOffset, ulong length, CancellationToken cancellationToken)
    {
        (Errno errno, ulong done) = await _store.Options.Scheduler.RunAsync(
            (Source: source, sourceOffset, Target: this, offset, length),
            static state => Copy(state.Source, state.sourceOffset, state.Target, state.offset, state.length))
            .ConfigureAwait(false);
        if (done == length)
            return (NtStatus.Success, done);
        if (!CannotCopy(errno))
            return (errno.ToNtStatus(), done);

        // By hand, then; also where the kernel says that there is nothing left, which some file systems say too early.
        (NtStatus status, ulong rest) = await PieceCopy
            .RunAsync(source, sourceOffset + done, this, offset + done, length - done, cancellationToken)
            .ConfigureAwait(false);
        return (status, done + rest);
    }

    private static (Errno Errno, ulong Done) Copy(
        PosixFile source, ulong sourceOffset, PosixFile target, ulong targetOffset, ulong length)
    {
        using var from = source._handle.Lease();
        using var to = target._handle.Lease();
        ulong done = 0;
        while (done < length)
        {
            var errno = Libc.CopyRange(
                from.Fd, sourceOffset + done, to.Fd, targetOffset + done, length - done, out ulong count);
            if (errno != Errno.None || count == 0)
                return (errno, done);
            done += count;
        }

        return (Errno.None, done);
    }

    // EINVAL: the ranges overlap in one file, or it is no regular one. EXDEV: not between these two file systems.
    private static bool CannotCopy(Errno errno) =>
        errno is Errno.None or Errno.EINVAL or Errno.EXDEV or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EPERM;
}
