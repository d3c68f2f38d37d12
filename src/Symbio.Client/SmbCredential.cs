using Symbio.Security;
using Symbio.Security.Ntlm;
using Symbio.Security.Spnego;

namespace Symbio.Client;

/// <summary>Who logs on. Kept by the caller, who may use it for many sessions and disposes it after the last.</summary>
public sealed class SmbCredential : IDisposable
{
    private readonly NtlmCredential _ntlm;

    private SmbCredential(NtlmCredential ntlm) => _ntlm = ntlm;

    /// <summary>Nobody: what servers that allow it let list shares, and little else.</summary>
    public static SmbCredential Anonymous { get; } = new(NtlmCredential.Anonymous);

    /// <summary>Empty for an anonymous logon.</summary>
    public string UserName => _ntlm.UserName;

    internal bool IsAnonymous => _ntlm.Hash is null;

    /// <summary>A user with a password, which is not kept: its hash is, and is as good as it.</summary>
    /// <param name="userName">The account; "DOMAIN\name" names its domain as well.</param>
    public static SmbCredential FromPassword(string userName, ReadOnlySpan<char> password)
    {
        ArgumentException.ThrowIfNullOrEmpty(userName);
        int separator = userName.IndexOf('\\');
        string domain = separator < 0 ? "" : userName[..separator];
        return new SmbCredential(new NtlmCredential(userName[(separator + 1)..], domain, NtlmHash.FromPassword(password)));
    }

    public void Dispose() => _ntlm.Hash?.Dispose();

    /// <summary>The client's half of one exchange with a server.</summary>
    internal SpnegoInitiator CreateInitiator(SmbClientOptions options, string serverName)
    {
        var ntlmOptions = new NtlmClientOptions { Workstation = options.Workstation, TargetName = $"cifs/{serverName}" };
        return new SpnegoInitiator(
        [
            new InitiatorMechanism(
                MechanismOids.Ntlm, () => new NtlmInitiator(_ntlm, ntlmOptions, options.TimeProvider, options.Random)),
        ]);
    }
}
