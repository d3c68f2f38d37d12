using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Information.File;

/// <summary>
/// FileBasicInformation ([MS-FSA] 2.1.5.12.6 and 2.1.5.15.2), and what is the same in other words:
/// FileNetworkOpenInformation (2.1.5.12.22) and FileAttributeTagInformation (2.1.5.12.4).
/// </summary>
internal static class BasicInformation
{
    private const long Freeze = -1;
    private const long Thaw = -2;

    // The rest belongs to the file system: it follows from what the file is.
    private const FileAttributes Settable = FileAttributes.ReadOnly | FileAttributes.Hidden | FileAttributes.System
        | FileAttributes.Archive | FileAttributes.Temporary | FileAttributes.Offline | FileAttributes.NotContentIndexed;

    public static InformationRow Row { get; } = InformationRow.Both<FileBasicInformation>(
        QueryAsync, SetAsync, AccessMask.ReadAttributes, AccessMask.WriteAttributes, onPipes: true);

    public static InformationRow NetworkOpenRow { get; } =
        InformationRow.QueryOnly<FileNetworkOpenInformation>(QueryNetworkOpenAsync, AccessMask.ReadAttributes);

    public static InformationRow AttributeTagRow { get; } =
        InformationRow.QueryOnly<FileAttributeTagInformation>(QueryAttributeTagAsync, AccessMask.ReadAttributes);

    public static FileBasicInformation From(in FileStat stat) => new(
        stat.CreationTime, stat.LastAccessTime, stat.LastWriteTime, stat.ChangeTime, WireAttributes.ForFile(stat.Attributes));

    private static async ValueTask<NtStatus> QueryAsync(InformationQuery query)
    {
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        return status.IsError ? status : query.Reply(From(stat));
    }

    private static async ValueTask<NtStatus> QueryNetworkOpenAsync(InformationQuery query)
    {
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        return status.IsError
            ? status
            : query.Reply(new FileNetworkOpenInformation(
                stat.CreationTime, stat.LastAccessTime, stat.LastWriteTime, stat.ChangeTime,
                (long)stat.AllocationSize, (long)stat.EndOfFile, WireAttributes.ForFile(stat.Attributes)));
    }

    private static async ValueTask<NtStatus> QueryAttributeTagAsync(InformationQuery query)
    {
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        return status.IsError
            ? status
            : query.Reply(new FileAttributeTagInformation(
                WireAttributes.ForFile(stat.Attributes), (ReparseTag)stat.ReparseTag));
    }

    private static ValueTask<NtStatus> SetAsync(InformationSet set, FileBasicInformation wanted)
    {
        if (set.Open.StoreFile is null)
            return new(NtStatus.Success); // A pipe has neither times nor attributes; Windows says so too.
        if (!IsValid(wanted.CreationTime) || !IsValid(wanted.LastAccessTime) || !IsValid(wanted.LastWriteTime)
            || !IsValid(wanted.ChangeTime))
        {
            return new(NtStatus.InvalidParameter);
        }

        return set.Open.ChangeAsync(file => SetAsync(set, file, wanted));
    }

    private static async ValueTask<NtStatus> SetAsync(InformationSet set, IStoreFile file, FileBasicInformation wanted)
    {
        FileAttributes attributes = wanted.FileAttributes;
        (NtStatus status, FileStat stat) = await file.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        if (((attributes & FileAttributes.Directory) != 0 && !stat.IsDirectory)
            || ((attributes & FileAttributes.Temporary) != 0 && stat.IsDirectory))
        {
            return NtStatus.InvalidParameter;
        }

        var change = new BasicInfoChange(
            CreationTime: Explicit(wanted.CreationTime),
            LastAccessTime: Explicit(wanted.LastAccessTime),
            LastWriteTime: Explicit(wanted.LastWriteTime),
            ChangeTime: Explicit(wanted.ChangeTime),
            Attributes: attributes == FileAttributes.None ? null : attributes & Settable)
        {
            Kept = attributes == FileAttributes.None ? FileAttributes.None : ~Settable,
        };
        StickyTimes sticky = set.Open.StickyTimes;
        FileTime? changeTime = Stick(sticky.ChangeTime, wanted.ChangeTime, stat.ChangeTime);
        if (change != default)
        {
            // What changes metadata moves ChangeTime (the store sees to that), unless the client has taken that over.
            if (change.ChangeTime is null)
                change = change with { ChangeTime = changeTime };
            status = await file.SetBasicInfoAsync(change, CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return status;
            set.Open.Modified(ChangeReports.FilterFor(change));
        }

        sticky.LastAccessTime = Stick(sticky.LastAccessTime, wanted.LastAccessTime, stat.LastAccessTime);
        sticky.LastWriteTime = Stick(sticky.LastWriteTime, wanted.LastWriteTime, stat.LastWriteTime);
        sticky.ChangeTime = changeTime;
        return NtStatus.Success;
    }

    // 0 leaves a time alone, -1 stops it, -2 lets it run again; there are no times before 1601.
    private static bool IsValid(FileTime time) => time.Ticks >= Thaw;

    private static FileTime? Explicit(FileTime time) => time.Ticks > 0 ? time : null;

    private static FileTime? Stick(FileTime? now, FileTime wanted, FileTime current) => wanted.Ticks switch
    {
        0 => now,
        Thaw => null,
        Freeze => now ?? current,
        _ => wanted,
    };
}
