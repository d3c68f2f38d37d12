using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>ACCESS_MASK of a policy object, [MS-LSAD] 2.2.1.1.2.</summary>
[Flags]
internal enum PolicyAccess : uint
{
    None = 0,
    /// <summary>POLICY_VIEW_LOCAL_INFORMATION</summary>
    ViewLocalInformation = 0x001,
    /// <summary>POLICY_VIEW_AUDIT_INFORMATION</summary>
    ViewAuditInformation = 0x002,
    /// <summary>POLICY_LOOKUP_NAMES</summary>
    LookupNames = 0x800,

    /// <summary>What everyone who is logged on has.</summary>
    Execute = ViewLocalInformation | LookupNames | AccessMask.ReadControl,

    /// <summary>POLICY_ALL_ACCESS, with POLICY_NOTIFICATION.</summary>
    All = 0x000F1FFF,
}

/// <summary>An open policy handle: the state is the access it was granted.</summary>
internal sealed class LsaPolicy
{
    /// <summary>[MS-LSAD] 3.1.4.2.1 maps generic rights like this.</summary>
    private static readonly GenericMapping Mapping = new(
        Read: (AccessMask)0x00020006, Write: (AccessMask)0x000207F8, Execute: (AccessMask)PolicyAccess.Execute,
        All: (AccessMask)PolicyAccess.All);

    private readonly PolicyAccess _granted;

    private LsaPolicy(PolicyAccess granted) => _granted = granted;

    /// <summary>Null: access denied.</summary>
    public static LsaPolicy? TryOpen(RpcCaller caller, uint desiredAccess)
    {
        if (!caller.IsAuthenticated)
            return null;
        var allowed = caller.IsAdministrator ? PolicyAccess.All : PolicyAccess.Execute;
        var desired = Mapping.Map((AccessMask)desiredAccess);
        var wanted = (PolicyAccess)(desired & ~AccessMask.MaximumAllowed);
        if ((wanted & ~allowed) != 0)
            return null;
        return new LsaPolicy((desired & AccessMask.MaximumAllowed) != 0 ? allowed : wanted);
    }

    public bool Grants(PolicyAccess access) => (_granted & access) == access;
}
