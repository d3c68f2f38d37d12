using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Server.Sessions;

namespace Symbio.Server.Tests.Sessions;

/// <summary>Sessions of one user have one token, and nobody has another's.</summary>
public sealed class SharedIdentitiesTests
{
    private static readonly Sid s_machine = Sid.Parse("S-1-5-21-1-2-3");

    private readonly SharedIdentities _shared = new();

    [Fact]
    public void An_identity_that_is_the_same_is_shared()
    {
        LogonIdentity first = _shared.Share(New(1000));

        Assert.Same(first, _shared.Share(New(1000)));
    }

    [Fact]
    public void Of_identities_that_end_at_different_times_the_token_is_shared()
    {
        LogonIdentity first = _shared.Share(New(1000));
        LogonIdentity later = New(1000) with { ExpirationTime = DateTimeOffset.UnixEpoch };

        LogonIdentity shared = _shared.Share(later);

        Assert.Equal(DateTimeOffset.UnixEpoch, shared.ExpirationTime);
        Assert.Same(first.Token, shared.Token);
        Assert.Same(first.Unix, shared.Unix);
        Assert.Null(first.ExpirationTime);
    }

    public static TheoryData<LogonIdentity> Others => new(
        New(1001),
        New(1000, groups: [Sid.Everyone, Sid.BuiltinAdministrators]),
        New(1000, groups: [Sid.Everyone]),
        New(1000, privileges: TokenPrivileges.Backup),
        New(1000, primaryGroup: Sid.BuiltinUsers));

    [Theory]
    [MemberData(nameof(Others))]
    public void Another_token_is_not(LogonIdentity other)
    {
        LogonIdentity first = _shared.Share(New(1000));

        Assert.Same(other.Token, _shared.Share(other).Token);
        Assert.NotSame(first.Token, other.Token);
    }

    [Fact]
    public void Another_unix_account_is_not()
    {
        _shared.Share(New(1000));

        foreach (UnixIdentity? other in (UnixIdentity?[])[null, new(1, 10, [10, 20]), new(0, 11, [10, 20]), new(0, 10, [10])])
            Assert.Same(other, _shared.Share(New(1000) with { Unix = other }).Unix);
    }

    [Fact]
    public void Many_users_are_told_apart()
    {
        LogonIdentity[] all = [.. Enumerable.Range(0, 2000).Select(i => _shared.Share(New((uint)i)))];

        Assert.All(all, identity => Assert.Same(identity, _shared.Share(New(identity.Token.UserSid.RelativeId))));
    }

    private static LogonIdentity New(
        uint rid, Sid[]? groups = null, TokenPrivileges privileges = TokenPrivileges.ChangeNotify, Sid? primaryGroup = null) =>
        new()
        {
            UserName = $"user{rid}",
            DomainName = "HERE",
            Token = new SecurityToken(
                s_machine.AppendRid(rid), groups ?? [Sid.Everyone, Sid.Network], privileges, primaryGroup),
            Unix = new UnixIdentity(0, 10, [10, 20]),
        };
}
