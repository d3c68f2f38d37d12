using Symbio.Protocol;
using Symbio.Rpc.Ndr;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>LsarLookupNames and its successors, [MS-LSAT] 3.1.4.5 to 3.1.4.8. They differ in what they return.</summary>
internal static class LookupNamesOperations
{
    /// <summary>LsarLookupNames</summary>
    public static ValueTask<RpcReply<LookupNamesResponse<TranslatedSid>>> LookupNamesAsync(
        ILsaHost host, RpcCall call, LsarLookupNamesRequest request) =>
        WithPolicyAsync(host, call, request.PolicyHandle, request.Arguments);

    /// <summary>LsarLookupNames2</summary>
    public static ValueTask<RpcReply<LookupNamesResponse<TranslatedSidEx>>> LookupNames2Async(
        ILsaHost host, RpcCall call, LsarLookupNames2Request<TranslatedSidEx> request) =>
        WithPolicyAsync(host, call, request.PolicyHandle, request.Arguments);

    /// <summary>LsarLookupNames3</summary>
    public static ValueTask<RpcReply<LookupNamesResponse<TranslatedSidEx2>>> LookupNames3Async(
        ILsaHost host, RpcCall call, LsarLookupNames2Request<TranslatedSidEx2> request) =>
        WithPolicyAsync(host, call, request.PolicyHandle, request.Arguments);

    /// <summary>LsarLookupNames4: no handle, so only a member's or a controller's secure channel may ask.</summary>
    public static async ValueTask<RpcReply<LookupNamesResponse<TranslatedSidEx2>>> LookupNames4Async(
        ILsaHost host, RpcCall call, LsarLookupNames4Request request) =>
        LsarpcInterface.IsSecureChannel(call)
            ? await TranslateAsync(host, call, request.Arguments)
            : new LookupNamesResponse<TranslatedSidEx2> { Status = (uint)NtStatus.AccessDenied };

    private static async ValueTask<RpcReply<LookupNamesResponse<T>>> WithPolicyAsync<T>(
        ILsaHost host, RpcCall call, ContextHandle handle, LookupNamesArguments<T> arguments)
        where T : struct, ITranslatedSid<T>
    {
        if (!call.Handles.TryGet<LsaPolicy>(handle, out var policy))
            return FaultStatus.ContextMismatch;
        return policy.Grants(PolicyAccess.LookupNames)
            ? await TranslateAsync(host, call, arguments)
            : new LookupNamesResponse<T> { Status = (uint)NtStatus.AccessDenied };
    }

    private static async ValueTask<LookupNamesResponse<T>> TranslateAsync<T>(
        ILsaHost host, RpcCall call, LookupNamesArguments<T> arguments) where T : struct, ITranslatedSid<T>
    {
        var domains = new ReferencedDomains();
        var sids = new T[arguments.Names.Length];
        uint mapped = 0;
        for (int i = 0; i < sids.Length; i++)
        {
            var account = await AccountTranslator.FindAsync(host, arguments.Names[i].Value, call.CancellationToken);
            mapped += account is null ? 0u : 1;
            sids[i] = T.From(account, account is null ? ReferencedDomains.NoDomain : domains.IndexOf(account));
        }

        return new LookupNamesResponse<T>
        {
            ReferencedDomains = domains.ToList(),
            TranslatedSids = InfoContainer<T>.Of(sids),
            MappedCount = mapped,
            Status = (uint)LsarpcInterface.TranslationStatus(mapped, sids.Length),
        };
    }
}

/// <summary>The [in] parameters that all of them have.</summary>
public struct LookupNamesArguments<T> : INdrType where T : struct, INdrType
{
    /// <summary>[range(0, 1000)]</summary>
    public const int MaxNames = 1000;

    public UnicodeStringElement[] Names;
    public InfoContainer<T> TranslatedSids;
    public ushort LookupLevel;
    public uint MappedCount;

    public void Marshal(ref NdrCodec ndr)
    {
        Names ??= [];
        uint count = (uint)Names.Length;
        ndr.UInt32(ref count);
        ndr.Array(ref Names, MaxNames);
        ndr.Expect(count == (uint)Names.Length);
        ndr.Struct(ref TranslatedSids);
        ndr.UInt16(ref LookupLevel);
        ndr.UInt32(ref MappedCount);
    }
}

/// <summary>[in] parameters of LsarLookupNames.</summary>
public struct LsarLookupNamesRequest : INdrType
{
    public ContextHandle PolicyHandle;
    public LookupNamesArguments<TranslatedSid> Arguments;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.ContextHandle(ref PolicyHandle);
        Arguments.Marshal(ref ndr);
    }
}

/// <summary>[in] parameters of LsarLookupNames2 and LsarLookupNames3.</summary>
public struct LsarLookupNames2Request<T> : INdrType where T : struct, INdrType
{
    public ContextHandle PolicyHandle;
    public LookupNamesArguments<T> Arguments;
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

/// <summary>[in] parameters of LsarLookupNames4.</summary>
public struct LsarLookupNames4Request : INdrType
{
    public LookupNamesArguments<TranslatedSidEx2> Arguments;
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
public struct LookupNamesResponse<T> : INdrType where T : struct, INdrType
{
    public ReferencedDomainList? ReferencedDomains;
    public InfoContainer<T> TranslatedSids;
    public uint MappedCount;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Pointer(ref ReferencedDomains);
        ndr.Struct(ref TranslatedSids);
        ndr.UInt32(ref MappedCount);
        ndr.UInt32(ref Status);
    }
}
