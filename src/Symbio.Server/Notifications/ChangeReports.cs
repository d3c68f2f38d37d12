using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Notifications;

/// <summary>
/// What operations say of what they have changed, in the words of [MS-FSA] 2.1.4.1. Each asks first whether anybody wants
/// to know: a path costs a system call.
/// </summary>
internal static class ChangeReports
{
    /// <summary>What a write changes; pending until the close, as on NTFS (smb2.notify.mask).</summary>
    public const CompletionFilter Written = CompletionFilter.LastWrite | CompletionFilter.Size;

    /// <summary>ChangeTime was set: no client can ask to be told (see <see cref="CompletionFilter.All"/>), but listings show it.</summary>
    public const CompletionFilter ChangeTime = (CompletionFilter)(1u << 31);

    private const CompletionFilter StreamWritten = CompletionFilter.StreamWrite | CompletionFilter.StreamSize;

    /// <summary>After a create, [MS-FSA] 2.1.5.1.1 and 2.1.5.1.2.</summary>
    /// <param name="createdFile">The file itself is new, perhaps only for the sake of the stream.</param>
    public static void Created(this Open open, CreateAction action, bool createdFile)
    {
        if (action == CreateAction.Opened)
            return;
        DirectoryChanges changes = open.Changes;
        bool isStream = open.File.StreamName.Length > 0;
        if (createdFile)
            changes.Report(open, FileAction.Added, NameFilter(open.File));
        if (isStream && action == CreateAction.Created)
            changes.ReportStream(open, FileAction.AddedStream, CompletionFilter.StreamName);
        else if (isStream)
            changes.ReportStream(open, FileAction.ModifiedStream, StreamWritten);
        else if (action != CreateAction.Created)
            changes.Report(open, FileAction.Modified, Written | CompletionFilter.Attributes);
    }

    /// <summary>The object's own data, attributes or times have changed; for a stream's data, see <see cref="Resized"/>.</summary>
    public static void Modified(this Open open, CompletionFilter what) =>
        open.Changes.Report(open, FileAction.Modified, what);

    /// <summary>The size of what is open was set.</summary>
    public static void Resized(this Open open)
    {
        if (open.File.StreamName.Length > 0)
            open.Changes.ReportStream(open, FileAction.ModifiedStream, CompletionFilter.StreamSize);
        else
            open.Changes.Report(open, FileAction.Modified, CompletionFilter.Size);
    }

    /// <summary>At the close: Open.File.PendingNotifications, [MS-FSA] 2.1.5.5.</summary>
    public static void ReportPending(this Open open)
    {
        CompletionFilter pending = open.PendingNotifications;
        if (pending == CompletionFilter.None)
            return;
        if (open.File.StreamName.Length > 0)
            open.Changes.ReportStream(open, FileAction.ModifiedStream, StreamWritten);
        else
            open.Changes.Report(open, FileAction.Modified, pending);
    }

    /// <summary>The open has been closed and its last report made.</summary>
    public static void EndReports(this Open open)
    {
        if (open.PendingNotifications != CompletionFilter.None)
            open.Changes.EndWriting(open);
    }

    /// <summary>The report of a deletion, made up while the name is still there; null when nobody asks.</summary>
    public static DirectoryChange? Removal(
        DirectoryChanges changes, ReleaseOutcome outcome, IStoreFile file, Open? by)
    {
        // Whose open happens to be the last does not know what another has asked for.
        LeaseId? except = by is { Claim.EndsOwnDeletion: true } ? by.ParentLease : null;
        bool isStream = outcome == ReleaseOutcome.DeleteStream;
        CompletionFilter what = isStream ? CompletionFilter.StreamName : NameFilter(file);
        if (!changes.Wants(what))
            return null;
        return isStream
            ? new DirectoryChange(FileAction.RemovedStream, what, file.Path, file.StreamName, except)
            : new DirectoryChange(FileAction.Removed, what, file.Path, Except: except);
    }

    /// <summary>The object is called something else now, [MS-FSA] 2.1.5.15.11.</summary>
    /// <param name="replaced">Another file had the name.</param>
    public static void Renamed(this Open open, string oldPath, bool replaced)
    {
        DirectoryChanges changes = open.Changes;
        CompletionFilter filter = NameFilter(open.File);
        if (!open.IsDirectory)
            open.AddNotifications(CompletionFilter.Attributes); // For ChangeTime (smb2.notify.mask-change).
        if (!changes.Wants(CompletionFilter.All))
            return;
        string newPath = open.File.Path;
        if (open.IsDirectory)
            changes.MoveWatches(oldPath, newPath);
        if (replaced)
            changes.ReportReplaced(new DirectoryChange(FileAction.Removed, CompletionFilter.FileName, newPath, Except: open.ParentLease));
        bool sameDirectory = NameComparer.Equals(DirectoryChange.ParentOf(oldPath), DirectoryChange.ParentOf(newPath));
        var removed = new DirectoryChange(
            sameDirectory ? FileAction.RenamedOldName : FileAction.Removed, filter, oldPath, Except: open.ParentLease);
        var added = new DirectoryChange(
            sameDirectory ? FileAction.RenamedNewName : FileAction.Added, filter, newPath, Except: open.ParentLease);
        if (sameDirectory)
        {
            changes.Report(removed, added);
            return;
        }

        changes.Report(removed);
        changes.Report(added);
    }

    /// <summary>The stream that is open has another name.</summary>
    public static void StreamRenamed(this Open open, string oldName)
    {
        if (!open.Changes.Wants(CompletionFilter.StreamName))
            return;
        string path = open.File.Path;
        open.Changes.Report(
            new DirectoryChange(FileAction.RemovedStream, CompletionFilter.StreamName, path, oldName, open.ParentLease),
            new DirectoryChange(FileAction.AddedStream, CompletionFilter.StreamName, path, open.File.StreamName, open.ParentLease));
    }

    /// <summary>The file has one more name, [MS-FSA] 2.1.5.15.6.</summary>
    public static void Linked(this Open open, string path, bool replaced)
    {
        DirectoryChanges changes = open.Changes;
        if (!changes.Wants(CompletionFilter.FileName))
            return;
        if (replaced)
            changes.ReportReplaced(new DirectoryChange(FileAction.Removed, CompletionFilter.FileName, path, Except: open.ParentLease));
        changes.Report(new DirectoryChange(FileAction.Added, CompletionFilter.FileName, path, Except: open.ParentLease));
    }

    /// <summary>What parts of <see cref="BasicInfoChange"/> are called, [MS-FSA] 2.1.5.15.2.</summary>
    public static CompletionFilter FilterFor(in BasicInfoChange change) =>
        (change.Attributes is null ? CompletionFilter.None : CompletionFilter.Attributes)
        | (change.CreationTime is null ? CompletionFilter.None : CompletionFilter.Creation)
        | (change.LastAccessTime is null ? CompletionFilter.None : CompletionFilter.LastAccess)
        | (change.ChangeTime is null ? CompletionFilter.None : ChangeTime)
        | (change.LastWriteTime is null ? CompletionFilter.None : CompletionFilter.LastWrite);

    /// <summary>
    /// A directory is to be deleted with its last open, which is not this one: who watches it learns that now.
    /// </summary>
    public static void DeletePending(this Open open)
    {
        if (open.IsDirectory && open.Changes.WatchedDirectories > 0)
            open.Changes.ReportDeletePending(open.File.Path);
    }

    private static CompletionFilter NameFilter(IStoreFile file) =>
        file.IsDirectory ? CompletionFilter.DirName : CompletionFilter.FileName;

    private static void Report(this DirectoryChanges changes, Open open, FileAction action, CompletionFilter what)
    {
        if (changes.Wants(what))
            changes.Report(new DirectoryChange(action, what, open.File.Path, Except: open.ParentLease));
    }

    private static void ReportStream(this DirectoryChanges changes, Open open, FileAction action, CompletionFilter what)
    {
        if (changes.Wants(what))
            changes.Report(new DirectoryChange(action, what, open.File.Path, open.File.StreamName, open.ParentLease));
    }
}
