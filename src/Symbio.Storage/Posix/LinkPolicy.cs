namespace Symbio.Storage.Posix;

/// <summary>What a <see cref="PosixFileStore"/> does with symbolic links.</summary>
public enum LinkPolicy
{
    /// <summary>
    /// Those that stay in the share are followed; those that leave it, absolute ones among them, never are. Who asks for the
    /// link itself (FILE_OPEN_REPARSE_POINT) gets it.
    /// </summary>
    Follow,

    /// <summary>None is followed: the client is told where it leads and goes there itself, as with a Windows server.</summary>
    Report,

    /// <summary>There are none: not in listings, and not by name.</summary>
    Hide,
}
