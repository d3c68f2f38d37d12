using System.Runtime.InteropServices;

namespace Symbio.Identity;

/// <summary>
/// What a look-up of a Unix account came to. That nobody could say (sssd starts anew, a disk fails) is not that there is no
/// such account: who has none works as the service, and that is root.
/// </summary>
/// <param name="Account">The account with its groups; null when there is none, and when none could be looked up.</param>
/// <param name="Error">The errno of a look-up that failed, else 0.</param>
public readonly record struct UnixLookup(UnixIdentity? Account, int Error = 0)
{
    /// <summary>Nobody could say whether there is such an account.</summary>
    public bool HasFailed => Error != 0;

    /// <summary>Why there is no account to work as, for logs and errors; null when there is one.</summary>
    public string? ProblemWith(string name) =>
        HasFailed ? $"the Unix account '{name}' cannot be looked up ({Marshal.GetPInvokeErrorMessage(Error)})"
        : Account is null ? $"there is no Unix account '{name}'"
        : null;
}
