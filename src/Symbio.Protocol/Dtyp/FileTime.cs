namespace Symbio.Protocol.Dtyp;

/// <summary>FILETIME, [MS-DTYP] 2.3.3: 100-nanosecond intervals since 1601-01-01 UTC. 0 means "none".</summary>
public readonly record struct FileTime(long Ticks) : IComparable<FileTime>
{
    /// <summary>FILETIME of the Unix epoch.</summary>
    public const long UnixEpoch = 116444736000000000;

    /// <summary>No time, or "do not change" in SET_INFO.</summary>
    public static FileTime None => default;

    public static FileTime FromDateTimeOffset(DateTimeOffset value) =>
        new(value.UtcTicks - 504911232000000000); // DateTime ticks of 1601-01-01.

    /// <summary>Seconds and nanoseconds since 1970, as stat(2) gives them.</summary>
    public static FileTime FromUnix(long seconds, uint nanoseconds) =>
        new(UnixEpoch + (seconds * 10_000_000) + (nanoseconds / 100));

    /// <summary>Seconds and nanoseconds since 1970, as utimensat(2) takes them.</summary>
    public (long Seconds, long Nanoseconds) ToUnix()
    {
        long ticks = Ticks - UnixEpoch;
        long seconds = Math.DivRem(ticks, 10_000_000, out long rest);
        return rest < 0 ? (seconds - 1, (rest + 10_000_000) * 100) : (seconds, rest * 100);
    }

    public int CompareTo(FileTime other) => Ticks.CompareTo(other.Ticks);

    public static bool operator <(FileTime left, FileTime right) => left.Ticks < right.Ticks;

    public static bool operator >(FileTime left, FileTime right) => left.Ticks > right.Ticks;

    public static bool operator <=(FileTime left, FileTime right) => left.Ticks <= right.Ticks;

    public static bool operator >=(FileTime left, FileTime right) => left.Ticks >= right.Ticks;
}
