using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>FilePosixInformation of the SMB 3.1.1 POSIX extensions: what stat(2) tells. Only on opens that have them.</summary>
internal static class PosixInformation
{
    // Of a store that has none; nothing is decided by them.
    private const uint FileMode = 0b110_100_100;
    private const uint DirectoryMode = 0b111_101_101;

    public static InformationRow Row { get; } =
        InformationRow.QueryOnly(QueryAsync, minimum: 0, AccessMask.ReadAttributes);

    /// <summary>
    /// Owner and group are told as S-1-22-1-uid and S-1-22-2-gid, whatever SIDs the server's own users have: clients ask for
    /// numbers.
    /// </summary>
    public static PosixProperties PropertiesOf(in FileStat stat) => stat.Posix is { } posix
        ? new PosixProperties(
            posix.LinkCount, (ReparseTag)stat.ReparseTag, PosixMode.FromUnix(posix.Mode), Sid.UnixUser(posix.Uid),
            Sid.UnixGroup(posix.Gid))
        : new PosixProperties(
            stat.LinkCount, (ReparseTag)stat.ReparseTag, stat.IsDirectory ? DirectoryMode : FileMode, Sid.Null, Sid.Null);

    private static async ValueTask<NtStatus> QueryAsync(InformationQuery query)
    {
        if (!query.Open.IsPosix)
            return NtStatus.InvalidInfoClass;
        if (query.Limit < FilePosixInformation.MinimumLength)
            return InformationErrors.LengthMismatch(query.Context);
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        return status.IsError
            ? status
            : query.Reply(new FilePosixInformation(
                stat.CreationTime, stat.LastAccessTime, stat.LastWriteTime, stat.ChangeTime, (long)stat.EndOfFile,
                (long)stat.AllocationSize, WireAttributes.ForFile(stat.Attributes), stat.FileId,
                stat.Posix?.Device ?? 0, PropertiesOf(stat)));
    }
}
