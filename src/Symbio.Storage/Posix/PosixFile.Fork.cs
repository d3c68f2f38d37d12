using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// The resource fork in a file of its own, and what that file goes along with: names, owner and mode of this one. It is part of
/// the file, so that the service makes and opens it; who may, the server has checked by the file's descriptor.
/// </summary>
internal sealed partial class PosixFile
{
    /// <summary>Forks have files of their own, and this is an object that may have one.</summary>
    private bool HasForkFile => _store.HasForkFiles && _type == Statx.RegularFile;

    /// <summary>
    /// What is done to this object looks into files of forks, and so may wait for a disk: those are not looked into otherwise.
    /// </summary>
    private bool ReadsForks => HasForkFile || (_store.HasForkFiles && IsDirectory);

    private bool IsFork(string stream) =>
        _store.HasForkFiles && NameComparer.Equals(stream, AfpInfo.ResourceName);

    private NtStatus OpenFork(bool create, out PosixFork? fork)
    {
        fork = null;
        if (!HasForkFile)
            return create ? NtStatus.FileIsADirectory : NtStatus.ObjectNameNotFound;
        var status = OpenForkDirectory(out var directory, out byte[]? name);
        using (directory)
        {
            if (status.IsError)
                return create ? status : NtStatus.ObjectNameNotFound;
            if (name is null)
                return create ? NtStatus.ObjectNameInvalid : NtStatus.ObjectNameNotFound;
            var errno = ForkFile.Open(directory!.Fd, name, Owners(), out int fd, out AppleDouble? header);
            if (create)
            {
                if (errno == Errno.None)
                {
                    _ = Libc.Close(fd);
                    return NtStatus.ObjectNameCollision;
                }

                if (errno == Errno.ENOENT)
                    errno = CreateFork(directory.Fd, name, out fd, out header);
                if (errno != Errno.None)
                    return errno == Errno.EEXIST ? NtStatus.ObjectNameCollision : errno.ToNtStatus();
            }
            else if (errno != Errno.None)
            {
                return NtStatus.ObjectNameNotFound; // What is no fork is none, whatever it is.
            }

            return UseFork(fd, header!, out fork);
        }
    }

    private Errno CreateFork(int directory, byte[] name, out int fd, out AppleDouble? header)
    {
        fd = -1;
        header = null;
        using var lease = _handle.Lease();
        var errno = PosixSecurity.Read(lease.Fd, out var security);
        return errno == Errno.None ? ForkFile.Create(directory, name, security!, out fd, out header) : errno;
    }

    private NtStatus UseFork(int fd, AppleDouble header, out PosixFork? fork)
    {
        fork = null;
        var handle = new PosixHandle(fd);
        var errno = Libc.StatFd(fd, StatxMask.All, out var stat);
        PosixFile? own = null;
        var status = errno == Errno.None ? Duplicate(out own) : errno.ToNtStatus();
        if (status.IsError)
        {
            handle.Dispose();
            return status;
        }

        var data = new PosixFile(
            _store, handle, stat, _store.VolumeOf(fd, stat), StoreAccess.Read | StoreAccess.Write, _path, isExact: true);
        fork = new PosixFork(own!, data, header, _store.Options.Scheduler);
        return NtStatus.Success;
    }

    /// <summary>Removes the fork's file.</summary>
    internal NtStatus RemoveFork()
    {
        var status = OpenForkDirectory(out var directory, out byte[]? name);
        using (directory)
        {
            if (status.IsError)
                return status;
            return name is null ? NtStatus.ObjectNameNotFound : ForkFile.Remove(directory!.Fd, name, Owners()).ToNtStatus();
        }
    }

    /// <summary>
    /// The fork (with NUL) that goes with a name (with NUL) in a directory; null when there is none. The service looks: not everybody
    /// who may delete a file may open its fork.
    /// </summary>
    private byte[]? FindFork(int directory, ReadOnlySpan<byte> name) =>
        HasForkFile && ForkFile.NameOf(name) is { } fork && ForkFile.Exists(directory, fork, Owners()) ? fork : null;

    /// <summary>
    /// The file is called something else, and so is its fork, as the caller. What fork the new name had was another file's.
    /// </summary>
    /// <param name="fork">The file's own; null: it has none.</param>
    private void MoveFork(StoreCaller caller, int directory, byte[]? fork, int target, ReadOnlySpan<byte> newName)
    {
        byte[]? newFork = fork is not null ? ForkFile.NameOf(newName) : FindFork(target, newName);
        if (newFork is null)
            return;
        using var scope = _store.Account.Enter(caller);
        if (!scope.IsEntered)
            return;
        if (fork is not null)
            Libc.Rename(directory, fork, target, newFork, replace: true);
        else
            Libc.Unlink(target, newFork, isDirectory: false);
    }

    /// <summary>The directory is about to go, which forks without files cannot keep from it.</summary>
    private void RemoveOrphans()
    {
        using var lease = _handle.Lease();
        ForkFile.RemoveOrphans(lease.Fd);
    }

    /// <summary>Owner and mode have changed: the fork is for the same users.</summary>
    /// <param name="formerOwner">Whose the file was, and the fork is.</param>
    private void ProtectFork(uint formerOwner)
    {
        if (!HasForkFile || OpenForkDirectory(out var directory, out byte[]? name).IsError)
            return;
        using (directory)
        {
            if (name is null || ForkFile.Open(directory!.Fd, name, Owners(formerOwner), out int fd, out _) != Errno.None)
                return;
            using var opened = new OwnedFd(fd);
            using var lease = _handle.Lease();
            if (PosixSecurity.Read(lease.Fd, out var security) == Errno.None)
                ForkFile.Protect(fd, security!);
        }
    }

    private ForkOwners Owners()
    {
        using var lease = _handle.Lease();
        return Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat) == Errno.None ? Owners(stat.Uid) : Owners(_store.Account.Uid);
    }

    private ForkOwners Owners(uint owner) => new(owner, _store.Account.CanImpersonate ? null : _store.Account.Uid);

    // By the object's own name, though it were opened by way of a link.
    private NtStatus OpenForkDirectory(out OwnedFd? directory, out byte[]? fork)
    {
        directory = null;
        fork = null;
        Span<byte> buffer = stackalloc byte[Libc.PathMax + 1];
        if (!TryGetDiskPath(buffer, out int start, out int length) || length == 0)
            return NtStatus.ObjectNameNotFound;
        Span<byte> path = buffer.Slice(start, length + 1);
        int slash = path.LastIndexOf((byte)'/');
        byte[] name = path[(slash + 1)..].ToArray();
        fork = ForkFile.NameOf(name);
        if (slash >= 0)
            path[slash] = 0;
        ReadOnlySpan<byte> parent = slash < 0 ? "."u8.WithNul() : path[..(slash + 1)];
        using var root = _store.Root.Lease();
        const ResolveFlags below = ResolveFlags.Beneath | ResolveFlags.NoSymlinks;
        var errno = Libc.OpenAt2(root.Fd, parent, OpenFlags.Path | OpenFlags.Directory, 0, below, out int fd);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        directory = new OwnedFd(fd);
        return Libc.StatAt(fd, name, StatxMask.Basic, out var named) == Errno.None && IsThis(named)
            ? NtStatus.Success
            : NtStatus.ObjectNameNotFound; // Moved meanwhile.
    }
}
