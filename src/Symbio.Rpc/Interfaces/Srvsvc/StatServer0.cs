using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>STAT_SERVER_0, [MS-SRVS] 2.2.4.39.</summary>
public struct StatServer0 : INdrType
{
    public uint Start;
    public uint FileOpens;
    public uint DeviceOpens;
    public uint JobsQueued;
    public uint SessionOpens;
    public uint SessionsTimedOut;
    public uint SessionsErroredOut;
    public uint PasswordErrors;
    public uint PermissionErrors;
    public uint SystemErrors;
    public uint BytesSentLow;
    public uint BytesSentHigh;
    public uint BytesReceivedLow;
    public uint BytesReceivedHigh;
    public uint AverageResponse;
    public uint RequestBuffersNeeded;
    public uint BigBuffersNeeded;

    public static int MinimumSize => 68;

    public static StatServer0 From(ServerStatistics statistics) => new()
    {
        Start = (uint)Math.Clamp(statistics.Started.ToUnixTimeSeconds(), 0, uint.MaxValue),
        FileOpens = (uint)statistics.FileOpens,
        SessionOpens = (uint)statistics.SessionOpens,
        SessionsTimedOut = (uint)statistics.SessionsTimedOut,
        SessionsErroredOut = (uint)statistics.SessionsErroredOut,
        PasswordErrors = (uint)statistics.PasswordErrors,
        PermissionErrors = (uint)statistics.PermissionErrors,
        SystemErrors = (uint)statistics.SystemErrors,
        BytesSentLow = (uint)statistics.BytesSent,
        BytesSentHigh = (uint)(statistics.BytesSent >> 32),
        BytesReceivedLow = (uint)statistics.BytesReceived,
        BytesReceivedHigh = (uint)(statistics.BytesReceived >> 32),
        AverageResponse = (uint)statistics.AverageResponse.TotalMilliseconds,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Start);
        ndr.UInt32(ref FileOpens);
        ndr.UInt32(ref DeviceOpens);
        ndr.UInt32(ref JobsQueued);
        ndr.UInt32(ref SessionOpens);
        ndr.UInt32(ref SessionsTimedOut);
        ndr.UInt32(ref SessionsErroredOut);
        ndr.UInt32(ref PasswordErrors);
        ndr.UInt32(ref PermissionErrors);
        ndr.UInt32(ref SystemErrors);
        ndr.UInt32(ref BytesSentLow);
        ndr.UInt32(ref BytesSentHigh);
        ndr.UInt32(ref BytesReceivedLow);
        ndr.UInt32(ref BytesReceivedHigh);
        ndr.UInt32(ref AverageResponse);
        ndr.UInt32(ref RequestBuffersNeeded);
        ndr.UInt32(ref BigBuffersNeeded);
    }
}
