using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Interfaces;
using Symbio.Rpc.Interfaces.Lsarpc;
using Symbio.Rpc.Ndr;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;
using Symbio.Rpc.Tests.Hosts;

namespace Symbio.Rpc.Tests.Interfaces;

public sealed class LsarpcTests
{
    [Theory] // [MS-LSAD] 3.1.4.4.1
    [InlineData(0x801, NtStatus.Success)]
    [InlineData(0x02000000, NtStatus.Success)]
    [InlineData(0x20000000, NtStatus.Success)]
    [InlineData(0x002, NtStatus.AccessDenied)]
    [InlineData(0x10000000, NtStatus.AccessDenied)]
    public async Task A_user_opens_the_policy_to_look_up_names(uint access, NtStatus expected)
    {
        using var client = await BindAsync(TestClient.User);
        var response = await client.CallAsync<LsarOpenPolicy2Request, HandleResponse>(44, new() { DesiredAccess = access });
        Assert.Equal(expected, (NtStatus)response.Status);
        Assert.Equal(expected != NtStatus.Success, response.Handle == ContextHandle.None);
    }

    [Fact]
    public async Task An_anonymous_caller_opens_nothing()
    {
        using var client = await BindAsync(RpcCaller.Anonymous);
        var response = await client.CallAsync<LsarOpenPolicy2Request, HandleResponse>(44, new() { DesiredAccess = 0x800 });
        Assert.Equal(NtStatus.AccessDenied, (NtStatus)response.Status);
    }

    [Theory] // [MS-LSAT] 3.1.4.5
    [InlineData("demo", SidNameUse.User, "SYMBIO", "S-1-5-21-1-2-3-1001")]
    [InlineData(@"symbio\DEMO", SidNameUse.User, "SYMBIO", "S-1-5-21-1-2-3-1001")]
    [InlineData("SYMBIO", SidNameUse.Domain, "SYMBIO", "S-1-5-21-1-2-3")]
    [InlineData(@"SYMBIO\", SidNameUse.Domain, "SYMBIO", "S-1-5-21-1-2-3")]
    [InlineData("everyone", SidNameUse.WellKnownGroup, "", "S-1-1-0")]
    [InlineData(@"NT AUTHORITY\Authenticated Users", SidNameUse.WellKnownGroup, "NT AUTHORITY", "S-1-5-11")]
    [InlineData("SYSTEM", SidNameUse.WellKnownGroup, "NT AUTHORITY", "S-1-5-18")]
    [InlineData("Administrators", SidNameUse.Alias, "BUILTIN", "S-1-5-32-544")]
    [InlineData(@"BUILTIN\Users", SidNameUse.Alias, "BUILTIN", "S-1-5-32-545")]
    [InlineData("BUILTIN", SidNameUse.Domain, "BUILTIN", "S-1-5-32")]
    [InlineData(@"Unix User\root", SidNameUse.User, "Unix User", "S-1-22-1-0")]
    [InlineData("root", SidNameUse.User, "Unix User", "S-1-22-1-0")]
    [InlineData(@"Unix Group\users", SidNameUse.Group, "Unix Group", "S-1-22-2-100")]
    public async Task Names_become_sids(string name, SidNameUse use, string domain, string sid)
    {
        using var client = await BindAsync();
        var handle = await OpenAsync(client);
        var request = new LsarLookupNames2Request<TranslatedSidEx2>
        {
            PolicyHandle = handle, Arguments = { Names = [new() { Value = name }] },
        };
        var response = await client.CallAsync<LsarLookupNames2Request<TranslatedSidEx2>, LookupNamesResponse<TranslatedSidEx2>>(68, request);
        Assert.Equal((0u, 1u), (response.Status, response.MappedCount));
        var found = Assert.Single(response.TranslatedSids.Buffer!);
        Assert.Equal((use, Sid.Parse(sid)), ((SidNameUse)found.Use, found.Sid));
        Assert.Equal(domain, response.ReferencedDomains!.Value.Domains![found.DomainIndex].Name);
    }

    [Fact]
    public async Task What_is_not_known_is_said_so()
    {
        using var client = await BindAsync();
        var handle = await OpenAsync(client);
        var request = new LsarLookupNamesRequest
        {
            PolicyHandle = handle,
            Arguments = { Names = [new() { Value = "demo" }, new() { Value = "nobody" }, new() { Value = "demo" }, default] },
        };
        var some = await client.CallAsync<LsarLookupNamesRequest, LookupNamesResponse<TranslatedSid>>(14, request);
        Assert.Equal(((uint)NtStatus.SomeNotMapped, 2u), (some.Status, some.MappedCount));
        Assert.Equal([(1, 1001u, 0), (8, 0u, -1), (1, 1001u, 0), (8, 0u, -1)],
            some.TranslatedSids.Buffer!.Select(sid => ((int)sid.Use, sid.RelativeId, sid.DomainIndex)));
        Assert.Single(some.ReferencedDomains!.Value.Domains!);

        request.Arguments.Names = [new() { Value = "nobody" }];
        var none = await client.CallAsync<LsarLookupNamesRequest, LookupNamesResponse<TranslatedSid>>(14, request);
        Assert.Equal(NtStatus.NoneMapped, (NtStatus)none.Status);
    }

    [Theory] // [MS-LSAT] 3.1.4.11
    [InlineData("S-1-5-21-1-2-3-1001", SidNameUse.User, "SYMBIO", "demo")]
    [InlineData("S-1-5-21-1-2-3", SidNameUse.Domain, "SYMBIO", "SYMBIO")]
    [InlineData("S-1-1-0", SidNameUse.WellKnownGroup, "", "Everyone")]
    [InlineData("S-1-3-4", SidNameUse.WellKnownGroup, "", "OWNER RIGHTS")]
    [InlineData("S-1-5-32-551", SidNameUse.Alias, "BUILTIN", "Backup Operators")]
    [InlineData("S-1-22-1-0", SidNameUse.User, "Unix User", "root")]
    [InlineData("S-1-22-2-100", SidNameUse.Group, "Unix Group", "users")]
    [InlineData("S-1-22-1-77", SidNameUse.Unknown, null, "S-1-22-1-77")]
    [InlineData("S-1-5-21-9-9-9-500", SidNameUse.Unknown, null, "S-1-5-21-9-9-9-500")]
    public async Task Sids_become_names(string sid, SidNameUse use, string? domain, string name)
    {
        using var client = await BindAsync();
        var handle = await OpenAsync(client);
        var request = new LsarLookupSids2Request
        {
            PolicyHandle = handle, Arguments = { Sids = { SidInfo = [new() { Sid = Sid.Parse(sid) }] } },
        };
        var response = await client.CallAsync<LsarLookupSids2Request, LookupSidsResponse<TranslatedNameEx>>(57, request);
        var found = Assert.Single(response.TranslatedNames.Buffer!);
        Assert.Equal((use, name), ((SidNameUse)found.Use, found.Name));
        Assert.Equal(domain is null ? NtStatus.NoneMapped : NtStatus.Success, (NtStatus)response.Status);
        Assert.Equal(domain, found.DomainIndex < 0 ? null : response.ReferencedDomains!.Value.Domains![found.DomainIndex].Name);
    }

    [Fact] // [MS-LSAT] 3.1.4.8 and 3.1.4.9
    public async Task Lookups_without_a_handle_need_a_secure_channel()
    {
        using var client = await BindAsync();
        var sids = await client.CallAsync<LsarLookupSids3Request, LookupSidsResponse<TranslatedNameEx>>(76, default);
        Assert.Equal(NtStatus.AccessDenied, (NtStatus)sids.Status);
        var names = await client.CallAsync<LsarLookupNames4Request, LookupNamesResponse<TranslatedSidEx2>>(77, default);
        Assert.Equal(NtStatus.AccessDenied, (NtStatus)names.Status);
    }

    [Fact]
    public async Task More_than_a_thousand_names_are_bad_stub_data()
    {
        using var client = await BindAsync();
        var handle = await OpenAsync(client);
        Assert.True(NdrCodec.TryWrite(
            new LsarLookupNamesRequest { PolicyHandle = handle, Arguments = { Names = new UnicodeStringElement[1001] } },
            out var stub));
        Assert.Equal(FaultStatus.BadStubData, (await client.CallRawAsync(14, stub)).Fault);
    }

    [Fact] // [MS-LSAD] 3.1.4.4.4
    public async Task The_policy_is_told()
    {
        using var client = await BindAsync();
        var handle = await OpenAsync(client);
        var account = await QueryAsync(client, handle, PolicyInformationClass.AccountDomain);
        Assert.Equal(("SYMBIO", FakeLsaHost.DomainSid), (account!.Value.Domain.Name, account.Value.Domain.Sid));
        var primary = await QueryAsync(client, handle, PolicyInformationClass.PrimaryDomain);
        Assert.Equal(("WORKGROUP", null), (primary!.Value.Domain.Name, primary.Value.Domain.Sid));
        var role = await QueryAsync(client, handle, PolicyInformationClass.LsaServerRole);
        Assert.Equal(3, role!.Value.ServerRole);
        var dns = await QueryAsync(client, handle, PolicyInformationClass.DnsDomain);
        Assert.Equal(("WORKGROUP", ""), (dns!.Value.DnsDomain.Name, dns.Value.DnsDomain.DnsDomainName));
        var audit = await QueryAsync(client, handle, PolicyInformationClass.AuditEvents);
        Assert.Equal(9, audit!.Value.AuditEvents.EventAuditingOptions!.Length);
        Assert.Null(await QueryAsync(client, handle, (PolicyInformationClass)99));
    }

    [Fact]
    public async Task A_closed_handle_is_a_context_mismatch()
    {
        using var client = await BindAsync();
        var handle = await OpenAsync(client);
        var closed = await client.CallAsync<HandleRequest, HandleResponse>(0, new() { Handle = handle });
        Assert.Equal((0u, ContextHandle.None), (closed.Status, closed.Handle));
        Assert.True(NdrCodec.TryWrite(new HandleRequest { Handle = handle }, out var stub));
        Assert.Equal(FaultStatus.ContextMismatch, (await client.CallRawAsync(0, stub)).Fault);
    }

    [Fact] // [MS-LSAT] 3.1.4.4
    public async Task The_caller_is_told_who_it_is()
    {
        using var client = await BindAsync();
        var response = await client.CallAsync<LsarGetUserNameRequest, LsarGetUserNameResponse>(
            45, new() { DomainName = default(UnicodeStringPointer) });
        Assert.Equal(("demo", "SYMBIO"), (response.UserName!.Value.Value, response.DomainName!.Value.Value!.Value.Value));
    }

    [Fact]
    public async Task Enumerations_are_empty()
    {
        using var client = await BindAsync();
        var request = new LsarEnumerateRequest { PolicyHandle = await OpenAsync(client), PreferedMaximumLength = 1000 };
        var accounts = await client.CallAsync<LsarEnumerateRequest, EnumerateResponse<SidInformation>>(11, request);
        Assert.Equal(NtStatus.NoMoreEntries, (NtStatus)accounts.Status);
        var domains = await client.CallAsync<LsarEnumerateRequest, EnumerateResponse<TrustInformation>>(13, request);
        Assert.Equal(NtStatus.NoMoreEntries, (NtStatus)domains.Status);
    }

    private static Task<TestClient> BindAsync(RpcCaller? caller = null) =>
        TestClient.BindAsync(TestEndpoints.Create(), "lsass", LsarpcInterface.Syntax, caller);

    private static async Task<ContextHandle> OpenAsync(TestClient client)
    {
        var response = await client.CallAsync<LsarOpenPolicyRequest, HandleResponse>(6, new()
        {
            SystemName = new CharElement { Value = '\\' },
            ObjectAttributes = { Length = 24, SecurityQualityOfService = new QualityOfService { Length = 12 } },
            DesiredAccess = 0x02000000,
        });
        Assert.Equal(0u, response.Status);
        return response.Handle;
    }

    private static async Task<PolicyInformation?> QueryAsync(
        TestClient client, ContextHandle handle, PolicyInformationClass informationClass)
    {
        var response = await client.CallAsync<LsarQueryInformationPolicyRequest, LsarQueryInformationPolicyResponse>(
            46, new() { PolicyHandle = handle, InformationClass = (ushort)informationClass });
        Assert.Equal(response.PolicyInformation is null ? NtStatus.InvalidParameter : NtStatus.Success, (NtStatus)response.Status);
        return response.PolicyInformation;
    }
}
