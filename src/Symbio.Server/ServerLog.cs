using Microsoft.Extensions.Logging;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Server;

/// <summary>Every line the server logs. Event ids: 1xx server, 2xx connections, 3xx sessions, 4xx trees and files, 5xx pipes.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(101, LogLevel.Information, "listening on {Endpoint}")]
    public static partial void Listening(ILogger log, string endpoint);

    [LoggerMessage(102, LogLevel.Information, "stopping: no new connections, {Connections} to drain")]
    public static partial void Stopping(ILogger log, int connections);

    [LoggerMessage(103, LogLevel.Warning, "connection from {Peer} refused: {Reason}")]
    public static partial void ConnectionRefused(ILogger log, string peer, string reason);

    [LoggerMessage(104, LogLevel.Error, "the accept loop of {Endpoint} failed")]
    public static partial void AcceptFailed(ILogger log, Exception exception, string endpoint);

    [LoggerMessage(105, LogLevel.Error, "no memory for another connection at {Endpoint}; going on in a second")]
    public static partial void AcceptPaused(ILogger log, string endpoint);

    [LoggerMessage(201, LogLevel.Debug, "connection {Id} from {Peer}")]
    public static partial void Connected(ILogger log, long id, string peer);

    [LoggerMessage(202, LogLevel.Debug, "connection {Id} from {Peer} ended")]
    public static partial void Disconnected(ILogger log, long id, string peer);

    [LoggerMessage(203, LogLevel.Warning, "connection from {Peer} dropped: {Reason}")]
    public static partial void ConnectionAborted(ILogger log, string peer, string reason);

    [LoggerMessage(204, LogLevel.Error, "connection from {Peer} failed")]
    public static partial void ConnectionFailed(ILogger log, Exception exception, string peer);

    [LoggerMessage(205, LogLevel.Error, "{Command} from {Peer} failed: a bug in this server")]
    public static partial void RequestFailed(ILogger log, Exception exception, string peer, Smb2Command command);

    [LoggerMessage(206, LogLevel.Trace, "connection {Connection}: {Command} {MessageId} {Status} in {Microseconds:F0} us")]
    public static partial void Request(
        ILogger log, long connection, Smb2Command command, ulong messageId, NtStatus status, double microseconds);

    [LoggerMessage(207, LogLevel.Debug, "connection from {Peer} negotiated SMB {Dialect}, signing {Signing}, cipher {Cipher}")]
    public static partial void NegotiatedDialect(
        ILogger log, string peer, string dialect, SigningAlgorithm signing, EncryptionAlgorithm cipher);

    [LoggerMessage(301, LogLevel.Information, "{User} logged on from {Peer} (SMB {Dialect}{Protection})")]
    public static partial void LoggedOn(ILogger log, string user, string peer, string dialect, string protection);

    [LoggerMessage(302, LogLevel.Warning, "logon of {User} from {Peer} failed: {Status}")]
    public static partial void LogonFailed(ILogger log, string user, string peer, NtStatus status);

    [LoggerMessage(303, LogLevel.Information, "{User} logged off from {Peer}")]
    public static partial void LoggedOff(ILogger log, string user, string peer);

    [LoggerMessage(304, LogLevel.Information, "{User} uses a session from {Peer} as well: {Channels} channels")]
    public static partial void SessionBound(ILogger log, string user, string peer, int channels);

    [LoggerMessage(305, LogLevel.Warning, "logon of {User} from {Peer} failed: {Status}: {Reason}")]
    public static partial void LogonFailedBecause(ILogger log, string user, string peer, NtStatus status, string reason);

    [LoggerMessage(401, LogLevel.Debug, "{User} connected to share {Share}")]
    public static partial void TreeConnected(ILogger log, string user, string share);

    [LoggerMessage(402, LogLevel.Information, "{User} was refused share {Share}: {Status}")]
    public static partial void TreeRefused(ILogger log, string user, string share, NtStatus status);

    [LoggerMessage(403, LogLevel.Error, "deleting {Path} at its last close failed: {Status}")]
    public static partial void DeleteOnCloseFailed(ILogger log, string path, NtStatus status);

    [LoggerMessage(404, LogLevel.Error, "the persistent handle of {File} cannot be kept on the disk: {Reason}")]
    public static partial void HandleNotKept(ILogger log, string file, string reason);

    [LoggerMessage(405, LogLevel.Warning, "the persistent handle of {File} is lost: {Reason}")]
    public static partial void HandleNotRestored(ILogger log, string file, string reason);

    [LoggerMessage(406, LogLevel.Information, "{Count} persistent handles wait for their clients")]
    public static partial void HandlesRestored(ILogger log, int count);

    [LoggerMessage(407, LogLevel.Error, "an open of {File} could not be closed in order: a bug in this server")]
    public static partial void CloseFailed(ILogger log, Exception exception, string file);

    [LoggerMessage(408, LogLevel.Error, "the store of a share could not be closed in order: a bug in this server")]
    public static partial void StoreNotClosed(ILogger log, Exception exception);

    [LoggerMessage(501, LogLevel.Error, "{Operation} of {Interface} failed: a bug in this server")]
    public static partial void RpcCallFailed(ILogger log, Exception exception, string @interface, string operation);
}
