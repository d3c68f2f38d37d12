using Symbio.Protocol;

namespace Symbio.Storage;

/// <summary>A file whose byte-range locks local processes see, and whose locks are seen by us.</summary>
public interface ILockableFile
{
    /// <summary>
    /// Sets what this handle has locked of a range, in place of what it had there: a byte has one state, as in POSIX. Goes with
    /// the handle. Does not wait for others' locks.
    /// </summary>
    /// <param name="offset">In bytes.</param>
    /// <param name="length">In bytes, more than 0.</param>
    /// <param name="state">What it is from now on.</param>
    /// <returns>
    /// <see cref="NtStatus.LockNotGranted"/> when somebody else has a lock that is in the way, be it another handle of this
    /// store. What the system below has no locks for (bytes from 2^63 on, some file systems) is a success.
    /// </returns>
    ValueTask<NtStatus> SetLockAsync(ulong offset, ulong length, LocalLockState state);

    /// <summary>Would <see cref="SetLockAsync"/> succeed now? Changes nothing.</summary>
    ValueTask<bool> CanLockAsync(ulong offset, ulong length, LocalLockState state);
}

/// <summary>How a handle has locked a byte.</summary>
public enum LocalLockState
{
    /// <summary>Not at all.</summary>
    Unlocked,

    /// <summary>Others may as well, but for writing.</summary>
    Shared,

    /// <summary>Nobody else may.</summary>
    Exclusive,
}
