using Symbio.Security.Signing;
using Symbio.Server.Connections;

namespace Symbio.Server.Sessions;

/// <summary>
/// A channel of a session, [MS-SMB2] 3.3.1.14: a connection and Channel.SigningKey, in the shape of what signs with it.
/// Null where messages are not signed: anonymous and guest sessions.
/// </summary>
internal sealed record SessionChannel(Connection Connection, MessageSigner? Signer);
