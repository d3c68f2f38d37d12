using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>The account this process runs as, and the way to act for another one.</summary>
internal sealed class ServiceAccount
{
    private readonly uint[] _groups = Libc.GetGroups();

    public ServiceAccount()
    {
        Uid = Libc.EffectiveUid();
        Gid = Libc.EffectiveGid();
        CanImpersonate = Uid == 0 && Libc.SetThreadGroups(_groups) == Errno.None;
    }

    public uint Uid { get; }

    public uint Gid { get; }

    /// <summary>Root, with the capabilities to become somebody else.</summary>
    public bool CanImpersonate { get; }

    /// <summary>Acts for a caller on this thread until the scope is disposed.</summary>
    public CallerScope Enter(StoreCaller caller) => new(this, caller);

    /// <summary>True when there is nothing to switch to.</summary>
    public bool IsSelf(StoreCaller caller) => caller.Uid is null || !CanImpersonate ||
        (caller.Uid == Uid && caller.Gid == Gid && caller.Groups.Count == 0);

    internal void Restore()
    {
        _ = Libc.SetFsUid(Uid); // The way back is always open: it is the real user.
        _ = Libc.SetFsGid(Gid);
        Libc.SetThreadGroups(_groups);
    }
}

/// <summary>
/// While it lives, this thread's file-system calls have the rights of a caller. Nothing but system calls belongs in
/// it: no await, and nothing that could start a thread, for a new thread would keep the caller's rights.
/// </summary>
/// <remarks>
/// setfsuid takes root's power over files with it (CAP_DAC_OVERRIDE, CAP_CHOWN, CAP_FOWNER and their like) and leaves
/// the power to come back. It fails without saying so (a user that a namespace does not map), hence the second look:
/// rather no access than root's.
/// </remarks>
internal readonly ref struct CallerScope
{
    private const int StackGroups = 64;

    private readonly ServiceAccount? _account;

    public CallerScope(ServiceAccount account, StoreCaller caller)
    {
        IsEntered = true;
        if (account.IsSelf(caller))
            return;
        _account = account;
        uint uid = caller.Uid!.Value;
        var groups = caller.Groups.Count <= StackGroups ? stackalloc uint[StackGroups] : new uint[caller.Groups.Count];
        for (int i = 0; i < caller.Groups.Count; i++)
            groups[i] = caller.Groups[i];
        IsEntered = Libc.SetThreadGroups(groups[..caller.Groups.Count]) == Errno.None;
        _ = Libc.SetFsGid(caller.Gid);
        _ = Libc.SetFsUid(uid);
        IsEntered &= Libc.SetFsGid(uint.MaxValue) == caller.Gid && Libc.SetFsUid(uint.MaxValue) == uid;
    }

    /// <summary>False: the caller's rights could not be taken; do nothing.</summary>
    public bool IsEntered { get; }

    public void Dispose() => _account?.Restore();
}
