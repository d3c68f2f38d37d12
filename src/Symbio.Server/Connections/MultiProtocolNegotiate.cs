using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Commands;

namespace Symbio.Server.Connections;

/// <summary>
/// Receiving an SMB_COM_NEGOTIATE, [MS-SMB2] 3.3.5.3: the one SMB1 message that is answered, with an SMB2 NEGOTIATE
/// response. SMB1 itself is not spoken.
/// </summary>
internal static class MultiProtocolNegotiate
{
    public static void Receive(RequestContext context)
    {
        Connection connection = context.Connection;
        SmbServerOptions options = connection.Server.Options;
        if (!SmbNegotiateRequest.TryRead(context.Frame.Memory, out SmbNegotiateRequest request))
        {
            connection.Abort("a malformed SMB1 negotiate");
            return;
        }

        Dialect dialect;
        if (request.OffersSmb2Wildcard && options.MaxDialect > Dialect.Smb202)
            dialect = Dialect.Wildcard;
        else if (request.OffersSmb2002 && options.MinDialect == Dialect.Smb202)
            dialect = Dialect.Smb202;
        else
            dialect = Dialect.None;
        if (dialect == Dialect.None)
        {
            connection.Abort("a client that speaks SMB1 only");
            return;
        }

        var asSmb2 = new NegotiateRequest(
            IdList<Dialect>.Of(dialect), SecurityMode.SigningEnabled, Capabilities.None, Guid.Empty, 0, default);
        Negotiated settled = NegotiateHandler.Settle(options, asSmb2, dialect);
        connection.IsMultiProtocol = true;

        // With the wildcard a real NEGOTIATE follows; 2.0.2 is settled by this.
        if (dialect == Dialect.Smb202)
            connection.Negotiated = settled;
        connection.Window.TryUse(0, 1);
        ushort credits = connection.Window.Grant(1);
        context.Response.Write(NegotiateHandler.CreateResponse(connection, settled));
        var header = new Smb2Header(
            0, NtStatus.Success, Smb2Command.Negotiate, credits, Smb2HeaderFlags.ServerToRedir, 0, 0, 0, 0, 0);
        context.Response.Finish(header, signer: null);
    }
}
