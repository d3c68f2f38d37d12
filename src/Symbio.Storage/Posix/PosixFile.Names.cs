using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Deleting, renaming, linking.</summary>
/// <remarks>
/// On the caller's thread as long as all that has to be looked up is in memory and the volume makes such changes quickly: the way
/// to another thread costs more than they do. With mayBlock false a method that would have to read a directory, to wait for
/// somebody else at a name or to give many blocks back says <see cref="NtStatus.CantWait"/> and has done nothing.
/// </remarks>
internal sealed partial class PosixFile
{
    public ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken)
    {
        if (MayChangeHere)
        {
            long began = Stopwatch.GetTimestamp();
            var status = Delete(caller, mayBlock: false);
            _volume.Changes.Tell(began, _store.Options.SlowWrite);
            if (status != NtStatus.CantWait)
                return new(status);
        }

        return _store.Options.Scheduler.RunAsync(
            (File: this, caller), static state => state.File.Delete(state.caller, mayBlock: true));
    }

    public ValueTask<NtStatus> RenameAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken)
    {
        if (MayChangeHere)
        {
            long began = Stopwatch.GetTimestamp();
            var status = Rename(newPath, replace, caller, mayBlock: false);
            _volume.Changes.Tell(began, _store.Options.SlowWrite);
            if (status != NtStatus.CantWait)
                return new(status);
        }

        return _store.Options.Scheduler.RunAsync(
            (File: this, newPath, replace, caller),
            static state => state.File.Rename(state.newPath, state.replace, state.caller, mayBlock: true));
    }

    public ValueTask<NtStatus> RenameStreamAsync(string newName, bool replace, CancellationToken cancellationToken) =>
        new(NtStatus.InvalidParameter);

    public ValueTask<NtStatus> LinkAsync(
        string newPath, bool replace, StoreCaller caller, CancellationToken cancellationToken)
    {
        if (MayChangeHere)
        {
            long began = Stopwatch.GetTimestamp();
            var status = Link(newPath, replace, caller, mayBlock: false);
            _volume.Changes.Tell(began, _store.Options.SlowWrite);
            if (status != NtStatus.CantWait)
                return new(status);
        }

        return _store.Options.Scheduler.RunAsync(
            (File: this, newPath, replace, caller),
            static state => state.File.Link(state.newPath, state.replace, state.caller, mayBlock: true));
    }

    // No other machine is asked, and the disk has kept up lately.
    private bool MayChangeHere =>
        !ReadsForks && (_volume.IsInMemory || (_volume.IsLocal && _volume.Changes.IsQuick));

    // A name goes, and with it perhaps the object: its blocks are given back then and there.
    private bool FreesMuch(in Statx stat) =>
        stat.LinkCount <= 1 && stat.Blocks * Statx.BlockUnit > _store.Options.MaxQuickRelease;

    private NtStatus Delete(StoreCaller caller, bool mayBlock)
    {
        var status = OpenOwnDirectory(caller, mayBlock, out var directory, out byte[] name, out bool isLink);
        using (directory)
        {
            if (status.IsError)
                return status;

            // POSIX cannot remove "this name if it is still this object": between the look and here another process
            // may have put something else in its place.
            byte[]? fork = isLink ? null : FindFork(directory!.Fd, name);
            if (IsDirectory && !isLink && _store.HasForkFiles)
                RemoveOrphans();
            using var scope = _store.Account.Enter(caller);
            if (!scope.IsEntered)
                return NtStatus.AccessDenied;
            var errno = Libc.Unlink(directory!.Fd, name, IsDirectory && !isLink);
            if (errno == Errno.None && fork is not null)
                Libc.Unlink(directory.Fd, fork, isDirectory: false);
            _mayHaveNoName |= errno == Errno.None;
            return errno.ToNtStatus();
        }
    }

    private NtStatus Rename(string newPath, bool replace, StoreCaller caller, bool mayBlock)
    {
        var status = OpenOwnDirectory(caller, mayBlock, out var directory, out byte[] name, out _);
        using (directory)
        {
            if (status.IsError)
                return status == NtStatus.CannotDelete ? NtStatus.InvalidParameter : status;
            Span<byte> buffer = stackalloc byte[Libc.PathMax + 1];
            status = Resolver.OpenParent(newPath, caller, mayBlock, buffer, out var target, out var leaf);
            using (target)
            {
                if (status.IsError)
                    return status;
                if (leaf.IsEmpty)
                    return NtStatus.ObjectNameCollision; // The root is always there.
                if (_store.Codec.Encode(leaf) is not { } newName)
                    return NtStatus.ObjectNameInvalid;
                if (_store.HidesPath(newPath))
                    return NtStatus.AccessDenied;
                var errno = Libc.StatFd(target.Fd.Fd, StatxMask.Basic, out var targetStat);
                if (errno != Errno.None)
                    return errno.ToNtStatus();
                byte[]? fork = FindFork(directory!.Fd, name);
                if (!_store.TryPassCreateGate(targetStat, leaf, mayBlock, out Lock gate))
                    return NtStatus.CantWait;
                try
                {
                    status = RenameTo(
                        target.Fd.Fd, targetStat, leaf.ToString(), newName, directory!.Fd, name, replace, caller, mayBlock);
                }
                finally
                {
                    gate.Exit();
                }

                if (status.IsSuccess)
                {
                    _openedAs = _path = newPath;
                    MoveFork(caller, directory!.Fd, fork, target.Fd.Fd, newName);
                }

                return status;
            }
        }
    }

    private NtStatus RenameTo(int target, in Statx targetStat, string leaf, byte[] newName, int directory, byte[] name,
        bool replace, StoreCaller caller, bool mayBlock)
    {
        var status = Resolver.Find(target, leaf, caller, mayBlock, out string? spelling);
        if (status.IsError)
            return status;
        if (spelling is null)
            return Move(caller, directory, name, target, newName, replace: false);

        byte[] existing = _store.Codec.Encode(spelling)!;
        var errno = Libc.StatFd(directory, StatxMask.Basic, out var directoryStat);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        bool sameDirectory = directoryStat.IsSameObject(targetStat);
        if (sameDirectory && newName.AsSpan().SequenceEqual(name))
            return NtStatus.Success;
        if (sameDirectory && existing.AsSpan().SequenceEqual(name)) // A change of spelling.
            return Move(caller, directory, name, target, newName, replace: false);
        if (!replace)
            return NtStatus.ObjectNameCollision;
        errno = Libc.StatAt(target, existing, StatxMask.Basic, out var existingStat);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        if (!mayBlock && FreesMuch(existingStat))
            return NtStatus.CantWait;
        if (_exactCase)
            return Replace(caller, directory, name, target, newName, existingStat);
        if (existingStat.IsDirectory)
            return NtStatus.AccessDenied;
        if (IsDirectory)
            return NtStatus.AccessDenied; // A directory takes no file's place either.

        // rename(2) does nothing when both names are links to one object: the old one has to go by itself.
        if (IsThis(existingStat))
        {
            using var scope = _store.Account.Enter(caller);
            if (!scope.IsEntered)
                return NtStatus.AccessDenied;
            errno = Libc.Unlink(directory, name, isDirectory: false);
            return errno != Errno.None || existing.AsSpan().SequenceEqual(newName)
                ? errno.ToNtStatus()
                : Libc.Rename(target, existing, target, newName, replace: false).ToNtStatus();
        }

        status = Move(caller, directory, name, target, existing, replace: true);
        return status.IsError || existing.AsSpan().SequenceEqual(newName)
            ? status
            : Move(caller, target, existing, target, newName, replace: false); // In the place, now the spelling.
    }

    // As rename(2) has it: a directory takes the place of an empty one, and two names of one file are both left.
    private NtStatus Replace(
        StoreCaller caller, int directory, byte[] name, int target, byte[] newName, in Statx existing)
    {
        if (existing.IsDirectory != IsDirectory)
            return existing.IsDirectory ? NtStatus.FileIsADirectory : NtStatus.NotADirectory;
        return Move(caller, directory, name, target, newName, replace: true);
    }

    private NtStatus Move(StoreCaller caller, int directory, byte[] name, int target, byte[] newName, bool replace)
    {
        using var scope = _store.Account.Enter(caller);
        if (!scope.IsEntered)
            return NtStatus.AccessDenied;
        var errno = Libc.Rename(directory, name, target, newName, replace);
        return errno == Errno.EXDEV ? NtStatus.NotSameDevice : errno.ToNtStatus();
    }

    private NtStatus Link(string newPath, bool replace, StoreCaller caller, bool mayBlock)
    {
        if (IsDirectory)
            return NtStatus.FileIsADirectory;
        Span<byte> buffer = stackalloc byte[Libc.PathMax + 1];
        var status = Resolver.OpenParent(newPath, caller, mayBlock, buffer, out var target, out var leaf);
        using (target)
        {
            if (status.IsError)
                return status;
            if (leaf.IsEmpty)
                return NtStatus.ObjectNameCollision;
            if (_store.Codec.Encode(leaf) is not { } newName)
                return NtStatus.ObjectNameInvalid;
            if (_store.HidesPath(newPath))
                return NtStatus.AccessDenied;
            var errno = Libc.StatFd(target.Fd.Fd, StatxMask.Basic, out var targetStat);
            if (errno != Errno.None)
                return errno.ToNtStatus();
            if (!_store.TryPassCreateGate(targetStat, leaf, mayBlock, out Lock gate))
                return NtStatus.CantWait;
            try
            {
                return LinkTo(target.Fd.Fd, leaf.ToString(), newName, replace, caller, mayBlock);
            }
            finally
            {
                gate.Exit();
            }
        }
    }

    private NtStatus LinkTo(int target, string leaf, byte[] newName, bool replace, StoreCaller caller, bool mayBlock)
    {
        var status = Resolver.Find(target, leaf, caller, mayBlock, out string? spelling);
        if (status.IsError)
            return status;
        if (spelling is not null && !replace)
            return NtStatus.ObjectNameCollision;
        byte[]? existing = spelling is null ? null : _store.Codec.Encode(spelling);
        if (existing is not null)
        {
            var errno = Libc.StatAt(target, existing, StatxMask.Basic, out var stat);
            if (errno != Errno.None)
                return errno.ToNtStatus();
            if (stat.IsDirectory)
                return NtStatus.AccessDenied;
            if (IsThis(stat))
            {
                return existing.AsSpan().SequenceEqual(newName)
                    ? NtStatus.Success
                    : Move(caller, target, existing, target, newName, replace: false);
            }

            if (!mayBlock && FreesMuch(stat))
                return NtStatus.CantWait;
        }

        using var self = _handle.Lease();
        using var scope = _store.Account.Enter(caller);
        if (!scope.IsEntered)
            return NtStatus.AccessDenied;
        if (existing is null)
            return LinkStatus(Libc.Link(self.Fd, target, newName));

        // Under a name of its own first, then over the old one in one step: the name is never missing.
        byte[] temporary = [.. System.Text.Encoding.ASCII.GetBytes($".symbio-link-{Guid.NewGuid():N}"), 0];
        var linked = Libc.Link(self.Fd, target, temporary);
        if (linked != Errno.None)
            return LinkStatus(linked);
        linked = Libc.Rename(target, temporary, target, existing, replace: true);
        if (linked == Errno.None && !existing.AsSpan().SequenceEqual(newName))
            linked = Libc.Rename(target, existing, target, newName, replace: false);
        if (linked != Errno.None)
            Libc.Unlink(target, temporary, isDirectory: false);
        return LinkStatus(linked);
    }

    private static NtStatus LinkStatus(Errno errno) => errno switch
    {
        Errno.EXDEV => NtStatus.NotSameDevice,
        Errno.ENOENT => NtStatus.FileDeleted, // The object has no name left to link from.
        _ => errno.ToNtStatus(),
    };
}
