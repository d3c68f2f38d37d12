using Symbio.Protocol;
using Symbio.Rpc.Ndr;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>The caller's name, [MS-LSAT] 3.1.4.4, and enumerations of what a stand-alone server has none of.</summary>
internal static class AccountOperations
{
    /// <summary>LsarGetUserName: who the server takes the caller for.</summary>
    public static ValueTask<RpcReply<LsarGetUserNameResponse>> GetUserNameAsync(
        ILsaHost host, RpcCall call, LsarGetUserNameRequest request)
    {
        bool anonymous = call.Caller.UserName.Length == 0;
        string user = anonymous ? "ANONYMOUS LOGON" : call.Caller.UserName;
        string domain = anonymous ? WellKnownAccounts.AuthorityDomain : call.Caller.DomainName;
        var response = new LsarGetUserNameResponse { UserName = new UnicodeStringElement { Value = user } };
        if (request.DomainName is not null)
            response.DomainName = new UnicodeStringPointer { Value = new UnicodeStringElement { Value = domain } };
        return new(response);
    }

    /// <summary>LsarEnumerateAccounts, [MS-LSAD] 3.1.4.5.2: no account has rights or privileges of its own.</summary>
    public static ValueTask<RpcReply<EnumerateResponse<SidInformation>>> EnumerateAccountsAsync(
        ILsaHost host, RpcCall call, LsarEnumerateRequest request) => new(Empty<SidInformation>(call, request));

    /// <summary>LsarEnumerateTrustedDomains, [MS-LSAD] 3.1.4.7.8, and its Ex form, 3.1.4.7.7.</summary>
    public static ValueTask<RpcReply<EnumerateResponse<TrustInformation>>> EnumerateTrustedDomainsAsync(
        ILsaHost host, RpcCall call, LsarEnumerateRequest request) => new(Empty<TrustInformation>(call, request));

    private static RpcReply<EnumerateResponse<T>> Empty<T>(RpcCall call, LsarEnumerateRequest request)
        where T : struct, INdrType
    {
        if (!call.Handles.TryGet<LsaPolicy>(request.PolicyHandle, out var policy))
            return FaultStatus.ContextMismatch;
        var status = policy.Grants(PolicyAccess.ViewLocalInformation) ? NtStatus.NoMoreEntries : NtStatus.AccessDenied;
        return new EnumerateResponse<T> { EnumerationContext = request.EnumerationContext, Status = (uint)status };
    }
}

/// <summary>A pointer to a pointer to RPC_UNICODE_STRING.</summary>
public struct UnicodeStringPointer : INdrType
{
    public UnicodeStringElement? Value;

    public void Marshal(ref NdrCodec ndr) => ndr.Pointer(ref Value);
}

/// <summary>[in] parameters of LsarGetUserName.</summary>
public struct LsarGetUserNameRequest : INdrType
{
    public string? SystemName;
    public UnicodeStringElement? UserName;
    public UnicodeStringPointer? DomainName;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref SystemName);
        ndr.Pointer(ref UserName);
        ndr.Pointer(ref DomainName);
    }
}

/// <summary>[out] parameters of LsarGetUserName.</summary>
public struct LsarGetUserNameResponse : INdrType
{
    public UnicodeStringElement? UserName;
    public UnicodeStringPointer? DomainName;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Pointer(ref UserName);
        ndr.Pointer(ref DomainName);
        ndr.UInt32(ref Status);
    }
}

/// <summary>[in] parameters of LsarEnumerateAccounts and LsarEnumerateTrustedDomains.</summary>
public struct LsarEnumerateRequest : INdrType
{
    public ContextHandle PolicyHandle;
    public uint EnumerationContext;
    public uint PreferedMaximumLength;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.ContextHandle(ref PolicyHandle);
        ndr.UInt32(ref EnumerationContext);
        ndr.UInt32(ref PreferedMaximumLength);
    }
}

/// <summary>[out] parameters of LsarEnumerateAccounts and LsarEnumerateTrustedDomains.</summary>
public struct EnumerateResponse<T> : INdrType where T : struct, INdrType
{
    public uint EnumerationContext;
    public InfoContainer<T> Buffer;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref EnumerationContext);
        ndr.Struct(ref Buffer);
        ndr.UInt32(ref Status);
    }
}
