using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Opens;

namespace Symbio.Server.Information.File;

/// <summary>
/// What belongs to the open rather than the file: FileAccessInformation ([MS-FSA] 2.1.5.12.1), FilePositionInformation
/// (2.1.5.12.23, 2.1.5.15.9), FileModeInformation (2.1.5.12.19, 2.1.5.15.7), FileAlignmentInformation (2.1.5.12.2).
/// </summary>
internal static class OpenInformation
{
    private const FileModeFlags AnyMode = FileModeFlags.WriteThrough | FileModeFlags.SequentialOnly
        | FileModeFlags.NoIntermediateBuffering | FileModeFlags.SynchronousIoAlert
        | FileModeFlags.SynchronousIoNonAlert | FileModeFlags.DeleteOnClose;

    private const FileModeFlags SettableMode = FileModeFlags.WriteThrough | FileModeFlags.SequentialOnly
        | FileModeFlags.SynchronousIoAlert | FileModeFlags.SynchronousIoNonAlert;

    public static InformationRow AccessRow { get; } = InformationRow.QueryOnly<FileAccessInformation>(
        static query => new(query.Reply(new FileAccessInformation(query.Open.GrantedAccess))), onPipes: true);

    public static InformationRow PositionRow { get; } = InformationRow.Both<FilePositionInformation>(
        static query => new(query.Reply(new FilePositionInformation(query.Open.CurrentByteOffset))),
        SetPosition, onPipes: true);

    public static InformationRow ModeRow { get; } = InformationRow.Both<FileModeInformation>(
        static query => new(query.Reply(new FileModeInformation(ModeOf(query.Open)))), SetMode, onPipes: true);

    /// <summary>FILE_BYTE_ALIGNMENT: nothing need be aligned.</summary>
    public static FileAlignmentInformation Alignment { get; } = new(0);

    public static InformationRow AlignmentRow { get; } = InformationRow.QueryOnly<FileAlignmentInformation>(
        static query => new(query.Reply(Alignment)), onPipes: true);

    /// <summary>The mode that the create asked for, or what the client has set since.</summary>
    public static FileModeFlags ModeOf(Open open) => open.Mode is { } mode
        ? mode | (ModeOfCreate(open) & ~SettableMode)
        : ModeOfCreate(open);

    // The flags have the values of the create options that they come from.
    private static FileModeFlags ModeOfCreate(Open open) => (FileModeFlags)open.CreateOptions & AnyMode;

    private static ValueTask<NtStatus> SetPosition(InformationSet set, FilePositionInformation wanted)
    {
        if (wanted.CurrentByteOffset < 0)
            return new(NtStatus.InvalidParameter);
        set.Open.CurrentByteOffset = wanted.CurrentByteOffset;
        return new(NtStatus.Success);
    }

    // The two synchronous modes exclude each other; whether an open is synchronous at all is fixed at its create, and it
    // is the client's own business.
    private static ValueTask<NtStatus> SetMode(InformationSet set, FileModeInformation wanted)
    {
        const FileModeFlags Synchronous = FileModeFlags.SynchronousIoAlert | FileModeFlags.SynchronousIoNonAlert;
        if ((wanted.Mode & ~SettableMode) != 0 || (wanted.Mode & Synchronous) == Synchronous)
            return new(NtStatus.InvalidParameter);
        set.Open.Mode = wanted.Mode;
        return new(NtStatus.Success);
    }
}
