using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>The account this process runs as, and the way to act for another one.</summary>
internal sealed class ServiceAccount
{
    private static readonly uint[] s_noGroups = [];

    public ServiceAccount()
    {
        Uid = Libc.EffectiveUid();
        Gid = Libc.EffectiveGid();
        CanImpersonate = Uid == 0 && Libc.SetThreadGroups(Libc.GetGroups()) == Errno.None;
    }

    public uint Uid { get; }

    public uint Gid { get; }

    /// <summary>Root, with the capabilities to become somebody else.</summary>
    public bool CanImpersonate { get; }

    /// <summary>
    /// True when what the kernel sees is the account of who has logged on, and not one that the service has for several people.
    /// </summary>
    public bool IsOwn(StoreCaller caller) =>
        caller is { Uid: { } uid, IsForced: false } && (CanImpersonate || uid == Uid);

    /// <summary>Acts for a caller on this thread until the scope is disposed.</summary>
    public CallerScope Enter(StoreCaller caller) => new(this, caller);

    /// <summary>
    /// Acts as the service, and as a member of this group: without CAP_FSETID chmod(2) takes set-gid from what belongs to a
    /// group that who changes it is not in.
    /// </summary>
    public CallerScope EnterGroup(uint gid) => new(this, new StoreCaller(Uid, gid, s_noGroups));

    /// <summary>
    /// True when there is nothing to switch to. Root's supplementary groups give root nothing that it does not have.
    /// </summary>
    public bool IsSelf(StoreCaller caller) => caller.Uid is null || !CanImpersonate ||
        (caller.Uid == Uid && caller.Gid == Gid);
}

/// <summary>
/// While it lives, this thread's file-system calls have the rights of a caller. Nothing but system calls belongs in
/// it: no await, and nothing that could start a thread, for a new thread would keep the caller's rights.
/// </summary>
/// <remarks>
/// setfsuid takes root's power over files with it (CAP_DAC_OVERRIDE, CAP_CHOWN, CAP_FOWNER and their like) and leaves
/// the power to come back. It fails without saying so (a user that a namespace does not map), hence the second look at
/// every user that is new to the thread: rather no access than root's. The groups stay behind, the one of new files too:
/// they mean nothing to root, and the next call is likely to be for the same caller. Each change of credentials that is
/// left out is a tenth of what opening a file costs. Whatever makes files in a share does so in a scope.
/// </remarks>
internal readonly ref struct CallerScope
{
    private const int StackGroups = 64;

    [ThreadStatic]
    private static Known t_known;

    [ThreadStatic]
    private static uint? t_group; // What was set last; null: what was inherited from the thread that started this one, anybody's.

    private readonly ServiceAccount? _account;

    public CallerScope(ServiceAccount account, StoreCaller caller)
    {
        IsEntered = true;
        if (account.IsSelf(caller))
        {
            if (account.CanImpersonate && t_group != account.Gid)
                SetGroup(account.Gid);
            return;
        }

        _account = account;
        uint uid = caller.Uid!.Value;
        bool isKnown = t_known.Groups is not null && t_known.Uid == uid && t_known.Gid == caller.Gid &&
            ReferenceEquals(t_known.Groups, caller.Groups);
        if (!isKnown)
        {
            t_known = default;
            IsEntered = SetGroups(caller.Groups) == Errno.None;
        }

        if (!isKnown || t_group != caller.Gid)
            SetGroup(caller.Gid);
        _ = Libc.SetFsUid(uid);
        if (isKnown)
            return;
        IsEntered &= Libc.SetFsGid(uint.MaxValue) == caller.Gid && Libc.SetFsUid(uint.MaxValue) == uid;
        if (IsEntered)
            t_known = new Known(uid, caller.Gid, caller.Groups);
    }

    /// <summary>False: the caller's rights could not be taken; do nothing.</summary>
    public bool IsEntered { get; }

    public void Dispose()
    {
        if (_account is null)
            return;
        _ = Libc.SetFsUid(_account.Uid); // The way back is always open: it is the real user.
    }

    private static void SetGroup(uint gid)
    {
        _ = Libc.SetFsGid(gid);
        t_group = gid;
    }

    private static Errno SetGroups(IReadOnlyList<uint> list)
    {
        var groups = list.Count <= StackGroups ? stackalloc uint[StackGroups] : new uint[list.Count];
        for (int i = 0; i < list.Count; i++)
            groups[i] = list[i];
        return Libc.SetThreadGroups(groups[..list.Count]);
    }

    /// <summary>
    /// Whom this thread has acted for last, and found that it could: it has his supplementary groups still. Lists of groups do
    /// not change.
    /// </summary>
    private readonly record struct Known(uint Uid, uint Gid, IReadOnlyList<uint>? Groups);
}
