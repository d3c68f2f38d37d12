using Symbio.Protocol.Dtyp;

namespace Symbio.Storage.Posix.Native;

internal static class StatxExtensions
{
    public static FileTime ToFileTime(this StatxTime time) => FileTime.FromUnix(time.Seconds, time.Nanoseconds);
}
