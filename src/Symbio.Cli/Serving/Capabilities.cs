using System.Runtime.InteropServices;

namespace Symbio.Cli.Serving;

/// <summary>
/// What the process may do beyond others. Powers of root that are in the way of serving others it gives up. What is written for a user is written by threads that are root, and the
/// kernel is to treat it as his: set-uid and set-gid go with a write to a program (CAP_FSETID keeps them), and quotas hold
/// (CAP_SYS_RESOURCE passes them).
/// </summary>
internal static unsafe partial class Capabilities
{
    private const uint Version3 = 0x20080522; // _LINUX_CAPABILITY_VERSION_3: 64 capabilities.
    private const uint Lease = 1u << 28; // CAP_LEASE
    private const uint Kept = ~((1u << 4) | (1u << 24)); // CAP_FSETID, CAP_SYS_RESOURCE.

    /// <summary>
    /// Gives them up for this thread and those that it and they start. To be called by the program's first thread before it has
    /// started another: those that the runtime has by then (for finalizers and the like) neither serve nor start any that do.
    /// </summary>
    public static void GiveUp()
    {
        var header = new Header { Version = Version3 };
        Span<Set> sets = stackalloc Set[2];
        fixed (Set* pointer = sets)
        {
            if (Get(&header, pointer) != 0)
                return;
            ref Set low = ref sets[0];
            if (((low.Effective | low.Permitted | low.Inheritable) & ~Kept) == 0)
                return;
            low = new Set
            {
                Effective = low.Effective & Kept, Permitted = low.Permitted & Kept, Inheritable = low.Inheritable & Kept,
            };
            _ = Put(&header, pointer); // To have less is always allowed.
        }
    }

    /// <summary>The kernel gives this process leases on files that others own, fcntl(2) F_SETLEASE.</summary>
    public static bool CanLease
    {
        get
        {
            var header = new Header { Version = Version3 };
            Span<Set> sets = stackalloc Set[2];
            fixed (Set* pointer = sets)
                return Get(&header, pointer) == 0 && (sets[0].Effective & Lease) != 0;
        }
    }

    private struct Header
    {
        public uint Version;
        public int Thread; // 0: this one.
    }

    private struct Set
    {
        public uint Effective;
        public uint Permitted;
        public uint Inheritable;
    }

    [LibraryImport("libc", EntryPoint = "capget")]
    private static partial int Get(Header* header, Set* sets);

    [LibraryImport("libc", EntryPoint = "capset")]
    private static partial int Put(Header* header, Set* sets);
}
