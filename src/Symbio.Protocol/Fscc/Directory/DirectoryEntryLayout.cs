using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>Which fields follow the common ones in a directory information class, and where the name starts.</summary>
/// <param name="IsPosix">SIDs stand before the name: it starts at <paramref name="NameOffset"/> or later.</param>
internal readonly record struct DirectoryEntryLayout(
    int NameOffset, bool HasCommon = true, bool HasEaSize = false, bool HasReparseTag = false,
    bool HasShortName = false, bool ShortNameAfterId = false, bool HasFileId = false, bool HasFileId128 = false,
    int PadBeforeFileId = 0, bool IsPosix = false)
{
    // Up to the SIDs, the shortest SIDs, and the name's length.
    private const int PosixNameOffset = 88 + (2 * Sid.HeaderLength) + 4;

    /// <summary>False for a class that does not enumerate directories.</summary>
    public bool IsValid => NameOffset != 0;

    public static DirectoryEntryLayout Of(FileInformationClass informationClass) => informationClass switch
    {
        FileInformationClass.Directory => new(64),
        FileInformationClass.FullDirectory => new(68, HasEaSize: true),
        FileInformationClass.BothDirectory => new(94, HasEaSize: true, HasShortName: true),
        FileInformationClass.Names => new(12, HasCommon: false),
        FileInformationClass.IdFullDirectory => new(80, HasEaSize: true, HasFileId: true, PadBeforeFileId: 4),
        FileInformationClass.IdBothDirectory =>
            new(104, HasEaSize: true, HasShortName: true, HasFileId: true, PadBeforeFileId: 2),
        FileInformationClass.IdExtdDirectory =>
            new(88, HasEaSize: true, HasReparseTag: true, HasFileId128: true),
        FileInformationClass.IdExtdBothDirectory =>
            new(114, HasEaSize: true, HasReparseTag: true, HasFileId128: true, HasShortName: true,
                ShortNameAfterId: true),
        FileInformationClass.Id64ExtdDirectory =>
            new(80, HasEaSize: true, HasReparseTag: true, HasFileId: true),
        FileInformationClass.Id64ExtdBothDirectory =>
            new(106, HasEaSize: true, HasReparseTag: true, HasFileId: true, HasShortName: true, ShortNameAfterId: true),
        FileInformationClass.IdAllExtdDirectory =>
            new(96, HasEaSize: true, HasReparseTag: true, HasFileId: true, HasFileId128: true),
        FileInformationClass.IdAllExtdBothDirectory => new(122, HasEaSize: true, HasReparseTag: true, HasFileId: true,
            HasFileId128: true, HasShortName: true, ShortNameAfterId: true),
        FileInformationClass.Posix => new(PosixNameOffset, IsPosix: true),
        _ => default,
    };
}
