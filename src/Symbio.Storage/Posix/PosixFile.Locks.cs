using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Byte-range locks that local processes see, and theirs.</summary>
internal sealed partial class PosixFile
{
    /// <inheritdoc/>
    public ValueTask<NtStatus> SetLockAsync(ulong offset, ulong length, LocalLockState state)
    {
        if (TypeOf(state) is not { } type || !TryMap(offset, length, out long start, out long count))
            return new(NtStatus.Success);
        return RunAsync((File: this, type, start, count), static state =>
        {
            using var lease = state.File._handle.Lease();
            return Libc.SetLock(lease.Fd, state.type, state.start, state.count) is Errno.EAGAIN or Errno.EACCES
                ? NtStatus.LockNotGranted
                : NtStatus.Success;
        });
    }

    /// <inheritdoc/>
    public ValueTask<bool> CanLockAsync(ulong offset, ulong length, LocalLockState state)
    {
        if (TypeOf(state) is not { } type || !TryMap(offset, length, out long start, out long count))
            return new(true);
        return RunAsync((File: this, type, start, count), static state =>
        {
            using var lease = state.File._handle.Lease();
            return Libc.TestLock(lease.Fd, state.type, state.start, state.count, out bool isFree) != Errno.None || isFree;
        });
    }

    // POSIX has it that who locks against readers can write, and who locks against writers can read. Who cannot write keeps
    // writers out at least; there is nothing for who cannot read, or for a handle without data.
    private FileLockType? TypeOf(LocalLockState state) => state switch
    {
        _ when IsDirectory || _access == StoreAccess.None => null,
        LocalLockState.Unlocked => FileLockType.Unlock,
        LocalLockState.Exclusive when (_access & StoreAccess.Write) != 0 => FileLockType.Write,
        _ when (_access & StoreAccess.Read) != 0 => FileLockType.Read,
        _ => null,
    };

    // What begins beyond the longest file cannot be locked; what only ends there reaches to the end.
    private static bool TryMap(ulong offset, ulong length, out long start, out long count)
    {
        (start, count) = (0, 0);
        if (offset > long.MaxValue || length == 0)
            return false;
        start = (long)offset;
        if (length <= long.MaxValue - offset)
            count = (long)length;
        return true;
    }
}
