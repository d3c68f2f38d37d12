using Symbio.Security.Spnego;
using Symbio.Server.Connections;

namespace Symbio.Server.Sessions;

/// <summary>An exchange of SESSION_SETUP messages that has not come to its end.</summary>
internal sealed class Authentication(SpnegoAcceptor acceptor, PreauthIntegrity preauth) : IDisposable
{
    public SpnegoAcceptor Acceptor => acceptor;

    /// <summary>Session.PreauthIntegrityHashValue, of this exchange.</summary>
    public PreauthIntegrity Preauth => preauth;

    public void Dispose() => acceptor.Dispose();
}
