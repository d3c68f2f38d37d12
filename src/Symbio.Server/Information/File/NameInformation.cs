using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Names;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>
/// Names of a file: FileNameInformation ([MS-FSCC] 2.4.32), FileNormalizedNameInformation ([MS-FSA] 2.1.5.12.21),
/// FileAlternateNameInformation (2.1.5.12.5) and FileShortNameInformation (2.1.5.15.13).
/// </summary>
internal static class NameInformation
{
    public static InformationRow NameRow { get; } = InformationRow.QueryOnly<FileNameInformation>(
        static query => new(query.Reply(new FileNameInformation(NameOf(query.Open)))), onPipes: true);

    public static InformationRow NormalizedNameRow { get; } =
        InformationRow.QueryOnly<FileNormalizedNameInformation>(QueryNormalized);

    public static InformationRow AlternateNameRow { get; } =
        InformationRow.QueryOnly<FileAlternateNameInformation>(QueryAlternate);

    public static InformationRow ShortNameRow { get; } =
        InformationRow.SetOnly<FileShortNameInformation>(SetShortName, AccessMask.Delete);

    /// <summary>
    /// The path below the share with its leading '\', and ":stream". Windows gives the path from the volume's root; what
    /// lies above the share is nothing that a client could use.
    /// </summary>
    public static string NameOf(Open open) =>
        open.StoreFile is { } file ? @"\" + PathOf(open, file) + StreamSuffix(file) : @"\" + open.FileName;

    private static string PathOf(Open open, IStoreFile file) =>
        open.IsPosix ? PosixPath.Show(open.Tree.Share.Files, file.Path) : file.Path;

    private static string StreamSuffix(IStoreFile file) => file.StreamName.Length == 0 ? "" : ":" + file.StreamName;

    // [MS-SMB2] 3.3.5.20.1: not before 3.1.1.
    private static ValueTask<NtStatus> QueryNormalized(InformationQuery query)
    {
        if (query.Context.Connection.Dialect != Dialect.Smb311)
            return new(NtStatus.NotSupported);
        IStoreFile file = query.Open.File;
        return new(query.Reply(new FileNormalizedNameInformation(PathOf(query.Open, file) + StreamSuffix(file))));
    }

    // A name that is an 8.3 name is its own, as on NTFS.
    private static ValueTask<NtStatus> QueryAlternate(InformationQuery query)
    {
        string name = SharePath.LastComponent(query.Open.File.Path);
        if (ShortName.IsLegal(name))
            return new(query.Reply(new FileAlternateNameInformation(name)));
        Span<char> generated = stackalloc char[ShortName.MaxLength];
        int length = query.Open.Tree.Share.HasShortNames ? ShortName.Generate(name, generated) : 0;
        return new(length > 0
            ? query.Reply(new FileAlternateNameInformation(generated[..length].ToString()))
            : NtStatus.ObjectNameNotFound);
    }

    // The status of a volume with short names switched off, [MS-FSA] 2.1.5.15.13: they follow from the long ones here and
    // cannot be chosen.
    private static ValueTask<NtStatus> SetShortName(InformationSet set, FileShortNameInformation wanted) =>
        new(NtStatus.ShortNamesNotEnabledOnVolume);
}
