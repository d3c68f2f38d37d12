using Symbio.Cli.Configuration;
using Symbio.Identity;
using Symbio.Security.Gss;

namespace Symbio.Cli.Serving;

/// <summary>What a server needs to be one of an Active Directory domain, of its settings.</summary>
internal static class DomainMembership
{
    public static DomainAccounts NewAccounts(LocalAccounts local, ServerSettings settings) => new(
        local,
        new DomainAccountsOptions
        {
            Mapping = settings.DomainMapping,
            IdBase = (uint)settings.DomainIdBase,
            StateFile = Locations.Domain,
        });

    public static KerberosMechanism NewMechanism(DomainAccounts accounts, ServerSettings settings) => new(
        new KerberosOptions { Keytab = settings.Keytab, ReplayCache = ReplayCache() }, accounts);

    // In the state folder when there is one; else where the library itself would put it.
    private static string? ReplayCache()
    {
        string path = Locations.KerberosReplayCache;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
