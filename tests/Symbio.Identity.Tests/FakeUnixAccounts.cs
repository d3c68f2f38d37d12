namespace Symbio.Identity.Tests;

internal sealed class FakeUnixAccounts : IUnixAccounts
{
    public UnixIdentity Service { get; init; } = new(0, 0, []);
    public bool CanImpersonate { get; init; } = true;
    public Dictionary<string, UnixIdentity> Users { get; } = [];
    public Dictionary<string, uint> Groups { get; } = [];

    public UnixIdentity? FindUser(string name) => Users.GetValueOrDefault(name);
    public uint? FindGroup(string name) => Groups.TryGetValue(name, out uint gid) ? gid : null;
    public string? UserName(uint uid) => Users.FirstOrDefault(u => u.Value.Uid == uid).Key;
    public string? GroupName(uint gid) => Groups.FirstOrDefault(g => g.Value == gid).Key;
}
