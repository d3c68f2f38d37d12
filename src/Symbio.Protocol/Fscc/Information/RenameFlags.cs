namespace Symbio.Protocol.Fscc;

/// <summary>FileRenameInformationEx.Flags of Windows.</summary>
[Flags]
public enum RenameFlags : uint
{
    None = 0,
    /// <summary>FILE_RENAME_REPLACE_IF_EXISTS</summary>
    ReplaceIfExists = 0x00000001,
    /// <summary>FILE_RENAME_POSIX_SEMANTICS</summary>
    PosixSemantics = 0x00000002,
    /// <summary>FILE_RENAME_SUPPRESS_PIN_STATE_INHERITANCE</summary>
    SuppressPinStateInheritance = 0x00000004,
    /// <summary>FILE_RENAME_SUPPRESS_STORAGE_RESERVE_INHERITANCE</summary>
    SuppressStorageReserveInheritance = 0x00000008,
    /// <summary>FILE_RENAME_NO_INCREASE_AVAILABLE_SPACE</summary>
    NoIncreaseAvailableSpace = 0x00000010,
    /// <summary>FILE_RENAME_NO_DECREASE_AVAILABLE_SPACE</summary>
    NoDecreaseAvailableSpace = 0x00000020,
    /// <summary>FILE_RENAME_IGNORE_READONLY_ATTRIBUTE</summary>
    IgnoreReadOnlyAttribute = 0x00000040,
}

/// <summary>FILE_LINK_INFORMATION_EX.Flags; the values of <see cref="RenameFlags"/>.</summary>
[Flags]
public enum LinkFlags : uint
{
    None = 0,
    /// <summary>FILE_LINK_REPLACE_IF_EXISTS</summary>
    ReplaceIfExists = 0x00000001,
    /// <summary>FILE_LINK_POSIX_SEMANTICS</summary>
    PosixSemantics = 0x00000002,
    /// <summary>FILE_LINK_IGNORE_READONLY_ATTRIBUTE</summary>
    IgnoreReadOnlyAttribute = 0x00000040,
}
