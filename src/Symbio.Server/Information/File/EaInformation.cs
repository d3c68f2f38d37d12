using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>
/// Extended attributes: FileEaInformation ([MS-FSA] 2.1.5.12.10) and FileFullEaInformation (2.1.5.12.14, 2.1.5.15.8).
/// </summary>
internal static class EaInformation
{
    public static InformationRow SizeRow { get; } =
        InformationRow.QueryOnly<FileEaInformation>(QuerySizeAsync, onPipes: true);

    public static InformationRow FullRow { get; } =
        InformationRow.Both(QueryAsync, SetAsync, minimum: 0, AccessMask.ReadEa, AccessMask.WriteEa);

    private static async ValueTask<NtStatus> QuerySizeAsync(InformationQuery query)
    {
        (NtStatus status, FileStat stat) = await query.GetStatAsync().ConfigureAwait(false);
        return status.IsError ? status : query.Reply(new FileEaInformation(stat.EaSize));
    }

    private static async ValueTask<NtStatus> QueryAsync(InformationQuery query)
    {
        if (!IsSupported(query.Open))
            return NtStatus.EasNotSupported;
        (NtStatus status, IReadOnlyList<ExtendedAttribute> stored) = await query.Open.File
            .GetExtendedAttributesAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        if (query.Request.InputBuffer.IsEmpty)
            return QueryAll(query, stored);
        if (query.Request.InputBuffer.Length > FullEaList.MaxLength)
            return NtStatus.InvalidParameter;
        status = GetEaList.TryRead(query.Request.InputBuffer, out IReadOnlyList<string> names, out _);
        return status != NtStatus.Success ? status : QueryNamed(query, stored, names);
    }

    // In the list's order; a name that the file does not have comes back with an empty value.
    private static NtStatus QueryNamed(
        InformationQuery query, IReadOnlyList<ExtendedAttribute> stored, IReadOnlyList<string> names)
    {
        var present = new Dictionary<string, ExtendedAttribute>(StringComparer.OrdinalIgnoreCase);
        foreach (ExtendedAttribute attribute in stored)
            present.TryAdd(attribute.Name, attribute);
        var entries = new List<FullEaEntry>(names.Count);
        foreach (string name in names)
        {
            entries.Add(
                present.TryGetValue(name, out ExtendedAttribute found) ? ToEntry(found) : new(false, name, default));
        }

        return Reply(query, entries, 0, out _);
    }

    private static NtStatus QueryAll(InformationQuery query, IReadOnlyList<ExtendedAttribute> stored)
    {
        Open open = query.Open;
        int first = open.NextEa;
        if ((query.Request.Flags & QueryInfoFlags.IndexSpecified) != 0)
        {
            // Counts from 1; the one after the last is the end, what is beyond does not exist.
            uint index = query.Request.AdditionalInformation;
            if (index == 0 || index > stored.Count + 1)
                return NtStatus.NonexistentEaEntry;
            first = (int)index - 1;
        }
        else if ((query.Request.Flags & QueryInfoFlags.RestartScan) != 0)
        {
            first = 0;
        }

        if (stored.Count == 0)
            return NtStatus.NoEasOnFile;
        if (first >= stored.Count)
            return NtStatus.NoMoreEas;
        var entries = new List<FullEaEntry>(stored.Count);
        foreach (ExtendedAttribute attribute in stored)
            entries.Add(ToEntry(attribute));
        if ((query.Request.Flags & QueryInfoFlags.ReturnSingleEntry) != 0)
            entries.RemoveRange(first + 1, entries.Count - first - 1);
        NtStatus status = Reply(query, entries, first, out int count);
        open.NextEa = first + count;
        return status;
    }

    // Whole entries only: STATUS_BUFFER_OVERFLOW when some had no room, STATUS_BUFFER_TOO_SMALL when none had.
    private static NtStatus Reply(InformationQuery query, List<FullEaEntry> entries, int first, out int count)
    {
        int needed = (int)Math.Min(query.Limit, FullEaList.Length(entries));
        Memory<byte> payload = query.Context.Response.ReservePayload(QueryInfoResponse.FixedSize, needed);
        var writer = new WireWriter(payload.Span);
        count = FullEaList.WriteFitting(ref writer, entries, first);
        if (count == 0)
            return NtStatus.BufferTooSmall;
        query.Commit(writer.Position);
        return first + count < entries.Count ? NtStatus.BufferOverflow : NtStatus.Success;
    }

    private static async ValueTask<NtStatus> SetAsync(InformationSet set)
    {
        if (!IsSupported(set.Open))
            return NtStatus.EasNotSupported;
        if (set.Request.Buffer.Length > FullEaList.MaxLength)
            return NtStatus.EaTooLarge;
        NtStatus status = FullEaList.TryRead(set.Request.Buffer, out IReadOnlyList<FullEaEntry> entries, out _);
        if (status != NtStatus.Success)
            return status;
        var attributes = new ExtendedAttribute[entries.Count];
        for (int i = 0; i < attributes.Length; i++)
            attributes[i] = new ExtendedAttribute(entries[i].Name, entries[i].Value, entries[i].IsCritical);
        status = await set.Open
            .ChangeAsync(file => file.SetExtendedAttributesAsync(attributes, CancellationToken.None)).ConfigureAwait(false);
        if (status.IsSuccess)
            set.Open.Modified(CompletionFilter.Ea);
        return status;
    }

    private static FullEaEntry ToEntry(in ExtendedAttribute attribute) =>
        new(attribute.NeedEa, attribute.Name, attribute.Value);

    private static bool IsSupported(Open open) =>
        (open.Tree.Share.Store.Capabilities & StoreCapabilities.ExtendedAttributes) != 0;
}
