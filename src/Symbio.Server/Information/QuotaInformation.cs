using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage;

namespace Symbio.Server.Information;

/// <summary>
/// SMB2_0_INFO_QUOTA, [MS-SMB2] 3.3.5.20.4 and 3.3.5.21.4. Everybody may ask for their own; those of others are for
/// administrators, as is setting them. Where no quotas are kept, well-formed requests are answered STATUS_NOT_SUPPORTED.
/// </summary>
internal static class QuotaInformation
{
    private const long NoLimit = -1;
    private const long Remove = -2;

    // Entries that are read from the store at once.
    private const int BatchSize = 64;

    public static async ValueTask<NtStatus> QueryAsync(InformationQuery query)
    {
        if (!QueryQuotaInfo.TryRead(query.Request.InputBuffer, out QueryQuotaInfo request))
            return NtStatus.InvalidParameter;
        if (StoreOf(query.Open) is not { } store)
            return NtStatus.NotSupported;
        SecurityToken token = query.Open.Session.Identity!.Token;
        bool ownOnly = request.Sids.Count > 0 && request.Sids.All(token.Contains);
        if (!ownOnly && !IsAdministrator(token))
            return NtStatus.AccessDenied;
        return request.Sids.Count > 0
            ? await ReplyOfAsync(query, store, request).ConfigureAwait(false)
            : await ReplyNextAsync(query, store, request).ConfigureAwait(false);
    }

    public static async ValueTask<NtStatus> SetAsync(InformationSet set)
    {
        if (!QuotaList.TryRead(set.Request.Buffer, out IReadOnlyList<QuotaEntry> entries))
            return NtStatus.InvalidParameter;
        if (StoreOf(set.Open) is not { } store)
            return NtStatus.NotSupported;
        if (set.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        if (!IsAdministrator(set.Token))
            return NtStatus.AccessDenied;
        if (entries.Any(e => e.QuotaLimit < Remove || e.QuotaThreshold < Remove))
            return NtStatus.InvalidParameter;
        foreach (QuotaEntry entry in entries)
        {
            bool removes = entry.QuotaLimit == Remove;
            var quota = new StoreQuota(
                entry.Sid, 0, removes ? null : FromWire(entry.QuotaThreshold), removes ? null : FromWire(entry.QuotaLimit));
            NtStatus status = await store.SetQuotaAsync(quota, CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return status;
        }

        return NtStatus.Success;
    }

    private static IQuotaStore? StoreOf(Opens.Open open) =>
        open.Pipe is null && (open.Tree.Share.Store.Capabilities & StoreCapabilities.Quotas) != 0
            ? open.Tree.Share.Store as IQuotaStore
            : null;

    private static bool IsAdministrator(SecurityToken token) => token.Contains(Sid.BuiltinAdministrators);

    private static async ValueTask<NtStatus> ReplyOfAsync(InformationQuery query, IQuotaStore store, QueryQuotaInfo request)
    {
        var entries = new List<QuotaEntry>();
        int length = 0;
        foreach (Sid sid in request.Sids)
        {
            // What has no room is not asked for: a request has room for very many more SIDs than its answer for entries.
            length = QuotaList.LengthWith(length, sid);
            if (length > query.Limit)
                break;
            (NtStatus status, StoreQuota quota) = await store
                .GetQuotaAsync(sid, CancellationToken.None).ConfigureAwait(false);
            if (status == NtStatus.NoneMapped) // NTFS, too, has an answer for those that it does not know.
                quota = new StoreQuota(sid, 0, null, null);
            else if (status.IsError)
                return status;
            entries.Add(ToWire(quota));
            if (request.ReturnSingle)
                break;
        }

        return Reply(query, entries, out _);
    }

    // Goes on where the last query of this open ended.
    private static async ValueTask<NtStatus> ReplyNextAsync(InformationQuery query, IQuotaStore store, QueryQuotaInfo request)
    {
        Sid? after = request.StartSid ?? (request.RestartScan ? null : query.Open.QuotaPosition);
        (NtStatus status, IReadOnlyList<StoreQuota> quotas) = await store
            .ListQuotasAsync(after, request.ReturnSingle ? 1 : BatchSize, CancellationToken.None).ConfigureAwait(false);
        if (status.IsWarning || status.IsError)
            return status;
        status = Reply(query, [.. quotas.Select(ToWire)], out int told);
        if (told > 0)
            query.Open.QuotaPosition = quotas[told - 1].Account;
        return status;
    }

    private static NtStatus Reply(InformationQuery query, IReadOnlyList<QuotaEntry> entries, out int told)
    {
        int length = entries.Aggregate(0, (length, entry) => QuotaList.LengthWith(length, entry.Sid));
        byte[] bytes = new byte[Math.Min(length, query.Limit)];
        var writer = new WireWriter(bytes);
        told = QuotaList.WriteFitting(ref writer, entries);
        return told == 0 ? NtStatus.BufferTooSmall : query.Reply(bytes.AsSpan(0, writer.Position));
    }

    private static QuotaEntry ToWire(StoreQuota quota) => new(
        quota.Account, FileTime.None, (long)Math.Min(quota.Used, long.MaxValue), ToWire(quota.Threshold), ToWire(quota.Limit));

    private static long ToWire(ulong? limit) => limit is { } bytes ? (long)Math.Min(bytes, long.MaxValue) : NoLimit;

    private static ulong? FromWire(long limit) => limit < 0 ? null : (ulong)limit;
}
