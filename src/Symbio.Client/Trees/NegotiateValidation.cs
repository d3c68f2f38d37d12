using System.Collections.Immutable;
using Symbio.Client.Connections;
using Symbio.Client.Sessions;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;

namespace Symbio.Client.Trees;

/// <summary>
/// Before 3.1.1 nothing protects NEGOTIATE; so what it said is asked for again under a signature, [MS-SMB2] 3.2.5.5 and
/// 3.2.5.14.12. Somebody in between who talked us down to an old dialect is found out here.
/// </summary>
internal static class NegotiateValidation
{
    public static async ValueTask RunAsync(SmbChannel channel, SmbTree tree, CancellationToken cancellationToken)
    {
        SmbConnection connection = channel.Connection;
        SmbClientOptions options = connection.Options;
        if (connection.Dialect == Dialect.Smb311 || options.MaxDialect < Dialect.Smb300 || !channel.CanVerify)
            return;

        var request = new ValidateNegotiateInfoRequest(
            (uint)options.Capabilities, options.ClientGuid, (ushort)options.SecurityMode,
            [.. options.Dialects.Select(d => (ushort)d)]);
        var ioctl = new IoctlRequest(
            FsctlCode.ValidateNegotiateInfo, FileId.Any, 0, (uint)ValidateNegotiateInfoResponse.MinimumLength,
            IoctlFlags.IsFsctl, InformationBuffer.Write(request));
        RequestTarget target = tree.Target(channel);
        using Reply reply = await connection.SendAsync(
            target with { Sign = !target.Encrypt }, ioctl, ValidateNegotiateInfoResponse.MinimumLength, cancellationToken)
            .ConfigureAwait(false);

        // A server that knows no 3.x says, under its signature, that it does not know the question.
        if (reply.Status is NtStatus.FileClosed or NtStatus.InvalidDeviceRequest or NtStatus.NotSupported
            && connection.Dialect < Dialect.Smb300)
        {
            return;
        }

        if (!reply.Status.IsSuccess)
            throw connection.Fail($"it did not confirm the negotiation ({reply.Status})");
        var reader = new WireReader(reply.Read<IoctlResponse>().Output);
        if (!ValidateNegotiateInfoResponse.TryRead(ref reader, out ValidateNegotiateInfoResponse confirmed)
            || confirmed.Capabilities != (uint)connection.Negotiated.Capabilities
            || confirmed.ServerGuid != connection.ServerGuid
            || confirmed.SecurityMode != (ushort)connection.Negotiated.SecurityMode
            || confirmed.Dialect != (ushort)connection.Dialect)
        {
            throw connection.Fail("it confirms another negotiation than was received: somebody has changed it on the way");
        }
    }
}
