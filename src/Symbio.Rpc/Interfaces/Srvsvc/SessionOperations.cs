using Symbio.Rpc.Ndr;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>Sessions, [MS-SRVS] 3.1.4.5 and 3.1.4.6.</summary>
/// <remarks>
/// Who is logged on from where is an attacker's map, so every level is for administrators, as on Windows since 2016.
/// </remarks>
internal static class SessionOperations
{
    /// <summary>NetrSessionEnum, [MS-SRVS] 3.1.4.5.</summary>
    public static async ValueTask<RpcReply<EnumResponse<SessionEnumStruct>>> EnumAsync(
        ISrvsvcHost host, RpcCall call, NetrSessionEnumRequest request)
    {
        var response = new EnumResponse<SessionEnumStruct> { ResumeHandle = request.ResumeHandle };
        response.InfoStruct.Level = request.InfoStruct.Level;
        response.Status = (uint)await FillAsync();
        return response;

        async ValueTask<Win32Error> FillAsync()
        {
            if (request.InfoStruct.Level is not (0 or 1 or 2 or 10 or 502))
                return Win32Error.InvalidLevel;
            if (!call.Caller.IsAdministrator)
                return Win32Error.AccessDenied;
            var (status, sessions) = await SelectAsync(host, call, request.ClientName, request.UserName);
            return status == Win32Error.Success
                ? Fill(ref response, sessions, request.PreferedMaximumLength)
                : status;
        }
    }

    /// <summary>NetrSessionDel, [MS-SRVS] 3.1.4.6: ends the sessions of a client, of a user, or of one at the other.</summary>
    public static async ValueTask<RpcReply<StatusResponse>> DelAsync(
        ISrvsvcHost host, RpcCall call, NetrSessionDelRequest request)
    {
        if (!call.Caller.IsAdministrator)
            return (StatusResponse)Win32Error.AccessDenied;
        if (string.IsNullOrEmpty(request.ClientName) && string.IsNullOrEmpty(request.UserName))
            return (StatusResponse)Win32Error.InvalidParameter;

        var (status, sessions) = await SelectAsync(host, call, request.ClientName, request.UserName);
        foreach (var session in sessions)
        {
            var closed = await host.CloseSessionAsync(call.Caller, session, call.CancellationToken);
            if (closed != Win32Error.Success)
                status = closed;
        }

        return (StatusResponse)status;
    }

    private static async ValueTask<(Win32Error Status, IReadOnlyList<SessionRecord> Sessions)> SelectAsync(
        ISrvsvcHost host, RpcCall call, string? clientName, string? userName)
    {
        var sessions = await host.GetSessionsAsync(call.Caller, call.CancellationToken);
        if (!string.IsNullOrEmpty(clientName))
        {
            string client = clientName.TrimStart('\\');
            sessions = [.. sessions.Where(session => Same(session.ClientName, client))];
            if (sessions.Count == 0)
                return (Win32Error.NerrClientNameNotFound, sessions);
        }

        if (!string.IsNullOrEmpty(userName))
        {
            sessions = [.. sessions.Where(session => Same(session.UserName, userName))];
            if (sessions.Count == 0)
                return (Win32Error.NerrUserNotFound, sessions);
        }

        return (Win32Error.Success, sessions);
    }

    private static Win32Error Fill(
        ref EnumResponse<SessionEnumStruct> response, IReadOnlyList<SessionRecord> sessions, uint preferred)
    {
        ref var info = ref response.InfoStruct;
        ref uint? resume = ref response.ResumeHandle;
        ref uint total = ref response.TotalEntries;
        return info.Level switch
        {
            0 => Page(sessions, SessionInfo0.From, preferred, ref resume, out total, out info.Level0),
            1 => Page(sessions, SessionInfo1.From, preferred, ref resume, out total, out info.Level1),
            2 => Page(sessions, SessionInfo2.From, preferred, ref resume, out total, out info.Level2),
            10 => Page(sessions, SessionInfo10.From, preferred, ref resume, out total, out info.Level10),
            _ => Page(sessions, SessionInfo502.From, preferred, ref resume, out total, out info.Level502),
        };
    }

    private static Win32Error Page<T>(
        IReadOnlyList<SessionRecord> sessions, Func<SessionRecord, T> toInfo, uint preferred, ref uint? resume,
        out uint total, out InfoContainer<T>? container) where T : struct, INdrType
    {
        var status = Enumeration.Page(
            sessions, toInfo,
            session => T.MinimumSize + Enumeration.SizeOf(session.ClientName) + Enumeration.SizeOf(session.UserName),
            preferred, ref resume, out total, out T[] infos);
        container = InfoContainer<T>.Of(infos);
        return status;
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}

/// <summary>SESSION_ENUM_STRUCT, [MS-SRVS] 2.2.4.21.</summary>
public struct SessionEnumStruct : INdrType
{
    public uint Level;
    public InfoContainer<SessionInfo0>? Level0;
    public InfoContainer<SessionInfo1>? Level1;
    public InfoContainer<SessionInfo2>? Level2;
    public InfoContainer<SessionInfo10>? Level10;
    public InfoContainer<SessionInfo502>? Level502;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Level);
        ndr.Tag(Level);
        switch (Level)
        {
            case 0: ndr.Pointer(ref Level0); break;
            case 1: ndr.Pointer(ref Level1); break;
            case 2: ndr.Pointer(ref Level2); break;
            case 10: ndr.Pointer(ref Level10); break;
            case 502: ndr.Pointer(ref Level502); break;
            default: break;
        }
    }
}

/// <summary>[in] parameters of NetrSessionEnum.</summary>
public struct NetrSessionEnumRequest : INdrType
{
    public string? ServerName;
    public string? ClientName;
    public string? UserName;
    public SessionEnumStruct InfoStruct;
    public uint PreferedMaximumLength;
    public uint? ResumeHandle;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.StringPointer(ref ClientName);
        ndr.StringPointer(ref UserName);
        ndr.Struct(ref InfoStruct);
        ndr.UInt32(ref PreferedMaximumLength);
        ndr.Pointer(ref ResumeHandle);
    }
}

/// <summary>[in] parameters of NetrSessionDel.</summary>
public struct NetrSessionDelRequest : INdrType
{
    public string? ServerName;
    public string? ClientName;
    public string? UserName;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.StringPointer(ref ClientName);
        ndr.StringPointer(ref UserName);
    }
}
