using System.Text;
using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Something of another kind takes an object's place: to NT a symbolic link is a file that was told to be one, to Linux
/// nothing ever becomes a link. This handle is the new object's from then on; only its <see cref="Key"/>, by which the
/// server knows what it has opened, stays what it was.
/// </summary>
internal sealed partial class PosixFile
{
    /// <summary>Makes what takes the place, under a name (with NUL) in a directory.</summary>
    private delegate Errno Maker(int directory, ReadOnlySpan<byte> name);

    private NtStatus Replace(StoreCaller caller, Maker make, int type)
    {
        var status = OpenOwnDirectory(caller, mayBlock: true, out var directory, out byte[] name, out bool isLink);
        using (directory)
        {
            if (status.IsError)
                return status;
            if (isLink)
                return NtStatus.NotSupported; // Opened by way of a link: neither of the two was meant.
            byte[] temporary = [.. Encoding.ASCII.GetBytes($".symbio-link-{Guid.NewGuid():N}"), 0];
            using var scope = _store.Account.Enter(caller);
            if (!scope.IsEntered)
                return NtStatus.AccessDenied;
            var errno = make(directory!.Fd, temporary);
            if (errno != Errno.None)
                return errno.ToNtStatus();
            errno = Libc.Exchange(directory.Fd, temporary, name);
            if (errno != Errno.None)
            {
                Libc.Unlink(directory.Fd, temporary, type == Statx.DirectoryType);
                return errno == Errno.EINVAL ? NtStatus.NotSupported : errno.ToNtStatus();
            }

            // Only now nobody changes by that name what is to go.
            status = RemoveReplaced(directory.Fd, temporary);
            if (status.IsError)
            {
                Libc.Exchange(directory.Fd, temporary, name);
                Libc.Unlink(directory.Fd, temporary, type == Statx.DirectoryType);
                return status;
            }

            return Adopt(directory.Fd, name, type);
        }
    }

    private NtStatus RemoveReplaced(int directory, byte[] name)
    {
        var errno = Libc.StatAt(directory, name, StatxMask.Basic, out var stat);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        if (!IsThis(stat))
            return NtStatus.SharingViolation; // Another was put into its place meanwhile.
        if (stat.IsRegularFile && (stat.Size > 0 || stat.LinkCount > 1))
            return NtStatus.NotSupported;
        return Libc.Unlink(directory, name, stat.IsDirectory).ToNtStatus();
    }

    private NtStatus Adopt(int directory, byte[] name, int type)
    {
        const ResolveFlags below = ResolveFlags.Beneath | ResolveFlags.NoSymlinks;
        var errno = Libc.OpenAt2(directory, name, OpenFlags.Path | OpenFlags.NoFollow, 0, below, out int fd);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        var replaced = _handle;
        _type = type;
        _handle = new PosixHandle(fd);
        replaced.Dispose();
        return NtStatus.Success;
    }
}
