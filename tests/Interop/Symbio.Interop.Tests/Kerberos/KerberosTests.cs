using System.Text.Json;
using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Kerberos;

/// <summary>Users of an Active Directory domain log on with their tickets.</summary>
public sealed class KerberosTests : IClassFixture<DomainServer>
{
    private readonly DomainServer _domain;

    public KerberosTests(DomainServer domain)
    {
        _domain = domain;
        domain.RequireAvailable();
    }

    [Fact]
    public async Task Smbclient_logs_on_and_works_with_files()
    {
        string status = Path.Combine(_domain.Server.Folder, "status.json");
        string local = Path.Combine(_domain.Server.Folder, "hello.txt");
        File.WriteAllText(local, "hello");

        // Read from the standard input, commands may be ones of the shell ("!").
        Command smbclient = _domain.As(
            "alice", "smbclient", $"//{DomainServer.Host}/{ShareNames.Files}", "-s", _domain.Server.ClientConfiguration,
            "--use-kerberos=required", "-N")
            with
            {
                Input = $"mkdir work\ncd work\nput {local} hello.txt\nget hello.txt {local}.back\n!{_domain.Server.StatusCommand(status)}\nls\n",
            };
        (await smbclient.RunAsync()).Succeeded().DoesNotSay("NT_STATUS").Says("hello.txt");

        Assert.Equal("hello", File.ReadAllText(local + ".back"));
        JsonElement session = JsonDocument.Parse(File.ReadAllText(status)).RootElement
            .GetProperty("status").GetProperty("sessions").EnumerateArray().Single();
        Assert.Equal("alice", session.GetProperty("userName").GetString());
        Assert.Equal("EXAMPLE", session.GetProperty("domainName").GetString());
        Assert.Contains(@"EXAMPLE\alice logged on", _domain.Server.Log, StringComparison.Ordinal);
    }

    [Fact] // Base + RID: what is made belongs to the user in the file system, too.
    public async Task Files_belong_to_ids_made_of_rids()
    {
        (await _domain.SmbclientAsync("bob", "mkdir of-bob")).Succeeded().DoesNotSay("NT_STATUS");

        string sid = (await _domain.ToolAsync("user", "show", "bob", "--attributes=objectSid")).Matches(@"objectSid: (\S+)").Groups[1].Value;
        uint rid = uint.Parse(sid[(sid.LastIndexOf('-') + 1)..]);
        CommandResult owner = (await new Command(Peers.Require("stat"), "-c", "%u:%g", _domain.Server.PathOf(ShareNames.Files, "of-bob")).RunAsync()).Succeeded();
        Assert.Equal($"{1_000_000 + rid}:{1_000_000 + 513}", owner.Output.Trim());
        // And it is the user's SID that clients see.
        CommandResult acl = await _domain.As(
            "bob", "smbcacls", $"//{DomainServer.Host}/{ShareNames.Files}", "of-bob", "-s", _domain.Server.ClientConfiguration,
            "--use-kerberos=required", "-N", "--numeric").RunAsync();
        acl.Succeeded().Says($"OWNER:{sid}").Says($"GROUP:{_domain.DomainSid}-513");
    }

    [Theory]
    [InlineData("AES-256-GCM")]
    [InlineData("AES-256-CCM")]
    [InlineData("AES-128-GCM")]
    public async Task Sessions_are_encrypted_with_kerberos_keys(string cipher)
    {
        (await _domain.SmbclientAsync(
            "alice", "ls", options:
            ["--client-protection=encrypt", $"--option=client smb3 encryption algorithms={cipher}"]))
            .Succeeded().DoesNotSay("NT_STATUS");
    }

    [Theory]
    [InlineData("SMB2_02")]
    [InlineData("SMB2_10")]
    [InlineData("SMB3_00")]
    [InlineData("SMB3_02")]
    public async Task Every_dialect_takes_tickets(string dialect)
    {
        (await _domain.SmbclientAsync("alice", "ls", options: ["-m", dialect])).Succeeded().DoesNotSay("NT_STATUS");
    }

    [Fact]
    public async Task Rpcclient_logs_on_and_finds_names()
    {
        CommandResult result = await _domain.As(
            "alice", "rpcclient", DomainServer.Host, "-s", _domain.Server.ClientConfiguration, "--use-kerberos=required", "-N", "-c",
            $"getusername; lookupsids {_domain.DomainSid}-513; srvinfo").RunAsync();

        result.Succeeded().Says("Account Name: alice, Authority Name: EXAMPLE").Says(@"EXAMPLE\Domain Users");
    }

    [Fact]
    public async Task Impacket_logs_on()
    {
        (await RunImpacketAsync("0")).Succeeded().Says("done");
    }

    [Fact]
    public async Task A_share_for_a_group_of_the_domain_is_for_its_members()
    {
        (await _domain.SmbclientAsync("alice", "mkdir a", DomainServer.EngShare)).Succeeded().DoesNotSay("NT_STATUS");
        (await _domain.SmbclientAsync("carol", "ls", DomainServer.EngShare)).FailedWith("NT_STATUS_ACCESS_DENIED");
        (await _domain.SmbclientAsync("carol", "ls")).Succeeded().DoesNotSay("NT_STATUS");
    }

    [Fact] // The kernel checks as well, as the user's own account: the group has an id there, too.
    public async Task A_folder_for_a_group_of_the_domain_is_for_its_members()
    {
        (await _domain.SmbclientAsync("alice", "mkdir for-eng")).Succeeded().DoesNotSay("NT_STATUS");
        (await _domain.As(
            "alice", "smbcacls", $"//{DomainServer.Host}/{ShareNames.Files}", "for-eng", "-s", _domain.Server.ClientConfiguration,
            "--use-kerberos=required", "-N", "--set", $"ACL:{_domain.EngSid}:ALLOWED/OI|CI/FULL").RunAsync())
            .Succeeded().DoesNotSay("NT_STATUS");

        (await _domain.SmbclientAsync("bob", "cd for-eng; mkdir of-bob; ls")).Succeeded().DoesNotSay("NT_STATUS").Says("of-bob");
        (await _domain.SmbclientAsync("carol", "cd for-eng; ls")).Says("NT_STATUS_ACCESS_DENIED");
    }

    [Fact]
    public async Task Who_is_disabled_does_not_get_in()
    {
        foreach (string kerberos in new[] { "required", "desired", "off" })
        {
            (await _domain.As(
                null, "smbclient", $"//{DomainServer.Host}/{ShareNames.Files}", "-s", _domain.Server.ClientConfiguration,
                $"--use-kerberos={kerberos}", "-U", "mallory@EXAMPLE.TEST%Passw0rd-mallory", "-c", "ls").RunAsync())
                .FailedWith("NT_STATUS_ACCOUNT_DISABLED", "NT_STATUS_ACCOUNT_LOCKED_OUT", "NT_STATUS_LOGON_FAILURE");
        }

        Assert.DoesNotContain(@"\mallory logged on", _domain.Server.Log, StringComparison.Ordinal);
    }

    [Fact] // Local accounts are there as before, and clients that know no Kerberos.
    public async Task Local_users_log_on_with_ntlm()
    {
        (await _domain.As(
            null, "smbclient", $"//{DomainServer.Host}/{ShareNames.Files}", "-s", _domain.Server.ClientConfiguration,
            "--use-kerberos=off", "-A", _domain.Server.AuthenticationFile, "-c", "ls").RunAsync())
            .Succeeded().DoesNotSay("NT_STATUS");
    }

    [Fact]
    public async Task A_ticket_for_another_account_is_refused_with_a_reason()
    {
        (await _domain.SmbclientAsync("alice", "ls", host: DomainServer.OtherHost)).FailedWith("NT_STATUS_LOGON_FAILURE");

        Assert.Matches($"logon of .* failed: LogonFailure: .*cifs/{DomainServer.OtherHost}@EXAMPLE.TEST", _domain.Server.Log);
    }

    [Fact] // Its authenticator tells of an hour ago.
    public async Task A_client_whose_clock_is_wrong_is_refused_with_a_reason()
    {
        (await _domain.As("alice", "kvno", $"cifs/{DomainServer.Host}").RunAsync()).Succeeded();
        (await RunImpacketAsync("3600")).FailedWith("STATUS_TIME_DIFFERENCE_AT_DC");

        Assert.Contains("TimeDifferenceAtDc: Clock skew too great", _domain.Server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_table_is_read_again_for_every_logon()
    {
        byte[] keys = File.ReadAllBytes(_domain.Keytab);
        try
        {
            File.Delete(_domain.Keytab);
            (await _domain.SmbclientAsync("alice", "ls")).FailedWith("NT_STATUS_LOGON_FAILURE");
            Assert.Matches("logon of .* failed: LogonFailure: .*[Kk]eytab", _domain.Server.Log);
        }
        finally
        {
            File.WriteAllBytes(_domain.Keytab, keys);
        }

        (await _domain.SmbclientAsync("alice", "ls")).Succeeded().DoesNotSay("NT_STATUS");
    }

    private async Task<CommandResult> RunImpacketAsync(string secondsBehind)
    {
        // The KDC refuses what impacket asks it for (KRB_AP_ERR_INAPP_CKSUM); so the ticket is in the cache by then.
        (await _domain.SmbclientAsync("alice", "ls")).Succeeded();
        return await _domain.As(
            "alice", Peers.RequireImpacket(), Path.Combine(AppContext.BaseDirectory, "Scripts/kerberos.py"), DomainServer.Host,
            _domain.Server.Address, ShareNames.Files, secondsBehind).RunAsync();
    }
}
