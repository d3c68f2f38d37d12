using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// The kernel's quotas of users. Groups and projects have no counterpart at NT, and the soft limit is what comes nearest to
/// a threshold.
/// </summary>
internal sealed class PosixQuotas(PosixHandle root, IIdentityMap identities)
{
    /// <summary>The file system keeps quotas, they are switched on, and this process may ask for them.</summary>
    public static bool AreKept(int root) => Libc.GetQuota(root, 0, out _) == Errno.None;

    public (NtStatus Status, StoreQuota Quota) Get(Sid account)
    {
        if (identities.UserId(account) is not { } uid)
            return (NtStatus.NoneMapped, default);
        using var lease = root.Lease();
        var errno = Libc.GetQuota(lease.Fd, uid, out var quota);
        return errno is Errno.None or Errno.ENOENT
            ? (NtStatus.Success, From(account, quota))
            : (StatusOf(errno), default);
    }

    public (NtStatus Status, IReadOnlyList<StoreQuota> Quotas) List(Sid? after, int most)
    {
        uint next = 0;
        if (after is not null)
        {
            if (identities.UserId(after) is not { } last || last == uint.MaxValue)
                return (NtStatus.NoMoreEntries, []);
            next = last + 1;
        }

        var quotas = new List<StoreQuota>();
        using var lease = root.Lease();
        while (quotas.Count < most)
        {
            var errno = Libc.GetNextQuota(lease.Fd, next, out var quota);
            if (errno is not (Errno.None or Errno.ENOENT))
                return (StatusOf(errno), []);
            if (errno == Errno.ENOENT)
                break;
            quotas.Add(From(identities.UserSid(quota.Id), quota));
            if (quota.Id >= uint.MaxValue - 1)
                break;
            next = quota.Id + 1;
        }

        return (quotas.Count > 0 ? NtStatus.Success : NtStatus.NoMoreEntries, quotas);
    }

    public NtStatus Set(in StoreQuota quota)
    {
        if (identities.UserId(quota.Account) is not { } uid)
            return NtStatus.NoneMapped;
        using var lease = root.Lease();
        var limits = new DiskQuota
        {
            HardLimit = ToKernel(quota.Limit),
            SoftLimit = ToKernel(quota.Threshold),
            Valid = DiskQuota.BlockLimits,
        };
        return StatusOf(Libc.SetQuota(lease.Fd, uid, limits));
    }

    private static StoreQuota From(Sid account, in DiskQuota quota) =>
        new(account, quota.Bytes, FromKernel(quota.SoftLimit), FromKernel(quota.HardLimit));

    private static ulong? FromKernel(ulong limit) => limit == 0 ? null : limit * DiskQuota.Unit;

    // Nothing at all cannot be said to the kernel: 0 is no limit there.
    private static ulong ToKernel(ulong? limit) =>
        limit is { } bytes ? Math.Max(1, (bytes / DiskQuota.Unit) + (bytes % DiskQuota.Unit > 0 ? 1UL : 0)) : 0;

    private static NtStatus StatusOf(Errno errno) => errno switch
    {
        Errno.ESRCH or Errno.ENOSYS or Errno.EOPNOTSUPP or Errno.ENOTTY => NtStatus.NotSupported, // Switched off since.
        Errno.ERANGE => NtStatus.InvalidParameter,
        _ => errno.ToNtStatus(),
    };
}
