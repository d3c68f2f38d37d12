using Symbio.Identity;
using Symbio.Testing;

namespace Symbio.Server.Tests;

/// <summary>The account of this process is the user's own.</summary>
internal sealed class OwnAccount : IUnixAccounts
{
    public UnixIdentity Service => UnixAccounts.Instance.Service;

    public bool CanImpersonate => true;

    public UnixLookup FindUser(string name) => new(name == TestServer.User ? Service : null);

    public uint? FindGroup(string name) => null;

    public string? UserName(uint uid) => null;

    public string? GroupName(uint gid) => null;
}
