using Symbio.Security.Spnego;
using Symbio.Server.Connections;

namespace Symbio.Server.Sessions;

/// <summary>An exchange of SESSION_SETUP messages that has not come to its end.</summary>
/// <param name="order">Of two exchanges of one connection the older has the smaller one.</param>
internal sealed class Authentication(SpnegoAcceptor acceptor, PreauthIntegrity preauth, long order) : IDisposable
{
    public SpnegoAcceptor Acceptor => acceptor;

    /// <summary>Session.PreauthIntegrityHashValue, of this exchange: PreauthSession.PreauthIntegrityHashValue.</summary>
    public PreauthIntegrity Preauth => preauth;

    public long Order => order;

    public void Dispose() => acceptor.Dispose();
}
