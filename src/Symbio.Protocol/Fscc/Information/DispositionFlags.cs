namespace Symbio.Protocol.Fscc;

/// <summary>FileDispositionInformationEx.Flags of Windows.</summary>
[Flags]
public enum DispositionFlags : uint
{
    /// <summary>FILE_DISPOSITION_DO_NOT_DELETE</summary>
    None = 0,
    /// <summary>FILE_DISPOSITION_DELETE</summary>
    Delete = 0x00000001,
    /// <summary>FILE_DISPOSITION_POSIX_SEMANTICS</summary>
    PosixSemantics = 0x00000002,
    /// <summary>FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK</summary>
    ForceImageSectionCheck = 0x00000004,
    /// <summary>FILE_DISPOSITION_ON_CLOSE</summary>
    OnClose = 0x00000008,
    /// <summary>FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE</summary>
    IgnoreReadOnlyAttribute = 0x00000010,
}
