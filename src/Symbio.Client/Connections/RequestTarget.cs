using Symbio.Client.Sessions;

namespace Symbio.Client.Connections;

/// <summary>In whose name a request is sent, and how it is protected. The default: nobody's, not at all.</summary>
/// <param name="Channel">The session, as it uses the connection.</param>
/// <param name="Preauth">What the request is to be added to when it has been built.</param>
internal readonly record struct RequestTarget(
    SmbChannel? Channel = null, uint TreeId = 0, bool Sign = false, bool Encrypt = false, PreauthChain? Preauth = null);
