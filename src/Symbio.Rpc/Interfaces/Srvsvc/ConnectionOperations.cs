using Symbio.Rpc.Ndr;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>Tree connects, [MS-SRVS] 3.1.4.1.</summary>
internal static class ConnectionOperations
{
    /// <summary>NetrConnectionEnum: those to a share, or those of a client when the qualifier starts with "\\".</summary>
    public static async ValueTask<RpcReply<EnumResponse<ConnectionEnumStruct>>> EnumAsync(
        ISrvsvcHost host, RpcCall call, NetrConnectionEnumRequest request)
    {
        var response = new EnumResponse<ConnectionEnumStruct> { ResumeHandle = request.ResumeHandle };
        response.InfoStruct.Level = request.InfoStruct.Level;
        response.Status = (uint)await FillAsync();
        return response;

        async ValueTask<Win32Error> FillAsync()
        {
            if (!call.Caller.IsAdministrator)
                return Win32Error.AccessDenied;
            if (request.InfoStruct.Level > 1)
                return Win32Error.InvalidLevel;
            if (string.IsNullOrEmpty(request.Qualifier))
                return Win32Error.InvalidParameter;

            bool byClient = request.Qualifier.StartsWith(@"\\", StringComparison.Ordinal);
            string name = request.Qualifier.TrimStart('\\');
            if (!byClient && await host.FindShareAsync(call.Caller, name, call.CancellationToken) is null)
                return Win32Error.NerrNetNameNotFound;
            var all = await host.GetConnectionsAsync(call.Caller, call.CancellationToken);
            var selected = all
                .Where(one => (byClient ? one.ClientName : one.ShareName).Equals(name, StringComparison.OrdinalIgnoreCase))
                .ToArray();
            return Fill(ref response, selected, request.PreferedMaximumLength);
        }
    }

    private static Win32Error Fill(
        ref EnumResponse<ConnectionEnumStruct> response, ConnectionRecord[] connections, uint preferred)
    {
        Win32Error status;
        if (response.InfoStruct.Level == 0)
        {
            status = Enumeration.Page(
                connections, ConnectionInfo0.From, _ => ConnectionInfo0.MinimumSize, preferred,
                ref response.ResumeHandle, out response.TotalEntries, out var infos);
            response.InfoStruct.Level0 = InfoContainer<ConnectionInfo0>.Of(infos);
        }
        else
        {
            status = Enumeration.Page(
                connections, ConnectionInfo1.From,
                one => ConnectionInfo1.MinimumSize + Enumeration.SizeOf(one.UserName) + Enumeration.SizeOf(one.ShareName),
                preferred, ref response.ResumeHandle, out response.TotalEntries, out var infos);
            response.InfoStruct.Level1 = InfoContainer<ConnectionInfo1>.Of(infos);
        }

        return status;
    }
}

/// <summary>CONNECT_ENUM_STRUCT, [MS-SRVS] 2.2.4.5.</summary>
public struct ConnectionEnumStruct : INdrType
{
    public uint Level;
    public InfoContainer<ConnectionInfo0>? Level0;
    public InfoContainer<ConnectionInfo1>? Level1;

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

/// <summary>[in] parameters of NetrConnectionEnum.</summary>
public struct NetrConnectionEnumRequest : INdrType
{
    public string? ServerName;
    public string? Qualifier;
    public ConnectionEnumStruct InfoStruct;
    public uint PreferedMaximumLength;
    public uint? ResumeHandle;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.StringPointer(ref Qualifier);
        ndr.Struct(ref InfoStruct);
        ndr.UInt32(ref PreferedMaximumLength);
        ndr.Pointer(ref ResumeHandle);
    }
}
