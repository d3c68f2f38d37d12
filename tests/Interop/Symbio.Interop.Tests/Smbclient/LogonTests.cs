using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;

namespace Symbio.Interop.Tests.Smbclient;

/// <summary>Who gets in, and how.</summary>
public sealed class LogonTests(DefaultServer fixture) : IClassFixture<DefaultServer>
{
    private ServerProcess Server => fixture.Server;

    [Theory]
    [InlineData("SMB2_02")]
    [InlineData("SMB3_11")]
    public async Task Wrong_password_is_refused(string dialect)
    {
        (await (New(dialect) with { Credentials = ["-U", $"{Accounts.User}%wrong"] }).TryAsync("ls")).FailedWith("NT_STATUS_LOGON_FAILURE");
    }

    [Theory]
    [InlineData("nobody-knows-me%secret")]
    [InlineData("guest%")]
    public async Task Unknown_user_is_refused(string user)
    {
        (await (New() with { Credentials = ["-U", user] }).TryAsync("ls")).FailedWith("NT_STATUS_LOGON_FAILURE", "NT_STATUS_ACCESS_DENIED");
    }

    [Fact]
    public async Task Anonymous_user_does_not_reach_files()
    {
        (await (New() with { Credentials = ["-N", "-U", "%"], Protocol = new ClientProtocol("SMB3_11", Protection.Plain) }).TryAsync("ls"))
            .FailedWith("NT_STATUS_LOGON_FAILURE", "NT_STATUS_ACCESS_DENIED");
    }

    [Fact]
    public async Task Second_user_gets_in()
    {
        await (New() with { Credentials = ["-A", Server.SecondAuthenticationFile] }).RunAsync("ls");
    }

    [Fact]
    public async Task Names_of_users_compare_without_regard_to_case()
    {
        await (New() with { Credentials = ["-U", $"{Accounts.User.ToUpperInvariant()}%{Accounts.Password}"] }).RunAsync("ls");
    }

    [Fact]
    public async Task Password_hash_serves_as_well()
    {
        string hash = Convert.ToHexString(Identity.LocalUserDatabase.HashPassword(Accounts.Password));
        await (New() with { Credentials = ["-U", $"{Accounts.User}%{hash}", "--pw-nt-hash"] }).RunAsync("ls");
    }

    [Fact]
    public async Task NTLMv1_is_refused()
    {
        SmbclientPeer old = New() with
        {
            Protocol = ClientProtocol.Default with { Settings = ["client ntlmv2 auth = no", "client use spnego = yes", "client lanman auth = no"] },
        };
        (await old.TryAsync("ls")).FailedWith("NT_STATUS_LOGON_FAILURE", "NT_STATUS_ACCESS_DENIED", "NT_STATUS_NTLM_BLOCKED", "NT_STATUS_INVALID_PARAMETER");
    }

    [Fact]
    public async Task SMB1_is_refused()
    {
        (await (New() with { Protocol = new ClientProtocol("NT1", Protection.Plain) }).TryAsync("ls"))
            .FailedWith("NT_STATUS_CONNECTION_DISCONNECTED", "NT_STATUS_CONNECTION_RESET", "NT_STATUS_INVALID_NETWORK_RESPONSE", "NT_STATUS_NOT_SUPPORTED");
    }

    [Fact]
    public async Task SMB1_negotiate_leads_to_SMB2()
    {
        SmbclientPeer mixed = New() with
        {
            Protocol = ClientProtocol.Default with { Settings = ["client min protocol=NT1", "client max protocol=SMB3_11"] },
        };
        await mixed.RunAsync("ls");
    }

    [Fact]
    public async Task Encrypted_share_is_closed_to_who_cannot_encrypt()
    {
        (await (New("SMB2_10") with { Share = ShareNames.Secret }).TryAsync("ls")).FailedWith("NT_STATUS_ACCESS_DENIED");
    }

    [Theory]
    [InlineData("SMB3_00", Protection.Encrypted)]
    [InlineData("SMB3_02", Protection.Signed)]
    [InlineData("SMB3_11", Protection.Encrypted)]
    [InlineData("SMB3_11", Protection.Signed)] // The client begins to encrypt when the share says so.
    public async Task Encrypted_share_is_open_to_who_can(string dialect, Protection protection)
    {
        string folder = Server.NewClientFolder();
        string hash = TestFile.Create(Path.Combine(folder, "file"), 1_000_000);
        string name = $"{dialect}-{protection}";

        await (New(dialect) with { Share = ShareNames.Secret, Protocol = new ClientProtocol(dialect, protection), Folder = folder })
            .RunAsync($"put file {name}", $"get {name} back", $"del {name}");

        Assert.Equal(hash, TestFile.Hash(Path.Combine(folder, "back")));
    }

    private SmbclientPeer New(string dialect = "SMB3_11") => new(Server) { Protocol = new ClientProtocol(dialect, Protection.Signed) };
}
