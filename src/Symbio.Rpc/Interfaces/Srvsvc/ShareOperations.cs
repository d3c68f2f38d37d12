using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>Shares, [MS-SRVS] 3.1.4.7 to 3.1.4.16.</summary>
internal static class ShareOperations
{
    /// <summary>NetrShareEnum, [MS-SRVS] 3.1.4.8; the sticky ones are the permanent ones, 3.1.4.9.</summary>
    public static async ValueTask<RpcReply<EnumResponse<ShareEnumStruct>>> EnumAsync(
        ISrvsvcHost host, RpcCall call, NetrShareEnumRequest request)
    {
        var response = new EnumResponse<ShareEnumStruct> { ResumeHandle = request.ResumeHandle };
        uint level = response.InfoStruct.Level = request.InfoStruct.Level;
        bool sticky = call.Opnum == SrvsvcInterface.NetrShareEnumSticky; // It has no level 501.
        Win32Error status;
        if (level is not (0 or 1 or 2 or 501 or 502 or 503) || (sticky && level == 501))
        {
            status = Win32Error.InvalidLevel;
        }
        else if (IsAdministrative(level) && !call.Caller.IsAdministrator)
        {
            status = Win32Error.AccessDenied;
        }
        else
        {
            var shares = await host.GetSharesAsync(call.Caller, call.CancellationToken);
            if (sticky)
                shares = [.. shares.Where(share => (share.Type & ShareTypes.Temporary) == 0)];
            status = Fill(ref response, shares, request.PreferedMaximumLength);
        }

        response.Status = (uint)status;
        return response;
    }

    /// <summary>NetrShareGetInfo, [MS-SRVS] 3.1.4.10.</summary>
    public static async ValueTask<RpcReply<NetrShareGetInfoResponse>> GetInfoAsync(
        ISrvsvcHost host, RpcCall call, NetrShareGetInfoRequest request)
    {
        var response = new NetrShareGetInfoResponse { InfoStruct = { Level = request.Level } };
        Win32Error status;
        if (request.Level is not (0 or 1 or 2 or 501 or 502 or 503 or 1005))
            status = Win32Error.InvalidLevel;
        else if (IsAdministrative(request.Level) && !call.Caller.IsAdministrator)
            status = Win32Error.AccessDenied;
        else if (await host.FindShareAsync(call.Caller, request.NetName, call.CancellationToken) is not { } share)
            status = Win32Error.NerrNetNameNotFound;
        else
            status = Fill(ref response.InfoStruct, share);
        response.Status = (uint)status;
        return response;
    }

    /// <summary>NetrShareAdd, [MS-SRVS] 3.1.4.7.</summary>
    public static async ValueTask<RpcReply<ParmErrResponse>> AddAsync(
        ISrvsvcHost host, RpcCall call, NetrShareAddRequest request)
    {
        Win32Error status;
        if (!call.Caller.IsAdministrator)
            status = Win32Error.AccessDenied;
        else if (request.Level is not (2 or 502 or 503))
            status = Win32Error.InvalidLevel;
        else if (ToRecord(request.InfoStruct) is not { Name.Length: > 0 } share)
            status = Win32Error.InvalidParameter;
        else
            status = await host.AddShareAsync(call.Caller, share, call.CancellationToken);
        return new ParmErrResponse { ParmErr = request.ParmErr is null ? null : 0, Status = (uint)status };
    }

    /// <summary>NetrShareSetInfo, [MS-SRVS] 3.1.4.11.</summary>
    public static async ValueTask<RpcReply<ParmErrResponse>> SetInfoAsync(
        ISrvsvcHost host, RpcCall call, NetrShareSetInfoRequest request)
    {
        Win32Error status;
        if (!call.Caller.IsAdministrator)
            status = Win32Error.AccessDenied;
        else if (request.Level is not (1 or 2 or 502 or 503 or 1004 or 1005 or 1006 or 1501))
            status = Win32Error.InvalidLevel;
        else if (ToChange(request.InfoStruct) is not { } change)
            status = Win32Error.InvalidParameter;
        else if (await host.FindShareAsync(call.Caller, request.NetName, call.CancellationToken) is null)
            status = Win32Error.NerrNetNameNotFound;
        else
            status = await host.SetShareAsync(call.Caller, request.NetName, change, call.CancellationToken);
        return new ParmErrResponse { ParmErr = request.ParmErr is null ? null : 0, Status = (uint)status };
    }

    /// <summary>NetrShareDel, [MS-SRVS] 3.1.4.12.</summary>
    public static async ValueTask<RpcReply<StatusResponse>> DelAsync(
        ISrvsvcHost host, RpcCall call, NetrShareDelRequest request)
    {
        Win32Error status;
        if (!call.Caller.IsAdministrator)
            status = Win32Error.AccessDenied;
        else if (await host.FindShareAsync(call.Caller, request.NetName, call.CancellationToken) is null)
            status = Win32Error.NerrNetNameNotFound;
        else
            status = await host.DeleteShareAsync(call.Caller, request.NetName, call.CancellationToken);
        return (StatusResponse)status;
    }

    /// <summary>NetrShareCheck, [MS-SRVS] 3.1.4.16: is a device (a path) shared, and as what.</summary>
    public static async ValueTask<RpcReply<ValueResponse>> CheckAsync(
        ISrvsvcHost host, RpcCall call, NetrShareCheckRequest request)
    {
        if (!call.Caller.IsAdministrator)
            return new ValueResponse { Status = (uint)Win32Error.AccessDenied }; // Paths are not for everybody to guess.
        string path = request.Device.TrimEnd('\\');
        foreach (var share in await host.GetSharesAsync(call.Caller, call.CancellationToken))
        {
            if (share.Path.TrimEnd('\\').Equals(path, StringComparison.OrdinalIgnoreCase))
                return new ValueResponse { Value = (uint)share.Type };
        }

        return new ValueResponse { Status = (uint)Win32Error.NerrDeviceNotShared };
    }

    /// <summary>Levels that show paths and descriptors are for administrators and operators.</summary>
    private static bool IsAdministrative(uint level) => level is 2 or 502 or 503;

    private static Win32Error Fill(
        ref EnumResponse<ShareEnumStruct> response, IReadOnlyList<ShareRecord> shares, uint preferred)
    {
        ref var info = ref response.InfoStruct;
        ref uint? resume = ref response.ResumeHandle;
        Win32Error status;
        switch (info.Level)
        {
            case 0:
                status = Page(shares, ShareInfo0.From, preferred, ref resume, out response.TotalEntries, out info.Level0);
                break;
            case 1:
                status = Page(shares, ShareInfo1.From, preferred, ref resume, out response.TotalEntries, out info.Level1);
                break;
            case 2:
                status = Page(shares, ShareInfo2.From, preferred, ref resume, out response.TotalEntries, out info.Level2);
                break;
            case 501:
                status = Page(shares, ShareInfo501.From, preferred, ref resume, out response.TotalEntries, out info.Level501);
                break;
            case 502:
                status = Page(shares, ShareInfo502.From, preferred, ref resume, out response.TotalEntries, out info.Level502);
                break;
            default:
                status = Page(shares, ShareInfo503.From, preferred, ref resume, out response.TotalEntries, out info.Level503);
                break;
        }

        return status;
    }

    private static Win32Error Page<T>(
        IReadOnlyList<ShareRecord> shares, Func<ShareRecord, T> toInfo, uint preferred, ref uint? resume,
        out uint total, out InfoContainer<T>? container) where T : struct, Ndr.INdrType
    {
        var status = Enumeration.Page(
            shares, toInfo,
            share => T.MinimumSize + Enumeration.SizeOf(share.Name) + Enumeration.SizeOf(share.Remark) +
                Enumeration.SizeOf(share.Path) + (share.SecurityDescriptor?.Length ?? 0),
            preferred, ref resume, out total, out T[] infos);
        container = InfoContainer<T>.Of(infos);
        return status;
    }

    private static Win32Error Fill(ref ShareInfo info, ShareRecord share)
    {
        switch (info.Level)
        {
            case 0: info.Level0 = ShareInfo0.From(share); break;
            case 1: info.Level1 = ShareInfo1.From(share); break;
            case 2: info.Level2 = ShareInfo2.From(share); break;
            case 501: info.Level501 = ShareInfo501.From(share); break;
            case 502: info.Level502 = ShareInfo502.From(share); break;
            case 503: info.Level503 = ShareInfo503.From(share); break;
            default: info.Level1005 = ShareInfo1005.From(share); break;
        }

        return Win32Error.Success;
    }

    private static ShareRecord? ToRecord(ShareInfo info) => info switch
    {
        { Level2: { } i } => Record(i.Netname, i.Type, i.Remark, i.Path, i.MaxUses, null),
        { Level502: { } i } => Record(i.Netname, i.Type, i.Remark, i.Path, i.MaxUses, i.SecurityDescriptor),
        { Level503: { } i } => Record(i.Netname, i.Type, i.Remark, i.Path, i.MaxUses, i.SecurityDescriptor),
        _ => null,
    };

    private static ShareRecord Record(
        string? name, uint type, string? remark, string? path, uint maxUses, ReadOnlyMemory<byte>? descriptor) =>
        new(name ?? "", (ShareTypes)type, remark ?? "", path ?? "")
        {
            MaxUses = maxUses,
            SecurityDescriptor = descriptor,
        };

    private static ShareChange? ToChange(ShareInfo info) => info switch
    {
        { Level1: { } i } => new ShareChange { Remark = i.Remark },
        { Level2: { } i } => new ShareChange { Remark = i.Remark, MaxUses = i.MaxUses },
        { Level502: { } i } => new ShareChange
        {
            Remark = i.Remark, MaxUses = i.MaxUses, SecurityDescriptor = i.SecurityDescriptor,
        },
        { Level503: { } i } => new ShareChange
        {
            Remark = i.Remark, MaxUses = i.MaxUses, SecurityDescriptor = i.SecurityDescriptor,
        },
        { Level1004: { } i } => new ShareChange { Remark = i.Remark ?? "" },
        { Level1005: { } i } => new ShareChange { Flags = i.Flags },
        { Level1006: { } i } => new ShareChange { MaxUses = i.MaxUses },
        { Level1501: { SecurityDescriptor: { } descriptor } } => new ShareChange { SecurityDescriptor = descriptor },
        _ => null,
    };
}
