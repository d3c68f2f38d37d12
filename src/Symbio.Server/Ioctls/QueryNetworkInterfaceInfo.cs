using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Interfaces;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_QUERY_NETWORK_INTERFACE_INFO, [MS-SMB2] 3.3.5.15.11: where else the server can be reached, for more channels.
/// </summary>
internal static class QueryNetworkInterfaceInfo
{
    public static ValueTask<NtStatus> Handle(FsctlCall call)
    {
        SmbServer server = call.Context.Server;
        if (!server.Options.MultiChannel || call.Context.Connection.Dialect < Dialect.Smb300)
            return new(NtStatus.NotSupported);
        IReadOnlyList<NetworkInterfaceInfo> interfaces =
            OfferedInterfaces.Choose(SystemInterfaces.Read(), server.Endpoints, server.Options.Interfaces);
        if (interfaces.Count == 0)
            return new(NtStatus.NotSupported); // An empty list would be malformed: the first entry is not optional.
        int length = interfaces.Count * NetworkInterfaceInfo.EntryLength;
        if (length > call.MaxOutput)
            return new(NtStatus.BufferTooSmall);
        var writer = new WireWriter(call.Reserve(length).Span);
        NetworkInterfaceInfo.WriteList(ref writer, interfaces);
        call.Commit(length);
        return new(NtStatus.Success);
    }
}
