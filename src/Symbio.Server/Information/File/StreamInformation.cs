using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Storage;

namespace Symbio.Server.Information.File;

/// <summary>FileStreamInformation, [MS-FSA] 2.1.5.12.31: every data stream with its sizes.</summary>
internal static class StreamInformation
{
    private const string Unnamed = "::$DATA";

    public static InformationRow Row { get; } = InformationRow.QueryOnly(QueryAsync, StreamListWriter.MinimumLength);

    private static async ValueTask<NtStatus> QueryAsync(InformationQuery query)
    {
        IStoreFile file = query.Open.File;
        (NtStatus status, IReadOnlyList<StoreStream> streams) = query.Open.Tree.Share.HasStreams
            ? await file.GetStreamsAsync(CancellationToken.None).ConfigureAwait(false)
            : (NtStatus.Success, []);
        if (status.IsError)
            return status;
        streams = await AppleStreams.SelectAsync(query.Open.Tree, file, streams).ConfigureAwait(false);
        (status, StoreStream? unnamed) = await GetUnnamedAsync(query, file).ConfigureAwait(false);
        return status.IsError ? status : Write(query, unnamed, streams);
    }

    // The unnamed stream; a directory has none. Seen from a named stream, its size is not at hand: the file's own is asked.
    private static async ValueTask<(NtStatus Status, StoreStream? Stream)> GetUnnamedAsync(
        InformationQuery query, IStoreFile file)
    {
        NtStatus status;
        FileStat stat;
        if (file.StreamName.Length == 0)
        {
            (status, stat) = await file.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            (status, IStoreFile? owner) = await query.Open.Tree.Share.Files
                .OpenAsync(file.Path, new StoreOpenOptions(StoreAccess.None), query.Open.Tree.Caller, CancellationToken.None)
                .ConfigureAwait(false);
            if (status.IsError)
                return (status, null);
            await using (owner!.ConfigureAwait(false))
                (status, stat) = await owner!.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return status.IsError || stat.IsDirectory
            ? (status, null)
            : (status, new StoreStream(Unnamed, stat.EndOfFile, stat.AllocationSize));
    }

    private static NtStatus Write(InformationQuery query, StoreStream? unnamed, IReadOnlyList<StoreStream> streams)
    {
        var writer = default(StreamListWriter);
        Span<byte> buffer = query.Context.Response
            .ReservePayload(QueryInfoResponse.FixedSize, Math.Min(query.Limit, MaxLength(streams))).Span;
        bool fits = unnamed is not { } first
            || writer.TryAppend(buffer, Unnamed, (long)first.EndOfFile, (long)first.AllocationSize);
        for (int i = 0; fits && i < streams.Count; i++)
        {
            StoreStream stream = streams[i];
            fits = writer.TryAppend(
                buffer, $":{stream.Name}:$DATA", (long)stream.EndOfFile, (long)stream.AllocationSize);
        }

        query.Commit(writer.Length);
        return fits ? NtStatus.Success : NtStatus.BufferOverflow;
    }

    private static int MaxLength(IReadOnlyList<StoreStream> streams)
    {
        const int Extra = StreamListWriter.FixedLength + (7 * sizeof(char)) + 7; // ":" and ":$DATA", and padding.
        int length = Extra;
        foreach (StoreStream stream in streams)
            length += Extra + (stream.Name.Length * sizeof(char));
        return length;
    }
}
