using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Wkssvc;

/// <summary>WKSTA_USER_INFO_0, [MS-WKST] 2.2.5.9.</summary>
public struct WkstaUserInfo0 : INdrType
{
    public string? UserName;

    public static int MinimumSize => 4;

    public static WkstaUserInfo0 From(LoggedOnUser user) => new() { UserName = user.UserName };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref UserName);
    }
}

/// <summary>WKSTA_USER_INFO_1, [MS-WKST] 2.2.5.10.</summary>
public struct WkstaUserInfo1 : INdrType
{
    public string? UserName;
    public string? LogonDomain;
    public string? OtherDomains;
    public string? LogonServer;

    public static int MinimumSize => 16;

    public static WkstaUserInfo1 From(LoggedOnUser user) => new()
    {
        UserName = user.UserName,
        LogonDomain = user.LogonDomain,
        OtherDomains = "",
        LogonServer = user.LogonServer,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref UserName);
        ndr.StringPointer(ref LogonDomain);
        ndr.StringPointer(ref OtherDomains);
        ndr.StringPointer(ref LogonServer);
    }
}
