using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;

namespace Symbio.Server.Commands;

/// <summary>Handles a parsed request; the status goes into the response's header.</summary>
/// <remarks>
/// A handler that wrote no body gets an ERROR response. A body it wrote is sent when the status is a success or a
/// warning, and with <see cref="NtStatus.MoreProcessingRequired"/>.
/// </remarks>
internal delegate ValueTask<NtStatus> CommandHandler<TRequest>(RequestContext context, TRequest request)
    where TRequest : struct, IRequest<TRequest>;

/// <summary>Bytes that count for CreditCharge, [MS-SMB2] 3.3.5.2.5: the larger of what is sent and what is to be answered.</summary>
internal delegate uint PayloadSize<TRequest>(in TRequest request)
    where TRequest : struct, IRequest<TRequest>;

/// <summary>One row of the dispatch table.</summary>
internal sealed class CommandEntry
{
    private CommandEntry(Func<RequestContext, ValueTask<NtStatus>> handle) => Handle = handle;

    /// <summary>Parses, checks the credit charge, and handles.</summary>
    public Func<RequestContext, ValueTask<NtStatus>> Handle { get; }

    /// <summary>The request needs a session, [MS-SMB2] 3.3.5.2.9.</summary>
    public bool NeedsSession { get; init; } = true;

    /// <summary>The request needs a tree, [MS-SMB2] 3.3.5.2.11.</summary>
    public bool NeedsTree { get; init; } = true;

    /// <summary>Served although the session has expired, [MS-SMB2] 3.3.5.2.9.</summary>
    public bool AllowedWhenExpired { get; init; }

    /// <summary>Nothing else of the connection is received until it is done: it changes the connection's own state.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>A row for a request type.</summary>
    public static CommandEntry For<TRequest>(
        CommandHandler<TRequest> handler, PayloadSize<TRequest>? payloadSize = null,
        bool needsSession = true, bool needsTree = true, bool allowedWhenExpired = false, bool isExclusive = false)
        where TRequest : struct, IRequest<TRequest>
    {
        ValueTask<NtStatus> Handle(RequestContext context)
        {
            var reader = new WireReader(context.Message, Smb2Header.Size);
            if (!TRequest.TryRead(ref reader, out TRequest request))
                return new(NtStatus.InvalidParameter);
            if (payloadSize is not null && !context.Connection.IsChargeEnough(context.Header, payloadSize(request)))
                return new(NtStatus.InvalidParameter);
            return handler(context, request);
        }

        return new CommandEntry(Handle)
        {
            NeedsSession = needsSession,
            NeedsTree = needsTree,
            AllowedWhenExpired = allowedWhenExpired,
            IsExclusive = isExclusive,
        };
    }
}
