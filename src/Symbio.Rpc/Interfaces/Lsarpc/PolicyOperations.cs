using Symbio.Protocol;
using Symbio.Rpc.Ndr;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>The policy object, [MS-LSAD] 3.1.4.4.</summary>
internal static class PolicyOperations
{
    /// <summary>Audit categories that there are, [MS-LSAD] 2.2.4.20. None is audited here.</summary>
    private const int AuditCategories = 9;

    /// <summary>PolicyServerRolePrimary: whoever holds its accounts itself.</summary>
    private const ushort PolicyServerRolePrimary = 3;

    /// <summary>LsarOpenPolicy, [MS-LSAD] 3.1.4.4.2.</summary>
    public static ValueTask<RpcReply<HandleResponse>> OpenPolicyAsync(
        ILsaHost host, RpcCall call, LsarOpenPolicyRequest request) => new(Open(call, request.DesiredAccess));

    /// <summary>LsarOpenPolicy2, [MS-LSAD] 3.1.4.4.1.</summary>
    public static ValueTask<RpcReply<HandleResponse>> OpenPolicy2Async(
        ILsaHost host, RpcCall call, LsarOpenPolicy2Request request) => new(Open(call, request.DesiredAccess));

    /// <summary>LsarClose, [MS-LSAD] 3.1.4.9.4.</summary>
    public static ValueTask<RpcReply<HandleResponse>> CloseAsync(ILsaHost host, RpcCall call, HandleRequest request) =>
        new(call.Handles.TryRemove<LsaPolicy>(request.Handle, out _) ? new HandleResponse() : FaultStatus.ContextMismatch);

    /// <summary>LsarQueryInformationPolicy and LsarQueryInformationPolicy2, [MS-LSAD] 3.1.4.4.4 and 3.1.4.4.3.</summary>
    public static ValueTask<RpcReply<LsarQueryInformationPolicyResponse>> QueryInformationAsync(
        ILsaHost host, RpcCall call, LsarQueryInformationPolicyRequest request)
    {
        if (!call.Handles.TryGet<LsaPolicy>(request.PolicyHandle, out var policy))
            return new(FaultStatus.ContextMismatch);

        var informationClass = (PolicyInformationClass)request.InformationClass;
        var required = informationClass == PolicyInformationClass.AuditEvents
            ? PolicyAccess.ViewAuditInformation
            : PolicyAccess.ViewLocalInformation;
        if (!policy.Grants(required))
            return new(new LsarQueryInformationPolicyResponse { Status = (uint)NtStatus.AccessDenied });
        if (Answer(informationClass, host.GetPolicy()) is not { } information)
            return new(new LsarQueryInformationPolicyResponse { Status = (uint)NtStatus.InvalidParameter });
        information.InformationClass = request.InformationClass;
        return new(new LsarQueryInformationPolicyResponse { PolicyInformation = information });
    }

    private static RpcReply<HandleResponse> Open(RpcCall call, uint desiredAccess)
    {
        if (LsaPolicy.TryOpen(call.Caller, desiredAccess) is not { } policy)
            return new HandleResponse { Status = (uint)NtStatus.AccessDenied };
        return call.Handles.TryAdd(policy, out var handle)
            ? new HandleResponse { Handle = handle }
            : new HandleResponse { Status = (uint)NtStatus.InsufficientResources };
    }

    private static PolicyInformation? Answer(PolicyInformationClass informationClass, LsaPolicyRecord policy) =>
        informationClass switch
        {
            PolicyInformationClass.AuditEvents => new PolicyInformation
            {
                AuditEvents =
                {
                    EventAuditingOptions = new uint[AuditCategories],
                    MaximumAuditEventCount = AuditCategories,
                },
            },
            PolicyInformationClass.PrimaryDomain => new PolicyInformation
            {
                Domain = { Name = policy.PrimaryDomainName, Sid = policy.PrimaryDomainSid },
            },
            PolicyInformationClass.PdAccount => new PolicyInformation { PdAccount = { Value = "" } },
            PolicyInformationClass.AccountDomain or PolicyInformationClass.LocalAccountDomain => new PolicyInformation
            {
                Domain = { Name = policy.AccountDomainName, Sid = policy.AccountDomainSid },
            },
            PolicyInformationClass.LsaServerRole => new PolicyInformation { ServerRole = PolicyServerRolePrimary },
            PolicyInformationClass.ReplicaSource => new PolicyInformation
            {
                ReplicaSource = { ReplicaSource = "", ReplicaAccountName = "" },
            },
            PolicyInformationClass.DnsDomain or PolicyInformationClass.DnsDomainInt => new PolicyInformation
            {
                DnsDomain =
                {
                    Name = policy.PrimaryDomainName,
                    DnsDomainName = policy.DnsDomainName,
                    DnsForestName = policy.DnsForestName,
                    DomainGuid = policy.DomainGuid,
                    Sid = policy.PrimaryDomainSid,
                },
            },
            _ => null,
        };
}

/// <summary>[in] parameters of LsarOpenPolicy.</summary>
public struct LsarOpenPolicyRequest : INdrType
{
    public CharElement? SystemName;
    public ObjectAttributes ObjectAttributes;
    public uint DesiredAccess;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Pointer(ref SystemName);
        ndr.Struct(ref ObjectAttributes);
        ndr.UInt32(ref DesiredAccess);
    }
}

/// <summary>[in] parameters of LsarOpenPolicy2.</summary>
public struct LsarOpenPolicy2Request : INdrType
{
    public string? SystemName;
    public ObjectAttributes ObjectAttributes;
    public uint DesiredAccess;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref SystemName);
        ndr.Struct(ref ObjectAttributes);
        ndr.UInt32(ref DesiredAccess);
    }
}

/// <summary>A handle and nothing else: [in] of LsarClose.</summary>
public struct HandleRequest : INdrType
{
    public ContextHandle Handle;

    public void Marshal(ref NdrCodec ndr) => ndr.ContextHandle(ref Handle);
}

/// <summary>A handle and a status: what opens or closes one.</summary>
public struct HandleResponse : INdrType
{
    public ContextHandle Handle;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.ContextHandle(ref Handle);
        ndr.UInt32(ref Status);
    }
}

/// <summary>[in] parameters of LsarQueryInformationPolicy and LsarQueryInformationPolicy2.</summary>
public struct LsarQueryInformationPolicyRequest : INdrType
{
    public ContextHandle PolicyHandle;
    public ushort InformationClass;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.ContextHandle(ref PolicyHandle);
        ndr.UInt16(ref InformationClass);
    }
}

/// <summary>[out] parameters of LsarQueryInformationPolicy and LsarQueryInformationPolicy2.</summary>
public struct LsarQueryInformationPolicyResponse : INdrType
{
    public PolicyInformation? PolicyInformation;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Pointer(ref PolicyInformation);
        ndr.UInt32(ref Status);
    }
}
