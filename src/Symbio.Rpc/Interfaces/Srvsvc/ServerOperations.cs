using Symbio.Rpc.Ndr;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>The server itself, [MS-SRVS] 3.1.4.17 to 3.1.4.21.</summary>
internal static class ServerOperations
{
    /// <summary>NetrServerGetInfo, [MS-SRVS] 3.1.4.17. Level 102 is for administrators.</summary>
    public static ValueTask<RpcReply<NetrServerGetInfoResponse>> GetInfoAsync(
        ISrvsvcHost host, RpcCall call, NetrServerGetInfoRequest request)
    {
        var response = new NetrServerGetInfoResponse { InfoStruct = { Level = request.Level } };
        var status = Win32Error.Success;
        switch (request.Level)
        {
            case 100: response.InfoStruct.Level100 = ServerInfo100.From(host.GetServer()); break;
            case 101: response.InfoStruct.Level101 = ServerInfo101.From(host.GetServer()); break;
            case 102 when !call.Caller.IsAdministrator: status = Win32Error.AccessDenied; break;
            case 102: response.InfoStruct.Level102 = ServerInfo102.From(host.GetServer()); break;
            default: status = Win32Error.InvalidLevel; break;
        }

        response.Status = (uint)status;
        return new(response);
    }

    /// <summary>
    /// NetrServerDiskEnum, [MS-SRVS] 3.1.4.19: level 0 is the only one. There are at most 26 entries, so that
    /// PreferedMaximumLength does not matter.
    /// </summary>
    public static ValueTask<RpcReply<NetrServerDiskEnumResponse>> DiskEnumAsync(
        ISrvsvcHost host, RpcCall call, NetrServerDiskEnumRequest request)
    {
        var response = new NetrServerDiskEnumResponse { ResumeHandle = request.ResumeHandle };
        Win32Error status;
        if (request.Level != 0)
        {
            status = Win32Error.InvalidLevel;
        }
        else if (!call.Caller.IsAdministrator)
        {
            status = Win32Error.AccessDenied;
        }
        else
        {
            status = Enumeration.Page(
                host.GetServer().Disks, disk => disk, _ => 0, Enumeration.MaxPreferredLength,
                ref response.ResumeHandle, out response.TotalEntries, out response.Disks.Disks);
        }

        response.Status = (uint)status;
        return new(response);
    }

    /// <summary>NetrServerStatisticsGet, [MS-SRVS] 3.1.4.20.</summary>
    public static ValueTask<RpcReply<NetrServerStatisticsGetResponse>> StatisticsGetAsync(
        ISrvsvcHost host, RpcCall call, NetrServerStatisticsGetRequest request)
    {
        if (request.Level != 0)
            return new(new NetrServerStatisticsGetResponse { Status = (uint)Win32Error.InvalidLevel });
        if (request.Options != 0) // There is nothing that clears the counters.
            return new(new NetrServerStatisticsGetResponse { Status = (uint)Win32Error.InvalidParameter });
        if (!call.Caller.IsAdministrator)
            return new(new NetrServerStatisticsGetResponse { Status = (uint)Win32Error.AccessDenied });
        return new(new NetrServerStatisticsGetResponse { InfoStruct = StatServer0.From(host.GetStatistics()) });
    }

    /// <summary>NetrRemoteTOD, [MS-SRVS] 3.1.4.21: the time, which everyone may know.</summary>
    public static ValueTask<RpcReply<NetrRemoteTodResponse>> RemoteTodAsync(
        ISrvsvcHost host, RpcCall call, ServerNameRequest request)
    {
        var now = call.TimeProvider.GetLocalNow();
        var uptime = now - host.GetServer().Started;
        return new(new NetrRemoteTodResponse { Info = TimeOfDayInfo.From(now, (ulong)uptime.TotalMilliseconds) });
    }
}

/// <summary>[in] parameters of NetrServerGetInfo.</summary>
public struct NetrServerGetInfoRequest : INdrType
{
    public string? ServerName;
    public uint Level;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.UInt32(ref Level);
    }
}

/// <summary>SERVER_INFO, [MS-SRVS] 2.2.3.7.</summary>
public struct ServerInfo : INdrType
{
    public uint Level;
    public ServerInfo100? Level100;
    public ServerInfo101? Level101;
    public ServerInfo102? Level102;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Level);
        switch (Level)
        {
            case 100: ndr.Pointer(ref Level100); break;
            case 101: ndr.Pointer(ref Level101); break;
            case 102: ndr.Pointer(ref Level102); break;
            case > 102: ndr.NullPointer(); break; // Levels of the IDL that we do not have.
            default: break;
        }
    }
}

/// <summary>[out] parameters of NetrServerGetInfo.</summary>
public struct NetrServerGetInfoResponse : INdrType
{
    public ServerInfo InfoStruct;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Struct(ref InfoStruct);
        ndr.UInt32(ref Status);
    }
}

/// <summary>A ServerName and nothing else: [in] of NetrRemoteTOD.</summary>
public struct ServerNameRequest : INdrType
{
    public string? ServerName;

    public void Marshal(ref NdrCodec ndr) => ndr.StringPointer(ref ServerName);
}

/// <summary>[out] parameters of NetrRemoteTOD.</summary>
public struct NetrRemoteTodResponse : INdrType
{
    public TimeOfDayInfo? Info;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Pointer(ref Info);
        ndr.UInt32(ref Status);
    }
}

/// <summary>[in] parameters of NetrServerStatisticsGet.</summary>
public struct NetrServerStatisticsGetRequest : INdrType
{
    public string? ServerName;
    public string? Service;
    public uint Level;
    public uint Options;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.StringPointer(ref Service);
        ndr.UInt32(ref Level);
        ndr.UInt32(ref Options);
    }
}

/// <summary>[out] parameters of NetrServerStatisticsGet.</summary>
public struct NetrServerStatisticsGetResponse : INdrType
{
    public StatServer0? InfoStruct;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Pointer(ref InfoStruct);
        ndr.UInt32(ref Status);
    }
}

/// <summary>DISK_ENUM_CONTAINER, [MS-SRVS] 2.2.4.92: a pointer to a conformant varying array of DISK_INFO.</summary>
public struct DiskContainer : INdrType
{
    /// <summary>DISK_INFO: offset, count and "C:" with its terminator, aligned.</summary>
    public const int EntrySize = 16;

    public uint EntriesRead;
    public string[]? Disks;

    public void Marshal(ref NdrCodec ndr)
    {
        if (!ndr.IsReading)
            EntriesRead = (uint)(Disks?.Length ?? 0);
        ndr.UInt32(ref EntriesRead);
        ndr.VaryingStringArrayPointer(ref Disks, EntrySize - 2, maximumLength: 3);
    }
}

/// <summary>[in] parameters of NetrServerDiskEnum.</summary>
public struct NetrServerDiskEnumRequest : INdrType
{
    public string? ServerName;
    public uint Level;
    public DiskContainer Disks;
    public uint PreferedMaximumLength;
    public uint? ResumeHandle;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.UInt32(ref Level);
        ndr.Struct(ref Disks);
        ndr.UInt32(ref PreferedMaximumLength);
        ndr.Pointer(ref ResumeHandle);
    }
}

/// <summary>[out] parameters of NetrServerDiskEnum.</summary>
public struct NetrServerDiskEnumResponse : INdrType
{
    public DiskContainer Disks;
    public uint TotalEntries;
    public uint? ResumeHandle;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Struct(ref Disks);
        ndr.UInt32(ref TotalEntries);
        ndr.Pointer(ref ResumeHandle);
        ndr.UInt32(ref Status);
    }
}
