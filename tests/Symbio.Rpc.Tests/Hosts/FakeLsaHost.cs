using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Interfaces.Lsarpc;

namespace Symbio.Rpc.Tests.Hosts;

internal sealed class FakeLsaHost : ILsaHost
{
    public static readonly Sid DomainSid = Sid.Parse("S-1-5-21-1-2-3");

    private static readonly LsaAccount Demo =
        new(DomainSid.AppendRid(1001), SidNameUse.User, "SYMBIO", DomainSid, "demo");

    public LsaPolicyRecord GetPolicy() => new("SYMBIO", DomainSid, "WORKGROUP");

    public async ValueTask<LsaAccount?> FindByNameAsync(string? domain, string name, CancellationToken cancellationToken)
    {
        await Task.Yield(); // As a directory would.
        bool here = domain is null || domain.Equals("SYMBIO", StringComparison.OrdinalIgnoreCase);
        return here && name.Equals("demo", StringComparison.OrdinalIgnoreCase) ? Demo : null;
    }

    public ValueTask<LsaAccount?> FindBySidAsync(Sid sid, CancellationToken cancellationToken) =>
        new(sid == Demo.Sid ? Demo : null);

    public ValueTask<string?> FindUnixUserAsync(uint uid, CancellationToken cancellationToken) => new(uid == 0 ? "root" : null);

    public ValueTask<string?> FindUnixGroupAsync(uint gid, CancellationToken cancellationToken) => new(gid == 100 ? "users" : null);

    public ValueTask<uint?> FindUnixUserIdAsync(string name, CancellationToken cancellationToken) => new(name == "root" ? 0u : null);

    public ValueTask<uint?> FindUnixGroupIdAsync(string name, CancellationToken cancellationToken) => new(name == "users" ? 100u : null);
}
