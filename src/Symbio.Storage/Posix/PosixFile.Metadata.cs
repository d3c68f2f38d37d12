using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Posix;

/// <summary>Attributes, times and sizes.</summary>
internal sealed partial class PosixFile
{
    private static readonly Lock[] s_xattrGates = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    // Who may hang in one holds up none of those who wait for nobody.
    private static readonly Lock[] s_farXattrGates = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    /// <summary>
    /// Held while xattrs are read, changed and written. They are the file's: all handles of this process take turns.
    /// </summary>
    internal Lock XattrGate =>
        (_volume.IsLocal ? s_xattrGates : s_farXattrGates)[(uint)Key.GetHashCode() % s_xattrGates.Length];

    public ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync(CancellationToken cancellationToken) =>
        RunAsync(this, static file =>
        {
            var status = file.GetStat(out var stat);
            return (status, stat);
        });

    public ValueTask<NtStatus> SetBasicInfoAsync(BasicInfoChange change, CancellationToken cancellationToken) =>
        RunAsync((File: this, change), static state => state.File.SetBasicInfo(state.change));

    /// <inheritdoc/>
    public ValueTask<StoreInspection> InspectAsync(CancellationToken cancellationToken) =>
        RunAsync(this, static file => file.Inspect());

    internal NtStatus GetStat(out FileStat stat)
    {
        stat = default;
        using var lease = _handle.Lease();
        var errno = Libc.StatFd(lease.Fd, StatxMask.All, out var statx);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        stat = Describe(lease.Fd, _volume.Inodes.Read(statx, path, follow: true), ref statx);
        return NtStatus.Success;
    }

    private StoreInspection Inspect()
    {
        using var lease = _handle.Lease();
        Statx statx;
        if (Interlocked.Exchange(ref _found, null) is { } found)
            statx = found.Stat;
        else if (Libc.StatFd(lease.Fd, StatxMask.All, out statx) is var errno and not Errno.None)
            return StoreInspection.Failed(errno.ToNtStatus());
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        var facts = _volume.Inodes.Read(statx, path, follow: true);
        var failed = InodeReader.ReadSecurity(statx, path, facts, out var security);
        var stat = Describe(lease.Fd, facts, ref statx);
        if (failed != Errno.None)
            return new StoreInspection(NtStatus.Success, stat, failed.ToNtStatus(), null);
        return security!.Stored is { } stored
            ? StoreInspection.Of(stat, NtStatus.Success, stored)
            : new StoreInspection(NtStatus.Success, stat, NtStatus.Success, MadeUpDescriptor(security));
    }

    private FileStat Describe(int fd, InodeFacts facts, ref Statx statx)
    {
        DataBlocks.Correct(fd, ref statx);
        var stat = StatReader.Build(statx, _store.FileIdOf(statx, _volume), facts.Dos, IsHidden, facts.EaSize);
        return _type == Statx.SymbolicLink && !_exactCase && _store.Resolver.LeadsToDirectory(Path)
            ? stat with { Attributes = stat.Attributes | FileAttributes.Directory }
            : stat;
    }

    /// <summary>Attributes and the like that a new object begins with.</summary>
    internal NtStatus Initialize(StoreCreateOptions options, StoreCaller caller)
    {
        using var lease = _handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        var attributes = options.Attributes & ~(FileAttributes.Normal | FileAttributes.Directory);
        if (attributes != 0)
        {
            var value = new DosAttributes(
                attributes | (IsDirectory ? FileAttributes.Directory : 0), BirthTime(lease.Fd));
            var errno = WriteDosAttributes(path, value);
            if (errno is not (Errno.None or Errno.EOPNOTSUPP)) // A disk without xattrs keeps files, not attributes.
                return Xattr.WriteStatus(errno);
        }

        var status = options.Mode is { } mode ? InitializeMode(lease.Fd, mode, caller) : NtStatus.Success;
        if (status.IsSuccess && options.ExtendedAttributes.Count > 0)
            status = ExtendedAttributes.Set(path, options.ExtendedAttributes);
        if (status.IsSuccess && options.SecurityDescriptor is { } descriptor)
            status = SetSecurityDescriptor(descriptor, caller, applies: options.Mode is null);
        if (status.IsSuccess && options.AllocationSize > 0 && !IsDirectory)
            status = Reserve(options.AllocationSize); // Its name is there already, and others may write by it.
        return status;
    }

    private bool IsHidden
    {
        get
        {
            PathResolver.Split(_path, out var leaf);
            return _store.HidesName(leaf);
        }
    }

    private NtStatus SetBasicInfo(BasicInfoChange change)
    {
        using var lease = _handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        var errno = Errno.None;
        if (change.LastAccessTime is not null || change.LastWriteTime is not null)
            errno = Libc.SetTimes(lease.Fd, ToTimeSpec(change.LastAccessTime), ToTimeSpec(change.LastWriteTime));
        if (errno != Errno.None)
            return errno.ToNtStatus();
        bool isStored = change.Attributes is not null || change.CreationTime is not null;
        if (!isStored && change.ChangeTime is null)
            return NtStatus.Success;
        lock (XattrGate)
        {
            var value = StatReader.ReadDosAttributes(path, follow: true) with { ChangeTime = default };
            if (isStored)
            {
                var attributes = change.Attributes is not null
                    ? (change.Over(value.Attributes) & ~(FileAttributes.Normal | FileAttributes.ReparsePoint))
                        | (IsDirectory ? FileAttributes.Directory : 0)
                        | (value.Attributes & FileAttributes.ReparsePoint ?? 0)
                    : value.Attributes;
                var creation = change.CreationTime ??
                    (value.CreationTime != FileTime.None ? value.CreationTime : BirthTime(lease.Fd));
                value = new DosAttributes(attributes, creation);
            }

            errno = change.ChangeTime is { } time
                ? HoldChangeTime(lease.Fd, path, value, time)
                : WriteDosAttributes(path, value);
        }

        // Deviation: a disk without xattrs, or one that the user may not write them on, keeps a ChangeTime of its own.
        return isStored ? Xattr.WriteStatus(errno) : NtStatus.Success;
    }

    /// <summary>
    /// Writes a ChangeTime to show until the object is changed again. Writing it moves the ctime itself, to a moment that
    /// is only known afterwards: when that took long, it is done once more with more room.
    /// </summary>
    private static Errno HoldChangeTime(int fd, ReadOnlySpan<byte> path, DosAttributes value, FileTime time)
    {
        var errno = Errno.None;
        foreach (int milliseconds in (ReadOnlySpan<int>)[1, 20, 500])
        {
            var until = FileTime.FromDateTimeOffset(DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(milliseconds));
            errno = WriteDosAttributes(path, value with { ChangeTime = new HeldChangeTime(time, until) });
            if (errno != Errno.None || Libc.StatFd(fd, StatxMask.Basic, out var stat) != Errno.None ||
                stat.ChangeTime.ToFileTime() <= until)
            {
                break;
            }
        }

        return errno;
    }

    private static Errno WriteDosAttributes(ReadOnlySpan<byte> path, DosAttributes attributes)
    {
        Span<byte> value = stackalloc byte[DosAttributes.MaxWritten];
        int length = attributes.Write(value);
        return Libc.SetXattr(path, DosAttributes.XattrName, value[..length], 0);
    }

    private static FileTime BirthTime(int fd) =>
        Libc.StatFd(fd, StatxMask.All, out var stat) == Errno.None ? StatReader.CreationTime(stat) : default;

    private static TimeSpec ToTimeSpec(FileTime? time)
    {
        if (time is not { } value)
            return TimeSpec.Omit;
        var (seconds, nanoseconds) = value.ToUnix();
        return new TimeSpec { Seconds = seconds, Nanoseconds = nanoseconds };
    }
}
