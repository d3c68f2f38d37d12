using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>TIME_OF_DAY_INFO, [MS-SRVS] 2.2.4.105: UTC, and minutes west of it.</summary>
public struct TimeOfDayInfo : INdrType
{
    public uint Elapsedt;
    public uint Msecs;
    public uint Hours;
    public uint Mins;
    public uint Secs;
    public uint Hunds;
    public int Timezone;
    public uint Tinterval;
    public uint Day;
    public uint Month;
    public uint Year;
    public uint Weekday;

    public static int MinimumSize => 48;

    /// <param name="uptime">Milliseconds since the server started; wraps.</param>
    public static TimeOfDayInfo From(DateTimeOffset local, ulong uptime)
    {
        var utc = local.UtcDateTime;
        return new TimeOfDayInfo
        {
            Elapsedt = (uint)local.ToUnixTimeSeconds(),
            Msecs = (uint)uptime,
            Hours = (uint)utc.Hour,
            Mins = (uint)utc.Minute,
            Secs = (uint)utc.Second,
            Hunds = (uint)utc.Millisecond / 10,
            Timezone = -(int)local.Offset.TotalMinutes,
            Tinterval = 310,
            Day = (uint)utc.Day,
            Month = (uint)utc.Month,
            Year = (uint)utc.Year,
            Weekday = (uint)utc.DayOfWeek,
        };
    }

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Elapsedt);
        ndr.UInt32(ref Msecs);
        ndr.UInt32(ref Hours);
        ndr.UInt32(ref Mins);
        ndr.UInt32(ref Secs);
        ndr.UInt32(ref Hunds);
        ndr.Int32(ref Timezone);
        ndr.UInt32(ref Tinterval);
        ndr.UInt32(ref Day);
        ndr.UInt32(ref Month);
        ndr.UInt32(ref Year);
        ndr.UInt32(ref Weekday);
    }
}
