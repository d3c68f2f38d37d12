using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Posix;

/// <summary>
/// Reparse points: symbolic links are the disk's own; FIFOs, sockets and devices are shown as Windows' NFS server has them;
/// whatever else clients set is kept in an xattr, and the object stays what it is.
/// </summary>
internal sealed partial class PosixFile
{
    public ValueTask<(NtStatus Status, ReparseDataBuffer Data)> GetReparsePointAsync(
        CancellationToken cancellationToken) => RunAsync(this, static file => file.GetReparsePoint());

    public ValueTask<NtStatus> SetReparsePointAsync(
        ReparseDataBuffer data, StoreCaller caller, CancellationToken cancellationToken) =>
        _store.Options.Scheduler.RunAsync(
            (File: this, data, caller), static state => state.File.SetReparsePoint(state.data, state.caller));

    public ValueTask<NtStatus> DeleteReparsePointAsync(StoreCaller caller, CancellationToken cancellationToken) =>
        _store.Options.Scheduler.RunAsync(
            (File: this, caller), static state => state.File.DeleteReparsePoint(state.caller));

    private (NtStatus Status, ReparseDataBuffer Data) GetReparsePoint()
    {
        using var lease = _handle.Lease();
        if (_type == Statx.SymbolicLink)
        {
            Span<byte> text = stackalloc byte[Libc.PathMax + 1];
            var errno = Libc.ReadLink(lease.Fd, text, out int length);
            return errno == Errno.None
                ? (NtStatus.Success, Pack(ReparseTag.SymbolicLink, LinkText.FromDisk(text[..length], _store.Codec)))
                : (errno.ToNtStatus(), default);
        }

        if (!HasXattrs)
        {
            var errno = Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat);
            return errno == Errno.None
                ? (NtStatus.Success, Pack(ReparseTag.Nfs, SpecialFile(stat)))
                : (errno.ToNtStatus(), default);
        }

        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        var dos = StatReader.ReadDosAttributes(path, follow: true);
        return dos.Tag == ReparseTag.None ? (NtStatus.NotAReparsePoint, default) : ReparseXattr.Read(path);
    }

    private NtStatus SetReparsePoint(in ReparseDataBuffer data, StoreCaller caller)
    {
        if (data.Tag != ReparseTag.SymbolicLink)
            return HasXattrs ? KeepReparse(data) : NtStatus.NotSupported;
        var reader = new WireReader(data.Data);
        if (!SymbolicLinkReparseData.TryRead(ref reader, out var link) ||
            LinkText.ToDisk(link, _store.Codec) is not { } target)
        {
            return NtStatus.IoReparseDataInvalid;
        }

        return Replace(
            caller, (int directory, ReadOnlySpan<byte> name) => Libc.SymbolicLink(target, directory, name), Statx.SymbolicLink);
    }

    private NtStatus DeleteReparsePoint(StoreCaller caller)
    {
        if (_type == Statx.SymbolicLink)
            return ReplaceByPlain(caller, _store.Resolver.LeadsToDirectory(Path));
        if (!HasXattrs)
            return NtStatus.NotSupported; // A FIFO without what makes it one would be no more.
        using var lease = _handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        lock (XattrGate)
        {
            var errno = ReparseXattr.Remove(path);
            if (errno == Errno.ENODATA)
                return NtStatus.NotAReparsePoint;
            if (errno == Errno.None)
                errno = MarkReparse(path, marked: false);
            return errno.ToNtStatus();
        }
    }

    // The data first: the attribute without data counts for nothing.
    private NtStatus KeepReparse(in ReparseDataBuffer data)
    {
        using var lease = _handle.Lease();
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(lease.Fd, path);
        lock (XattrGate)
        {
            var errno = ReparseXattr.Write(path, data);
            if (errno == Errno.None)
                errno = MarkReparse(path, marked: true);
            return Xattr.WriteStatus(errno);
        }
    }

    private static Errno MarkReparse(ReadOnlySpan<byte> path, bool marked)
    {
        var dos = StatReader.ReadDosAttributes(path, follow: true);
        var attributes = (dos.Attributes ?? 0) & ~FileAttributes.ReparsePoint;
        return WriteDosAttributes(
            path, dos with { Attributes = marked ? attributes | FileAttributes.ReparsePoint : attributes });
    }

    private NtStatus ReplaceByPlain(StoreCaller caller, bool directory) => directory
        ? Replace(
            caller, (int parent, ReadOnlySpan<byte> name) => Libc.MakeDirectory(parent, name, _store.Options.DirectoryMode),
            Statx.DirectoryType)
        : Replace(caller, MakeFile, Statx.RegularFile);

    private Errno MakeFile(int directory, ReadOnlySpan<byte> name)
    {
        const int flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive;
        var errno = Libc.OpenAt2(
            directory, name, flags, _store.Options.FileMode, ResolveFlags.Beneath | ResolveFlags.NoSymlinks, out int fd);
        using var made = new OwnedFd(fd);
        return errno;
    }

    private static NfsReparseData SpecialFile(in Statx stat) => stat.Type switch
    {
        Statx.Fifo => new(NfsFileType.Fifo, "", 0, 0),
        Statx.Socket => new(NfsFileType.Socket, "", 0, 0),
        Statx.BlockDevice => new(NfsFileType.BlockDevice, "", stat.RdevMajor, stat.RdevMinor),
        _ => new(NfsFileType.CharacterDevice, "", stat.RdevMajor, stat.RdevMinor),
    };

    private static ReparseDataBuffer Pack<T>(ReparseTag tag, T data)
        where T : struct, IInformation<T>
    {
        byte[] bytes = new byte[data.Length];
        var writer = new WireWriter(bytes);
        data.Write(ref writer);
        return new ReparseDataBuffer(tag, Guid.Empty, bytes);
    }
}
