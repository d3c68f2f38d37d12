using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Names;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>FileRenameInformation and FileRenameInformationEx, [MS-FSA] 2.1.5.15.11 and 2.1.5.15.12.</summary>
internal static class RenameInformation
{
    // The hints about pinning and storage reserves concern nothing that is kept here.
    private const RenameFlags Known = RenameFlags.ReplaceIfExists | RenameFlags.PosixSemantics
        | RenameFlags.SuppressPinStateInheritance | RenameFlags.SuppressStorageReserveInheritance
        | RenameFlags.NoIncreaseAvailableSpace | RenameFlags.NoDecreaseAvailableSpace
        | RenameFlags.IgnoreReadOnlyAttribute;

    public static InformationRow Row { get; } = InformationRow.SetOnly<FileRenameInformation>(
        static (set, wanted) => RenameAsync(
            set, wanted.RootDirectory, wanted.FileName, wanted.ReplaceIfExists ? RenameFlags.ReplaceIfExists : RenameFlags.None),
        AccessMask.Delete);

    public static InformationRow ExRow { get; } = InformationRow.SetOnly<FileRenameExInformation>(
        static (set, wanted) => RenameAsync(set, wanted.RootDirectory, wanted.FileName, wanted.Flags), AccessMask.Delete);

    private static ValueTask<NtStatus> RenameAsync(
        InformationSet set, ulong rootDirectory, string fileName, RenameFlags flags)
    {
        if ((flags & ~Known) != 0)
            return new(NtStatus.InvalidParameter);
        if (set.Open.IsPosix)
            flags |= RenameFlags.PosixSemantics | RenameFlags.IgnoreReadOnlyAttribute;
        bool replace = (flags & RenameFlags.ReplaceIfExists) != 0;
        if (set.Tree.Share.IsReadOnly || set.Open.Claim.IsDeletePending)
            return new(NtStatus.AccessDenied);
        if (rootDirectory == 0 && fileName.StartsWith(':') && !set.Open.IsPosix)
            return RenameStreamAsync(set, fileName, replace);
        NtStatus status = LinkTarget.Parse(set, rootDirectory, fileName, out ShareName name);
        if (status != NtStatus.Success)
            return new(status);

        // Windows opens the path that is named as the new place of the stream, and that is the file which is open.
        if (set.Open.File.StreamName.Length > 0)
            return new(NtStatus.SharingViolation);
        if (name.HasStream || (name.MustBeDirectory && !set.Open.IsDirectory))
            return new(NtStatus.ObjectNameInvalid);
        if (set.Open.File.Path.Length == 0)
            return new(NtStatus.InvalidParameter); // The root.
        var replacement = new Replacement(
            (flags & RenameFlags.IgnoreReadOnlyAttribute) != 0, (flags & RenameFlags.PosixSemantics) != 0);
        return RenameFileAsync(set, name, replace ? replacement : null);
    }

    private static async ValueTask<NtStatus> RenameFileAsync(
        InformationSet set, ShareName name, Replacement? replacement)
    {
        Open open = set.Open;
        name = await LinkTarget.ExpandAsync(set, name).ConfigureAwait(false);
        (NtStatus status, SecurityDescriptor? parent) = await LinkTarget
            .CheckParentAsync(set, name, open.IsDirectory, checkSharing: true).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        status = open.Claim.CheckShareDelete();
        if (status == NtStatus.Success)
            status = await set.Context.ContendAsync(open, LeaseState.HandleCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        status = await CheckOpensThatBindAsync(set).ConfigureAwait(false);
        if (status == NtStatus.Success && set.Context.HasWaited)
            status = open.Claim.IsDeletePending ? NtStatus.AccessDenied : open.Claim.CheckShareDelete();
        if (status != NtStatus.Success)
            return status;
        return replacement is { } how
            ? await LinkTarget
                .ReplaceAsync(set, name, parent!, how, found => MoveAsync(set, name, replace: found)).ConfigureAwait(false)
            : await MoveAsync(set, name, replace: false).ConfigureAwait(false);
    }

    private static ValueTask<NtStatus> MoveAsync(InformationSet set, ShareName name, bool replace) =>
        set.Open.ChangeAsync(async file =>
        {
            SmbServer server = set.Context.Server;
            server.Renames.Begin();
            try
            {
                if (server.Persistent is not { } persistent)
                    return await MoveAsync(set, file, name, replace).ConfigureAwait(false);
                MoveUnderWay move = await persistent.BeginMoveAsync(set.Open, name.Path).ConfigureAwait(false);
                try
                {
                    return await MoveAsync(set, file, name, replace).ConfigureAwait(false);
                }
                finally
                {
                    await persistent.EndMoveAsync(move).ConfigureAwait(false);
                }
            }
            finally
            {
                server.Renames.End();
            }
        });

    private static async ValueTask<NtStatus> MoveAsync(
        InformationSet set, IStoreFile file, ShareName name, bool replace)
    {
        string oldPath = file.Path;
        bool replaces = replace && !(set.Open.IsPosix
            ? oldPath == name.Path
            : NameComparer.Equals(oldPath, name.Path)); // And not only the spelling.
        using DirectoryMove? move = set.Open.IsDirectory ? set.Open.Changes.BeginMove(oldPath, name.Path) : null;
        NtStatus status = await file
            .RenameAsync(name.Path, replace, set.Tree.Caller, CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        set.Open.Claim.RenameLink(UpcaseTable.ToUpper(file.Path));

        // Only now: where none may be below there may be some all the same, made since that was looked at. Those that are about
        // to be entered see to it themselves (OpenOperation.FollowRenameAsync).
        foreach (Open open in set.Open.IsDirectory ? OpensBelow(set.Open) : [])
            open.Claim.RenameLink(UpcaseTable.ToUpper(open.File.Path));
        set.Open.Renamed(oldPath, replaces);
        return status;
    }

    // A directory keeps its name while anything below it is open, and a file while one of its named streams is. Who only
    // caches such a handle is asked to close it. Renames of directories are rare, and so are opens beside ours of a file
    // that is being renamed: all opens are looked through. In POSIX and macOS nothing binds a directory.
    private static async ValueTask<NtStatus> CheckOpensThatBindAsync(InformationSet set)
    {
        Open[] binding = OpensThatBind(set.Open);
        var waits = new List<Task>();
        foreach (Open open in binding)
        {
            FileKey key = open.File.Key;
            Task? wait = await set.Context.Server.Coordinator
                .ContendAsync(
                    new FileIdentity(key.Volume, key.FileId, key.Generation), UpcaseTable.ToUpper(open.File.StreamName),
                    LeaseState.HandleCaching, except: null, CancellationToken.None)
                .ConfigureAwait(false);
            if (wait is null)
                continue;
            waits.Add(wait);
            await new AbsentOwners(set.Context, key).GiveUpOwnAsync().ConfigureAwait(false);
        }

        if (waits.Count == 0)
            return binding.Length > 0 ? NtStatus.AccessDenied : NtStatus.Success;
        NtStatus status = await set.Context.WaitForBreakAsync(Task.WhenAll(waits)).ConfigureAwait(false);
        if (status == NtStatus.Success && OpensThatBind(set.Open).Length > 0)
            status = NtStatus.AccessDenied;
        return status;
    }

    // POSIX, and so macOS, knows nothing of a directory that is bound by what is open below it.
    private static bool MovesWithOpens(Open open) => open.IsPosix || open.Tree.IsApple;

    private static Open[] OpensThatBind(Open open)
    {
        if (open.IsDirectory)
            return MovesWithOpens(open) ? [] : OpensBelow(open);

        return open.Claim.HasOtherOpens
            ? [.. Others(open).Where(other => other.File.StreamName.Length > 0 && other.File.Key == open.File.Key)]
            : [];
    }

    private static Open[] OpensBelow(Open directory)
    {
        string below = directory.File.Path + @"\";
        return
        [
            .. Others(directory).Where(other =>
                ReferenceEquals(other.Tree.Share.Store, directory.Tree.Share.Store) && !other.Claim.IsUnlinked
                && other.File.Path is var path && path.Length > below.Length
                && NameComparer.Equals(path.AsSpan(0, below.Length), below)),
        ];
    }

    private static IEnumerable<Open> Others(Open open) =>
        open.Server.Opens.All.Where(other => other != open && other.StoreFile is not null && !other.IsClosed);

    // ":new" or ":new:$DATA": the stream that is open gets another name in the same file.
    private static async ValueTask<NtStatus> RenameStreamAsync(InformationSet set, string fileName, bool replace)
    {
        NtStatus status = SharePath.ParseStream(fileName[1..], out string stream, out bool isDirectoryIndex);
        if (status != NtStatus.Success)
            return status;
        Open open = set.Open;
        if (isDirectoryIndex || open.IsDirectory)
            return NtStatus.InvalidParameter;

        // A named stream cannot become the unnamed one, nor the other way round: stores keep them apart.
        if (stream.Length == 0 || open.File.StreamName.Length == 0)
            return NtStatus.NotSupported;
        status = open.Claim.CheckShareDelete();
        if (status == NtStatus.Success)
            status = await set.Context.ContendAsync(open, LeaseState.HandleCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        if (!open.TryBeginChange())
            return NtStatus.FileClosed;
        try
        {
            return await StreamRename.RunAsync(open, stream, replace).ConfigureAwait(false);
        }
        finally
        {
            open.EndChange();
        }
    }
}
