using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_VALIDATE_NEGOTIATE_INFO, [MS-SMB2] 3.3.5.15.12: was the NEGOTIATE that we saw the one that the client sent? If
/// not, somebody sits between us, and the connection ends without an answer.
/// </summary>
internal static class ValidateNegotiateInfo
{
    public static ValueTask<NtStatus> Handle(FsctlCall call)
    {
        Connection connection = call.Context.Connection;
        Negotiated negotiated = connection.Negotiated!;
        if (negotiated.Dialect == Dialect.Smb311)
            return Refuse(connection, "on a 3.1.1 connection");
        if (call.MaxOutput < ValidateNegotiateInfoResponse.MinimumLength)
            return Refuse(connection, "with no room for the answer");
        if (!call.TryReadInput(out ValidateNegotiateInfoRequest request))
            return new(NtStatus.InvalidParameter);

        // The dialect that is in use was chosen from the same array, so it is also the greatest common one.
        if (!request.Dialects.SequenceEqual(negotiated.ClientDialects.Select(dialect => (ushort)dialect)))
            return Refuse(connection, "with other dialects than those of NEGOTIATE");
        if (request.ClientGuid != negotiated.ClientGuid)
            return Refuse(connection, "with another ClientGuid than that of NEGOTIATE");
        if (request.SecurityMode != (ushort)negotiated.ClientSecurityMode)
            return Refuse(connection, "with another SecurityMode than that of NEGOTIATE");
        if (request.Capabilities != (uint)negotiated.ClientCapabilities)
            return Refuse(connection, "with other Capabilities than those of NEGOTIATE");

        return new(call.Reply(new ValidateNegotiateInfoResponse(
            (uint)negotiated.ServerCapabilities, connection.Server.Options.ServerGuid,
            (ushort)negotiated.ServerSecurityMode, (ushort)negotiated.Dialect)));
    }

    private static ValueTask<NtStatus> Refuse(Connection connection, string reason)
    {
        connection.Abort("FSCTL_VALIDATE_NEGOTIATE_INFO " + reason);
        return new(NtStatus.InvalidParameter);
    }
}
