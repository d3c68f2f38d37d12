using Symbio.Protocol;
using Symbio.Rpc.Ndr;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>LsarLookupSids and its successors, [MS-LSAT] 3.1.4.9 to 3.1.4.11.</summary>
internal static class LookupSidsOperations
{
    /// <summary>LsarLookupSids</summary>
    public static ValueTask<RpcReply<LookupSidsResponse<TranslatedName>>> LookupSidsAsync(
        ILsaHost host, RpcCall call, LsarLookupSidsRequest request) =>
        WithPolicyAsync(host, call, request.PolicyHandle, request.Arguments);

    /// <summary>LsarLookupSids2</summary>
    public static ValueTask<RpcReply<LookupSidsResponse<TranslatedNameEx>>> LookupSids2Async(
        ILsaHost host, RpcCall call, LsarLookupSids2Request request) =>
        WithPolicyAsync(host, call, request.PolicyHandle, request.Arguments);

    /// <summary>LsarLookupSids3: no handle, so only a member's or a controller's secure channel may ask.</summary>
    public static async ValueTask<RpcReply<LookupSidsResponse<TranslatedNameEx>>> LookupSids3Async(
        ILsaHost host, RpcCall call, LsarLookupSids3Request request) =>
        LsarpcInterface.IsSecureChannel(call)
            ? await TranslateAsync(host, call, request.Arguments)
            : new LookupSidsResponse<TranslatedNameEx> { Status = (uint)NtStatus.AccessDenied };

    private static async ValueTask<RpcReply<LookupSidsResponse<T>>> WithPolicyAsync<T>(
        ILsaHost host, RpcCall call, ContextHandle handle, LookupSidsArguments<T> arguments)
        where T : struct, ITranslatedName<T>
    {
        if (!call.Handles.TryGet<LsaPolicy>(handle, out var policy))
            return FaultStatus.ContextMismatch;
        return policy.Grants(PolicyAccess.LookupNames)
            ? await TranslateAsync(host, call, arguments)
            : new LookupSidsResponse<T> { Status = (uint)NtStatus.AccessDenied };
    }

    /// <summary>A SID without a name comes back as text, so that a security dialog has something to show.</summary>
    private static async ValueTask<LookupSidsResponse<T>> TranslateAsync<T>(
        ILsaHost host, RpcCall call, LookupSidsArguments<T> arguments) where T : struct, ITranslatedName<T>
    {
        var sids = arguments.Sids.SidInfo ?? [];
        var domains = new ReferencedDomains();
        var names = new T[sids.Length];
        uint mapped = 0;
        for (int i = 0; i < names.Length; i++)
        {
            if (sids[i].Sid is not { } sid)
                return new LookupSidsResponse<T> { Status = (uint)NtStatus.InvalidParameter };
            if (await AccountTranslator.FindAsync(host, sid, call.CancellationToken) is { } account)
            {
                mapped++;
                names[i] = T.From(account.Use, account.Name, domains.IndexOf(account));
            }
            else
            {
                names[i] = T.From(SidNameUse.Unknown, sid.ToString(), ReferencedDomains.NoDomain);
            }
        }

        return new LookupSidsResponse<T>
        {
            ReferencedDomains = domains.ToList(),
            TranslatedNames = InfoContainer<T>.Of(names),
            MappedCount = mapped,
            Status = (uint)LsarpcInterface.TranslationStatus(mapped, names.Length),
        };
    }
}

/// <summary>The [in] parameters that all of them have.</summary>
public struct LookupSidsArguments<T> : INdrType where T : struct, INdrType
{
    public SidEnumBuffer Sids;
    public InfoContainer<T> TranslatedNames;
    public ushort LookupLevel;
    public uint MappedCount;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Struct(ref Sids);
        ndr.Struct(ref TranslatedNames);
        ndr.UInt16(ref LookupLevel);
        ndr.UInt32(ref MappedCount);
    }
}

/// <summary>[in] parameters of LsarLookupSids.</summary>
public struct LsarLookupSidsRequest : INdrType
{
    public ContextHandle PolicyHandle;
    public LookupSidsArguments<TranslatedName> Arguments;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.ContextHandle(ref PolicyHandle);
        Arguments.Marshal(ref ndr);
    }
}

/// <summary>[in] parameters of LsarLookupSids2.</summary>
public struct LsarLookupSids2Request : INdrType
{
    public ContextHandle PolicyHandle;
    public LookupSidsArguments<TranslatedNameEx> Arguments;
    public uint LookupOptions;
    public uint ClientRevision;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.ContextHandle(ref PolicyHandle);
        Arguments.Marshal(ref ndr);
        ndr.UInt32(ref LookupOptions);
        ndr.UInt32(ref ClientRevision);
    }
}

/// <summary>[in] parameters of LsarLookupSids3.</summary>
public struct LsarLookupSids3Request : INdrType
{
    public LookupSidsArguments<TranslatedNameEx> Arguments;
    public uint LookupOptions;
    public uint ClientRevision;

    public void Marshal(ref NdrCodec ndr)
    {
        Arguments.Marshal(ref ndr);
        ndr.UInt32(ref LookupOptions);
        ndr.UInt32(ref ClientRevision);
    }
}

/// <summary>[out] parameters of all of them.</summary>
public struct LookupSidsResponse<T> : INdrType where T : struct, INdrType
{
    public ReferencedDomainList? ReferencedDomains;
    public InfoContainer<T> TranslatedNames;
    public uint MappedCount;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Pointer(ref ReferencedDomains);
        ndr.Struct(ref TranslatedNames);
        ndr.UInt32(ref MappedCount);
        ndr.UInt32(ref Status);
    }
}
