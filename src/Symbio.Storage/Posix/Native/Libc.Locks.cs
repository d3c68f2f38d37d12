namespace Symbio.Storage.Posix.Native;

/// <summary>l_type of struct flock.</summary>
internal enum FileLockType : short
{
    /// <summary>F_RDLCK</summary>
    Read = 0,

    /// <summary>F_WRLCK</summary>
    Write = 1,

    /// <summary>F_UNLCK</summary>
    Unlock = 2,
}

/// <summary>
/// Byte-range locks that belong to an open file description, fcntl(2) F_OFD_SETLK: those of several descriptors of one process
/// know of each other, and closing one leaves the others' alone.
/// </summary>
internal static unsafe partial class Libc
{
    private const int GetDescriptionLock = 36; // F_OFD_GETLK
    private const int SetDescriptionLock = 37; // F_OFD_SETLK

    /// <summary>EAGAIN: somebody else has a lock in the way.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="type">What is set.</param>
    /// <param name="offset">In bytes.</param>
    /// <param name="length">In bytes; 0 reaches to the end of all files.</param>
    public static Errno SetLock(int fd, FileLockType type, long offset, long length)
    {
        var request = new FileLock { Type = type, Offset = offset, Length = length };
        return Check(Control(fd, SetDescriptionLock, (nint)(&request)));
    }

    /// <summary>Is there no lock of others in the way?</summary>
    public static Errno TestLock(int fd, FileLockType type, long offset, long length, out bool isFree)
    {
        var request = new FileLock { Type = type, Offset = offset, Length = length };
        Errno errno = Check(Control(fd, GetDescriptionLock, (nint)(&request)));
        isFree = request.Type == FileLockType.Unlock;
        return errno;
    }

    // struct flock of 64-bit Linux; l_whence is SEEK_SET and l_pid must be 0.
    private struct FileLock
    {
        public FileLockType Type;
        public short Whence;
        public long Offset;
        public long Length;
        public int ProcessId;
    }
}
