using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Opens;

/// <summary>What an existing object must be, to be opened as the request wants it: [MS-FSA] 2.1.5.1.2.</summary>
internal sealed partial class OpenOperation
{
    private NtStatus CheckKind(in FileStat stat, IStoreFile file)
    {
        // A link that leads to a directory is itself one to NT and none to POSIX: clients may take it for either.
        if (stat.ReparseTag == (uint)ReparseTag.SymbolicLink && stat.IsDirectory && !file.IsDirectory)
            return Overwrites ? NtStatus.ObjectNameCollision : NtStatus.Success;
        bool wantsDirectory = (Options & CreateOptions.DirectoryFile) != 0;
        if (stat.IsDirectory)
        {
            if (name.Stream.Length > 0)
                return wantsDirectory ? NtStatus.NotADirectory : NtStatus.Success;
            if (name.HasStream && !name.MustBeDirectory)
                return wantsDirectory ? NtStatus.NotADirectory : NtStatus.FileIsADirectory; // "folder::$DATA" is no stream.
            if ((Options & CreateOptions.NonDirectoryFile) != 0)
                return NtStatus.FileIsADirectory;
            if (Overwrites)
                return NtStatus.ObjectNameCollision;
        }
        else if (wantsDirectory)
        {
            return request.CreateDisposition == CreateDisposition.Create
                ? NtStatus.ObjectNameCollision
                : NtStatus.NotADirectory;
        }
        else if (name.MustBeDirectory)
        {
            return NtStatus.ObjectNameInvalid;
        }

        return NtStatus.Success;
    }

    private NtStatus CheckAttributes(in FileStat stat)
    {
        if (DeleteOnClose && name.Stream.Length == 0 && !name.IsPosix && (stat.Attributes & FileAttributes.ReadOnly) != 0)
            return NtStatus.CannotDelete;
        if (DeleteOnClose && name.Path.Length == 0)
            return NtStatus.AccessDenied;
        if (DeleteOnClose && (GrantedAccess & AccessMask.Delete) == 0)
            return NtStatus.AccessDenied; // Only MAXIMUM_ALLOWED was asked for, and that is not enough.
        if (!Overwrites || name.Stream.Length > 0 || name.IsPosix)
            return NtStatus.Success; // POSIX knows none of the attributes that are in the way here.

        // A hidden or system file is overwritten only by who knows that it is one. What is hidden for its name alone (".profile")
        // need not be asked for: programs do not know of that.
        FileAttributes guarded = FileAttributes.System | (stat.IsHiddenByName ? FileAttributes.None : FileAttributes.Hidden);
        return (stat.Attributes & guarded & ~request.FileAttributes) != 0 ? NtStatus.AccessDenied : NtStatus.Success;
    }
}
