namespace Symbio.Identity.Tests;

internal sealed class FakeUnixAccounts : IUnixAccounts
{
    public UnixIdentity Service { get; init; } = new(0, 0, []);
    public bool CanImpersonate { get; init; } = true;
    public Dictionary<string, UnixIdentity> Users { get; } = [];
    public Dictionary<string, uint> Groups { get; } = [];

    /// <summary>Names of which nobody can say whether there is such an account.</summary>
    public HashSet<string> Failing { get; } = [];

    public UnixLookup FindUser(string name) =>
        Failing.Contains(name) ? new(null, Error: 5) : new(Users.GetValueOrDefault(name));
    public uint? FindGroup(string name) => Groups.TryGetValue(name, out uint gid) ? gid : null;
    public string? UserName(uint uid) => Users.FirstOrDefault(u => u.Value.Uid == uid).Key;
    public string? GroupName(uint gid) => Groups.FirstOrDefault(g => g.Value == gid).Key;
}
