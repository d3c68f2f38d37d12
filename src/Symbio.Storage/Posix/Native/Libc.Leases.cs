using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

/// <summary>What a lease of fcntl(2) keeps others from; Unlock is none.</summary>
internal enum LeaseType
{
    /// <summary>F_RDLCK</summary>
    Read = 0,

    /// <summary>F_WRLCK: any open by others.</summary>
    Write = 1,

    /// <summary>F_UNLCK</summary>
    Unlock = 2,
}

internal static unsafe partial class Libc
{
    private const int SetSignal = 10;
    private const int SetOwnerEx = 15;
    private const int SetLeaseCommand = 1024;
    private const int GetLeaseCommand = 1025;
    private const int SignalSetBytes = 8; // What the kernel takes; glibc's sigset_t is larger.
    private const int BlockSignals = 0;

    private static readonly nint s_getThreadIdNumber =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 186 : 178;

    private static readonly nint s_signalMaskNumber =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 14 : 135;

    private static readonly nint s_signalFdNumber =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 289 : 74;

    public static int GetThreadId() => (int)Syscall(s_getThreadIdNumber, 0, 0, 0, 0);

    /// <summary>A set that holds these signals.</summary>
    public static ulong SignalSet(params ReadOnlySpan<int> signals)
    {
        ulong set = 0;
        foreach (int signal in signals)
            set |= 1ul << (signal - 1);
        return set;
    }

    /// <summary>Signals of the set wait until this thread reads them from a descriptor.</summary>
    public static Errno BlockOnThisThread(ulong signals) =>
        Check((int)Syscall(s_signalMaskNumber, BlockSignals, (nint)(&signals), 0, SignalSetBytes));

    /// <summary>A descriptor from which a thread reads the signals that are sent to it.</summary>
    public static Errno CreateSignalFd(ulong signals, out int fd)
    {
        fd = (int)Syscall(s_signalFdNumber, -1, (nint)(&signals), SignalSetBytes, OpenFlags.CloseOnExec);
        return Check(fd);
    }

    /// <summary>Waits for a signal: its number, and the descriptor that it is about.</summary>
    public static Errno ReadSignal(int signalFd, out int signal, out int about)
    {
        SignalInfo info;
        nint length = Read(signalFd, (byte*)&info, (nuint)sizeof(SignalInfo));
        (signal, about) = length == sizeof(SignalInfo) ? ((int)info.Number, info.Descriptor) : (0, -1);
        return length < 0 ? ErrnoExtensions.Last : Errno.None;
    }

    /// <summary>Events of the descriptor are told to one thread, by this signal.</summary>
    public static Errno SendSignals(int fd, int threadId, int signal)
    {
        var owner = new SignalOwner { Type = 0, Id = threadId }; // F_OWNER_TID
        Errno errno = Check(Control(fd, SetOwnerEx, (nint)(&owner)));
        return errno != Errno.None ? errno : Check(Control(fd, SetSignal, signal));
    }

    public static Errno SetLease(int fd, LeaseType type) => Check(Control(fd, SetLeaseCommand, (nint)type));

    /// <summary>The lease, or what it is to become while somebody waits for that.</summary>
    public static LeaseType GetLease(int fd) => (LeaseType)Control(fd, GetLeaseCommand, 0);

    // fcntl takes its third argument like any other where .NET runs, whatever its C declaration says of more to come.
    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int fd, int command, nint argument);

    private struct SignalOwner
    {
        public int Type;
        public int Id;
    }

    // struct signalfd_siginfo: the fields that matter here.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct SignalInfo
    {
        [FieldOffset(0)]
        public uint Number;

        [FieldOffset(20)]
        public int Descriptor;
    }
}
