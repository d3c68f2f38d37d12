using System.Buffers;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Server.Connections;
using Symbio.Server.Information;
using Symbio.Server.Information.File;
using Symbio.Server.Sessions;
using Symbio.Server.Trees;
using Symbio.Storage;
using StoredEntry = Symbio.Storage.DirectoryEntry;
using WireEntry = Symbio.Protocol.Fscc.DirectoryEntry;

namespace Symbio.Server.Opens;

/// <summary>
/// The enumeration of a directory through one open, [MS-FSA] 2.1.5.6.3: Open.EnumerationLocation and
/// Open.EnumerationSearchPattern of [MS-SMB2] 3.3.1.10. Queries take turns; what was read from the store and did not fit
/// into one answer is the beginning of the next, so that each entry is told exactly once.
/// </summary>
/// <param name="isPosix">Names are told, and looked for, as POSIX clients spell them.</param>
internal sealed class DirectoryListing(IStoreFile directory, WorkScheduler scheduler, bool isPosix) : IAsyncDisposable
{
    // Entries that are read from the store at once: as many as there is likely to be room for, so that one answer takes one
    // way to the store and back, and little grows stale while a slow client reads on.
    private const int LargestBatch = 512;
    private const int LittleBatch = 8; // For who has left too many listings unfinished.
    private const int UsualEntry = 128; // Bytes of an answer.

    // All that any class shows: entries that wait may be asked for by another class than the one they were read for.
    private const DirectoryFields Fields = DirectoryFields.Stat | DirectoryFields.EaSize;

    private readonly IDirectoryEnumerator _enumerator = directory.Enumerate();
    private readonly Turn _turn = new(scheduler);
    private NamePattern? _pattern;
    private StoredEntry[]? _batch;
    private Session? _ahead; // In which this has a place among the listings that read ahead.
    private int _next;
    private int _count;
    private bool _hasAnswered;
    private bool _isDisposed;
    private CancellationTokenSource _search = new(); // Of the search under way.
    private int _isEnding;

    /// <summary>Writes the next entries into the response frame.</summary>
    public async ValueTask<NtStatus> ReadAsync(RequestContext context, QueryDirectoryRequest request, string pattern)
    {
        await _turn.EnterAsync().ConfigureAwait(false);
        try
        {
            if (_isDisposed)
                return NtStatus.FileClosed;
            Prepare(request.Flags, pattern, context.Tree.Share);
            NtStatus status = await FillAsync(context, request).ConfigureAwait(false);
            _hasAnswered |= status != NtStatus.Cancelled;
            return status;
        }
        finally
        {
            _turn.Leave();
        }
    }

    /// <summary>
    /// The open ends: who looks for a name that is not there in a directory of a million is not to be waited for, nor to keep the
    /// store busy for nobody.
    /// </summary>
    public void Stop()
    {
        Interlocked.Exchange(ref _isEnding, 1);
        Volatile.Read(ref _search).Cancel();
    }

    /// <summary>Waits for the query under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.EnterAsync().ConfigureAwait(false);
        try
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            ReturnBatch();
            LeavePlace();
            await _enumerator.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Leave();
        }
    }

    // SMB2_INDEX_SPECIFIED needs no case of its own: entries have no index here (FileIndex is 0, as on NTFS), so that
    // there is none to go on from but where the last answer ended.
    private void Prepare(QueryDirectoryFlags flags, string pattern, Share share)
    {
        bool reopen = (flags & QueryDirectoryFlags.Reopen) != 0;
        bool restart = reopen || (flags & QueryDirectoryFlags.RestartScans) != 0;
        if (reopen)
            _hasAnswered = false;
        if (restart)
        {
            _enumerator.Restart();
            _next = _count = 0;
        }

        // The pattern of the first query holds until the scan starts anew with another one.
        if (_pattern is null || (restart && pattern.Length > 0))
            _pattern = pattern is "" or "*" ? NamePattern.All : CreatePattern(pattern, share);
    }

    private NamePattern CreatePattern(string pattern, Share share)
    {
        var created = new NamePattern(pattern, share.HasShortNames && !isPosix);
        return isPosix && created.IsLiteral ? new NamePattern(share.Files.FromPosixName(pattern)) : created;
    }

    private async ValueTask<NtStatus> FillAsync(RequestContext context, QueryDirectoryRequest request)
    {
        bool single = (request.Flags & QueryDirectoryFlags.ReturnSingleEntry) != 0;
        var informationClass = (FileInformationClass)request.FileInformationClass;
        var writer = new DirectoryEntryWriter(informationClass);
        Memory<byte> payload = context.Response.ReservePayload(
            QueryDirectoryResponse.FixedSize, (int)request.OutputBufferLength);
        do
        {
            if (_next == _count)
            {
                int wanted = single ? 1 : Math.Clamp((payload.Length - writer.Length) / UsualEntry, 1, LargestBatch);
                NtStatus status = await ReadBatchAsync(context, wanted).ConfigureAwait(false);
                if (status.IsError && writer.Count == 0)
                    return status;
                if (status.IsError || _count == 0)
                    break;
            }

            StoredEntry entry = _batch![_next];
            if (isPosix)
                entry = entry with { Name = context.Tree.Share.Files.ToPosixName(entry.Name) };
            AppleEntry? apple = context.Tree.HasAppleListings && informationClass == FileInformationClass.IdBothDirectory
                ? await AppleListing.DescribeAsync(context, directory.Path, entry).ConfigureAwait(false)
                : null;
            if (!TryAppend(ref writer, payload.Span, ToWire(entry) with { Apple = apple }, entry.Name, context))
            {
                if (writer.Count > 0)
                    break;
                Commit(context, WriteTruncated(informationClass, ToWire(entry), entry.Name, payload.Span));
                return NtStatus.BufferOverflow;
            }

            _next++;
        }
        while (!single);

        if (writer.Count == 0)
            return _hasAnswered ? NtStatus.NoMoreFiles : NtStatus.NoSuchFile;
        Commit(context, writer.Length);
        return NtStatus.Success;
    }

    private static bool TryAppend(
        ref DirectoryEntryWriter writer, Span<byte> payload, in WireEntry entry, string name, RequestContext context)
    {
        Span<char> generated = stackalloc char[ShortName.MaxLength];
        bool shortNames = writer.HasShortName && context.Tree.Share.HasShortNames;
        int length = shortNames ? ShortName.Generate(name, generated) : 0;
        return writer.TryAppend(payload, entry, name, generated[..length]);
    }

    private static void Commit(RequestContext context, int length) => context.Response.Commit(
        new QueryDirectoryResponse((uint)length, default), QueryDirectoryResponse.FixedSize, length);

    private async ValueTask<NtStatus> ReadBatchAsync(RequestContext context, int count)
    {
        if (_ahead is null && !TryTakePlace(context.Session))
        {
            _enumerator.KeepLittle();
            count = Math.Min(count, LittleBatch);
        }

        if (_batch is null || _batch.Length < count)
        {
            ReturnBatch();
            _batch = ArrayPool<StoredEntry>.Shared.Rent(count);
        }

        (NtStatus status, int shown) = await SearchAsync(context, count).ConfigureAwait(false);
        _next = 0;
        _count = status.IsError ? 0 : shown;
        if (_count == 0)
            ReturnBatch(); // The directory may stay open for long.
        if (_count == 0 && !status.IsError)
            LeavePlace();
        return status;
    }

    private bool TryTakePlace(Session session)
    {
        if (!session.TryAddListing(session.Connection.Server.Options.Limits.MaxListingsPerSession))
            return false;
        _ahead = session;
        return true;
    }

    private void LeavePlace()
    {
        _ahead?.RemoveListing();
        _ahead = null;
    }

    // What one batch takes is bounded by what is found, not by what has to be looked at: it ends with a CANCEL, with the open,
    // with the session and with the connection.
    private async ValueTask<(NtStatus Status, int Shown)> SearchAsync(RequestContext context, int count)
    {
        CancellationToken cancelled = BeginSearch();
        PendingRequests requests = context.Connection.Pending;
        if (requests.TryAddCancellable(context.Header.MessageId, context.Session.SessionId) is not { } request)
            return (NtStatus.Cancelled, 0);
        try
        {
            using (request.Token.UnsafeRegister(static listing => ((DirectoryListing)listing!)._search.Cancel(), this))
                return await SearchAsync(context, count, cancelled).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            return (_isEnding != 0 ? NtStatus.FileClosed : NtStatus.Cancelled, 0);
        }
        finally
        {
            requests.Remove(request);
        }
    }

    private async ValueTask<(NtStatus Status, int Shown)> SearchAsync(
        RequestContext context, int count, CancellationToken cancellationToken)
    {
        NtStatus status;
        int read, shown;
        do
        {
            (status, read) = await _enumerator
                .ReadAsync(_pattern!, Fields, _batch.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            shown = read;
            if (context.Tree.Share.IsAccessBased && !status.IsError)
                shown = await ReadableEntries.SelectAsync(context, directory, _batch.AsMemory(0, read)).ConfigureAwait(false);
        }
        while (!status.IsError && read > 0 && shown == 0);
        return (status, shown);
    }

    private CancellationToken BeginSearch()
    {
        if (_search.IsCancellationRequested)
            Interlocked.Exchange(ref _search, new CancellationTokenSource()); // That was another query's.
        CancellationToken cancelled = _search.Token;
        if (Volatile.Read(ref _isEnding) != 0) // Who ends says so first: one of the two sees the other.
            _search.Cancel();
        return cancelled;
    }

    private void ReturnBatch()
    {
        if (_batch is not null)
            ArrayPool<StoredEntry>.Shared.Return(_batch, clearArray: true);
        _batch = null;
    }

    // The first entry alone is too long: as much of it as the client takes. It stays, for a larger buffer to come.
    private static int WriteTruncated(
        FileInformationClass informationClass, in WireEntry entry, string name, Span<byte> payload)
    {
        var writer = new DirectoryEntryWriter(informationClass);
        byte[] whole = new byte[writer.NameOffset(entry) + (name.Length * sizeof(char))];
        writer.TryAppend(whole, entry, name);
        whole.AsSpan(0, payload.Length).CopyTo(payload);
        return payload.Length;
    }

    private WireEntry ToWire(in StoredEntry entry) => new()
    {
        CreationTime = entry.Stat.CreationTime,
        LastAccessTime = entry.Stat.LastAccessTime,
        LastWriteTime = entry.Stat.LastWriteTime,
        ChangeTime = entry.Stat.ChangeTime,
        EndOfFile = (long)entry.Stat.EndOfFile,
        AllocationSize = (long)entry.Stat.AllocationSize,
        FileAttributes = WireAttributes.ForFile(entry.Stat.Attributes),
        EaSize = entry.Stat.EaSize,
        ReparseTag = (ReparseTag)entry.Stat.ReparseTag,
        FileId = entry.Stat.FileId,
        FileId128 = entry.Stat.FileId,
        DeviceId = entry.Stat.Posix?.Device ?? 0,
        Posix = isPosix ? PosixInformation.PropertiesOf(entry.Stat) : default,
    };
}
