using Symbio.Rpc.Ndr;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Wkssvc;

/// <summary>The workstation and its users, [MS-WKST] 3.2.4.1 and 3.2.4.3.</summary>
internal static class WorkstationOperations
{
    /// <summary>NetrWkstaGetInfo, [MS-WKST] 3.2.4.1. Levels 102 and 502 are for administrators.</summary>
    public static ValueTask<RpcReply<NetrWkstaGetInfoResponse>> GetInfoAsync(
        IWkssvcHost host, RpcCall call, NetrWkstaGetInfoRequest request)
    {
        var response = new NetrWkstaGetInfoResponse { Info = { Level = request.Level } };
        var status = Win32Error.Success;
        switch (request.Level)
        {
            case 100: response.Info.Level100 = WkstaInfo100.From(host.GetWorkstation()); break;
            case 101: response.Info.Level101 = WkstaInfo101.From(host.GetWorkstation()); break;
            case 102 or 502 when !call.Caller.IsAdministrator: status = Win32Error.AccessDenied; break;
            case 102: response.Info.Level102 = WkstaInfo102.From(host.GetWorkstation()); break;
            case 502: response.Info.Level502 = WkstaInfo502.Default; break;
            default: status = Win32Error.InvalidLevel; break;
        }

        response.Status = (uint)status;
        return new(response);
    }

    /// <summary>NetrWkstaUserEnum, [MS-WKST] 3.2.4.3: for administrators.</summary>
    public static async ValueTask<RpcReply<EnumResponse<WkstaUserEnumStruct>>> UserEnumAsync(
        IWkssvcHost host, RpcCall call, NetrWkstaUserEnumRequest request)
    {
        var response = new EnumResponse<WkstaUserEnumStruct> { ResumeHandle = request.ResumeHandle };
        response.InfoStruct.Level = request.UserInfo.Level;
        if (request.UserInfo.Level > 1)
        {
            response.Status = (uint)Win32Error.InvalidLevel;
            return response;
        }

        if (!call.Caller.IsAdministrator)
        {
            response.Status = (uint)Win32Error.AccessDenied;
            return response;
        }

        var users = await host.GetUsersAsync(call.Caller, call.CancellationToken);
        Win32Error status;
        if (request.UserInfo.Level == 0)
        {
            status = Enumeration.Page(
                users, WkstaUserInfo0.From, user => 4 + Enumeration.SizeOf(user.UserName),
                request.PreferedMaximumLength, ref response.ResumeHandle, out response.TotalEntries, out var infos);
            response.InfoStruct.Level0 = InfoContainer<WkstaUserInfo0>.Of(infos);
        }
        else
        {
            status = Enumeration.Page(
                users, WkstaUserInfo1.From,
                user => 16 + Enumeration.SizeOf(user.UserName) + Enumeration.SizeOf(user.LogonDomain) +
                    Enumeration.SizeOf(user.LogonServer),
                request.PreferedMaximumLength, ref response.ResumeHandle, out response.TotalEntries, out var infos);
            response.InfoStruct.Level1 = InfoContainer<WkstaUserInfo1>.Of(infos);
        }

        response.Status = (uint)status;
        return response;
    }
}

/// <summary>[in] parameters of NetrWkstaGetInfo.</summary>
public struct NetrWkstaGetInfoRequest : INdrType
{
    public string? ServerName;
    public uint Level;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.UInt32(ref Level);
    }
}

/// <summary>WKSTA_INFO, [MS-WKST] 2.2.4.1.</summary>
public struct WkstaInfo : INdrType
{
    public uint Level;
    public WkstaInfo100? Level100;
    public WkstaInfo101? Level101;
    public WkstaInfo102? Level102;
    public WkstaInfo502? Level502;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Level);
        switch (Level)
        {
            case 100: ndr.Pointer(ref Level100); break;
            case 101: ndr.Pointer(ref Level101); break;
            case 102: ndr.Pointer(ref Level102); break;
            case 502: ndr.Pointer(ref Level502); break;
            default: break;
        }
    }
}

/// <summary>[out] parameters of NetrWkstaGetInfo.</summary>
public struct NetrWkstaGetInfoResponse : INdrType
{
    public WkstaInfo Info;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Struct(ref Info);
        ndr.UInt32(ref Status);
    }
}

/// <summary>WKSTA_USER_ENUM_STRUCT, [MS-WKST] 2.2.5.14.</summary>
public struct WkstaUserEnumStruct : INdrType
{
    public uint Level;
    public InfoContainer<WkstaUserInfo0>? Level0;
    public InfoContainer<WkstaUserInfo1>? Level1;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Level);
        ndr.Tag(Level);
        switch (Level)
        {
            case 0: ndr.Pointer(ref Level0); break;
            case 1: ndr.Pointer(ref Level1); break;
            default: break;
        }
    }
}

/// <summary>[in] parameters of NetrWkstaUserEnum.</summary>
public struct NetrWkstaUserEnumRequest : INdrType
{
    public string? ServerName;
    public WkstaUserEnumStruct UserInfo;
    public uint PreferedMaximumLength;
    public uint? ResumeHandle;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.Struct(ref UserInfo);
        ndr.UInt32(ref PreferedMaximumLength);
        ndr.Pointer(ref ResumeHandle);
    }
}
