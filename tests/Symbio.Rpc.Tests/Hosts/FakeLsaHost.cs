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

    public string? FindUnixUser(uint uid) => uid == 0 ? "root" : null;

    public string? FindUnixGroup(uint gid) => gid == 100 ? "users" : null;

    public uint? FindUnixUserId(string name) => name == "root" ? 0 : null;

    public uint? FindUnixGroupId(string name) => name == "users" ? 100 : null;
}
