using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

internal sealed partial class PosixFile
{
    private const int EmptyBuffer = 4096;
    private const ulong MaxQuickDirectory = 64 * 1024; // One that has held much may be all gaps.

    /// <remarks>Only reading tells: a directory's size and link count say nothing reliable.</remarks>
    public ValueTask<(NtStatus Status, bool IsEmpty)> IsEmptyAsync(CancellationToken cancellationToken)
    {
        if (!IsDirectory)
            return new((NtStatus.NotADirectory, false));
        if (MayChangeHere)
        {
            using var lease = _handle.Lease();
            if (Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat) == Errno.None && stat.Size <= MaxQuickDirectory)
            {
                long began = Stopwatch.GetTimestamp();
                var result = IsEmpty();
                _volume.Changes.Tell(began, _store.Options.SlowWrite);
                return new(result);
            }
        }

        return _store.Options.Scheduler.RunAsync(this, static file => file.IsEmpty());
    }

    private (NtStatus Status, bool IsEmpty) IsEmpty()
    {
        using var lease = _handle.Lease();
        var errno = Libc.OpenAt2(
            lease.Fd, "."u8.WithNul(), OpenFlags.ReadOnly | OpenFlags.Directory, 0, ResolveFlags.None, out int fd);
        if (errno != Errno.None)
            return (errno.ToNtStatus(), errno == Errno.ENOENT);
        using var listing = new OwnedFd(fd);
        Span<byte> buffer = stackalloc byte[EmptyBuffer];
        while ((errno = Libc.ReadDirectory(fd, buffer, out int length)) == Errno.None && length > 0)
        {
            for (int position = 0; position < length;)
            {
                var record = DirectoryRecord.Read(buffer[position..length]);
                position += record.Length;
                if (!record.IsDotOrDotDot && !(_store.HasForkFiles && ForkFile.IsName(record.Name)))
                    return (NtStatus.Success, false);
            }
        }

        return (errno.ToNtStatus(), errno == Errno.None);
    }
}
