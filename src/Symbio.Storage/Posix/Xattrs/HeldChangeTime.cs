using Symbio.Protocol.Dtyp;

namespace Symbio.Storage.Posix;

/// <summary>
/// A ChangeTime that a client has set. The kernel lets nobody set the ctime; so the time is kept beside it, and holds
/// while the ctime is not past that of keeping it: whoever changes the object later, by whatever way, ends that.
/// </summary>
/// <param name="Time">What is shown; none when nothing has been set.</param>
/// <param name="Until">The last ctime for which it is.</param>
internal readonly record struct HeldChangeTime(FileTime Time, FileTime Until)
{
    /// <summary>The ChangeTime of an object with this ctime.</summary>
    public FileTime Over(FileTime ctime) => Time != FileTime.None && ctime <= Until ? Time : ctime;
}
