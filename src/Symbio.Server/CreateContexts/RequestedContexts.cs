using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage;

namespace Symbio.Server.CreateContexts;

/// <summary>
/// The create contexts of a request that this server acts on, [MS-SMB2] 2.2.13.2. Unknown ones are ignored, as the
/// section says; so are those of features that are not offered.
/// </summary>
internal sealed class RequestedContexts
{
    private static readonly RequestedContexts None = new();

    /// <summary>SMB2_CREATE_EA_BUFFER</summary>
    public IReadOnlyList<ExtendedAttribute> ExtendedAttributes { get; private set; } = [];

    /// <summary>SMB2_CREATE_SD_BUFFER</summary>
    public SecurityDescriptor? SecurityDescriptor { get; private set; }

    /// <summary>SMB2_CREATE_ALLOCATION_SIZE</summary>
    public ulong AllocationSize { get; private set; }

    /// <summary>SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST</summary>
    public QueryMaximalAccessRequest? MaximalAccess { get; private set; }

    /// <summary>SMB2_CREATE_QUERY_ON_DISK_ID</summary>
    public bool OnDiskId { get; private set; }

    /// <summary>SMB2_CREATE_REQUEST_LEASE, with what only the second version has empty.</summary>
    public LeaseV2? Lease { get; private set; }

    /// <summary>SMB2_CREATE_REQUEST_LEASE_V2</summary>
    public bool IsLeaseV2 { get; private set; }

    /// <summary>SMB2_CREATE_DURABLE_HANDLE_REQUEST</summary>
    public bool WantsDurable { get; private set; }

    /// <summary>SMB2_CREATE_DURABLE_HANDLE_RECONNECT</summary>
    public DurableHandleReconnect? Reconnect { get; private set; }

    /// <summary>SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2</summary>
    public DurableHandleRequestV2? DurableV2 { get; private set; }

    /// <summary>SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2</summary>
    public DurableHandleReconnectV2? ReconnectV2 { get; private set; }

    /// <summary>The request is for an open that its client lost.</summary>
    public bool Reconnects => Reconnect is not null || ReconnectV2 is not null;

    /// <summary>SMB2_CREATE_APP_INSTANCE_ID</summary>
    public AppInstanceId? Application { get; private set; }

    /// <summary>SMB2_CREATE_APP_INSTANCE_VERSION</summary>
    public AppInstanceVersion? ApplicationVersion { get; private set; }

    /// <summary>It is there, whether the dialect knows it or not.</summary>
    public bool NamesApplicationVersion { get; private set; }

    /// <summary>SMB2_CREATE_POSIX_EXTENSIONS; it counts only where <see cref="PosixOpens"/> says so.</summary>
    public PosixCreateRequest? Posix { get; private set; }

    /// <summary>Apple's AAPL context with the command kAAPL_SERVER_QUERY.</summary>
    public AaplServerQuery? Apple { get; private set; }

    /// <summary>SMB2_CREATE_TIMEWARP_TOKEN: the moment whose snapshot is wanted.</summary>
    public FileTime? Timewarp { get; private set; }

    /// <summary>Reads those that the dialect knows.</summary>
    public static NtStatus Read(CreateContextList list, Dialect dialect, out RequestedContexts contexts)
    {
        contexts = None;
        if (list.Bytes.IsEmpty)
            return NtStatus.Success;
        contexts = new RequestedContexts();
        foreach (CreateContext context in list)
        {
            contexts.NamesApplicationVersion |= context.Is(CreateContextName.AppInstanceVersion);
            if (dialect < FirstDialectOf(context))
                continue;
            NtStatus status = contexts.Add(context);
            if (status != NtStatus.Success)
                return status;
        }

        return contexts.CheckDurable();
    }

    // [MS-SMB2] 2.2.13.2: "valid only for"; 3.3.5.9.8 and 3.3.5.9.10 to 3.3.5.9.13 say that others ignore them.
    private static Dialect FirstDialectOf(in CreateContext context)
    {
        if (context.Is(CreateContextName.RqLs))
            return Dialect.Smb210;
        if (context.Is(CreateContextName.AppInstanceVersion))
            return Dialect.Smb311;
        return context.Is(CreateContextName.DH2Q) || context.Is(CreateContextName.DH2C)
            || context.Is(CreateContextName.AppInstanceId)
            ? Dialect.Smb300
            : Dialect.None;
    }

    // [MS-SMB2] 3.3.5.9.6, 3.3.5.9.7, 3.3.5.9.10 and 3.3.5.9.12: which of them go together.
    private NtStatus CheckDurable()
    {
        bool second = DurableV2 is not null || ReconnectV2 is not null;
        return ((WantsDurable || Reconnect is not null) && second) || (DurableV2 is not null && ReconnectV2 is not null)
            ? NtStatus.InvalidParameter
            : NtStatus.Success;
    }

    private NtStatus Add(in CreateContext context)
    {
        if (context.Is(CreateContextName.ExtA))
            return AddExtendedAttributes(context.Data);
        if (context.Is(CreateContextName.SecD))
        {
            if (!Protocol.Dtyp.SecurityDescriptor.TryRead(context.Data, out SecurityDescriptor? descriptor))
                return NtStatus.InvalidParameter;
            SecurityDescriptor = descriptor;
        }
        else if (context.Is(CreateContextName.AlSi))
        {
            if (!Protocol.Smb2.AllocationSize.TryRead(context.Data, out AllocationSize allocation))
                return NtStatus.InvalidParameter;
            AllocationSize = allocation.Size;
        }
        else if (context.Is(CreateContextName.MxAc))
        {
            if (!QueryMaximalAccessRequest.TryRead(context.Data, out QueryMaximalAccessRequest maximal))
                return NtStatus.InvalidParameter;
            MaximalAccess = maximal;
        }
        else if (context.Is(CreateContextName.QFid))
        {
            OnDiskId = true;
        }
        else if (context.Is(CreateContextName.RqLs))
        {
            return AddLease(context.Data);
        }
        else if (context.Is(CreateContextName.DHnQ))
        {
            WantsDurable = true;
        }
        else if (context.Is(CreateContextName.DHnC))
        {
            if (!DurableHandleReconnect.TryRead(context.Data, out DurableHandleReconnect reconnect))
                return NtStatus.InvalidParameter;
            Reconnect = reconnect;
        }
        else if (context.Is(CreateContextName.DH2Q))
        {
            if (!DurableHandleRequestV2.TryRead(context.Data, out DurableHandleRequestV2 request))
                return NtStatus.InvalidParameter;
            DurableV2 = request;
        }
        else if (context.Is(CreateContextName.DH2C))
        {
            if (!DurableHandleReconnectV2.TryRead(context.Data, out DurableHandleReconnectV2 reconnect))
                return NtStatus.InvalidParameter;
            ReconnectV2 = reconnect;
        }
        else if (context.Is(CreateContextName.AppInstanceId))
        {
            if (!Protocol.Smb2.AppInstanceId.TryRead(context.Data, out AppInstanceId application))
                return NtStatus.InvalidParameter;
            Application = application;
        }
        else if (context.Is(CreateContextName.AppInstanceVersion))
        {
            if (!Protocol.Smb2.AppInstanceVersion.TryRead(context.Data, out AppInstanceVersion version))
                return NtStatus.InvalidParameter;
            ApplicationVersion = version;
        }
        else if (context.Is(CreateContextName.TWrp))
        {
            if (!TimewarpToken.TryRead(context.Data, out TimewarpToken token))
                return NtStatus.InvalidParameter;
            Timewarp = token.Timestamp;
        }
        else if (context.Is(CreateContextName.Posix))
        {
            if (!PosixCreateRequest.TryRead(context.Data, out PosixCreateRequest posix))
                return NtStatus.InvalidParameter;
            Posix = posix;
        }
        else if (context.Is(CreateContextName.Aapl) && AaplServerQuery.TryRead(context.Data, out AaplServerQuery apple))
        {
            Apple = apple;
        }

        return NtStatus.Success;
    }

    // [MS-SMB2] 2.2.13.2.8 and 2.2.13.2.10: one name, told apart by their length.
    private NtStatus AddLease(ReadOnlyMemory<byte> data)
    {
        if (LeaseV1.TryRead(data, out LeaseV1 first))
            Lease = new LeaseV2(first.LeaseKey, first.LeaseState, LeaseFlags.None, Guid.Empty, 0);
        else if (LeaseV2.TryRead(data, out LeaseV2 second))
            (Lease, IsLeaseV2) = (second, true);
        else
            return NtStatus.InvalidParameter;
        return NtStatus.Success;
    }

    private NtStatus AddExtendedAttributes(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty)
            return NtStatus.Success;
        if (data.Length > FullEaList.MaxLength)
            return NtStatus.EaTooLarge;
        NtStatus status = FullEaList.TryRead(data, out IReadOnlyList<FullEaEntry> entries, out _);
        if (status != NtStatus.Success)
            return status;
        ExtendedAttributes = [.. entries.Select(e => new ExtendedAttribute(e.Name, e.Value, e.IsCritical))];
        return NtStatus.Success;
    }
}
