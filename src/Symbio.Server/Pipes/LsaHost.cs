using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Interfaces.Lsarpc;

namespace Symbio.Server.Pipes;

/// <summary>The Local Security Authority over the accounts that the server believes, [MS-LSAT] 3.1.1.</summary>
internal sealed class LsaHost(SmbServer server) : ILsaHost
{
    // Samba's names for the domains of S-1-22, which IAccountAuthority knows too.
    private const string UnixUserDomain = "Unix User";
    private const string UnixGroupDomain = "Unix Group";

    // DOMAIN_GROUP_RID_USERS, the one group of a lone machine that is not an alias.
    private const uint UsersRid = 513;

    private readonly NameServiceTurns _turns = new(server.Scheduler);

    private IAccountAuthority Accounts => server.Options.Accounts;

    public LsaPolicyRecord GetPolicy() =>
        new(server.Options.ServerName, Accounts.DomainSid, server.Options.DomainName);

    public async ValueTask<LsaAccount?> FindByNameAsync(string? domain, string name, CancellationToken cancellationToken)
    {
        bool isOurs = domain is null || domain.Equals(server.Options.ServerName, StringComparison.OrdinalIgnoreCase);
        return await LookUpAsync(isOurs ? name : $@"{domain}\{name}", cancellationToken).ConfigureAwait(false) is { } account
            ? ToRecord(account)
            : null;
    }

    public async ValueTask<LsaAccount?> FindBySidAsync(Sid sid, CancellationToken cancellationToken) =>
        await LookUpAsync(sid, cancellationToken).ConfigureAwait(false) is { } account ? ToRecord(account) : null;

    public async ValueTask<string?> FindUnixUserAsync(uint uid, CancellationToken cancellationToken) =>
        (await LookUpAsync(Sid.UnixUser(uid), cancellationToken).ConfigureAwait(false))?.Name;

    public async ValueTask<string?> FindUnixGroupAsync(uint gid, CancellationToken cancellationToken) =>
        (await LookUpAsync(Sid.UnixGroup(gid), cancellationToken).ConfigureAwait(false))?.Name;

    public async ValueTask<uint?> FindUnixUserIdAsync(string name, CancellationToken cancellationToken) =>
        await LookUpAsync($@"{UnixUserDomain}\{name}", cancellationToken).ConfigureAwait(false) is { } account
        && account.Sid.TryGetUnixUser(out uint uid)
            ? uid
            : null;

    public async ValueTask<uint?> FindUnixGroupIdAsync(string name, CancellationToken cancellationToken) =>
        await LookUpAsync($@"{UnixGroupDomain}\{name}", cancellationToken).ConfigureAwait(false) is { } account
        && account.Sid.TryGetUnixGroup(out uint gid)
            ? gid
            : null;

    private ValueTask<AccountName?> LookUpAsync(string name, CancellationToken cancellationToken) => _turns.RunAsync(
        (Accounts, name),
        static asked => asked.Accounts.TryLookupName(asked.name, out AccountName account) ? account : (AccountName?)null,
        cancellationToken);

    private ValueTask<AccountName?> LookUpAsync(Sid sid, CancellationToken cancellationToken) => _turns.RunAsync(
        (Accounts, sid),
        static asked => asked.Accounts.TryLookupSid(asked.sid, out AccountName account) ? account : (AccountName?)null,
        cancellationToken);

    private LsaAccount? ToRecord(in AccountName account)
    {
        if (account.Sid.Domain is not { } domainSid)
            return null;
        bool isOurs = domainSid == Accounts.DomainSid;
        SidNameUse use = !account.IsGroup ? SidNameUse.User
            : isOurs && account.Sid.RelativeId != UsersRid ? SidNameUse.Alias
            : SidNameUse.Group;
        return new LsaAccount(
            account.Sid, use, isOurs ? server.Options.ServerName : account.Domain, domainSid, account.Name);
    }
}
