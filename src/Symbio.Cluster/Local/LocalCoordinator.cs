using System.Collections.Concurrent;
using Symbio.Protocol;

namespace Symbio.Cluster.Local;

/// <summary>The coordinator of a single node: a dictionary of per-file records in memory.</summary>
public sealed class LocalCoordinator : ICoordinator
{
    private readonly ConcurrentDictionary<FileIdentity, FileRecord> _records = new();

    /// <summary>Files that have an open; for tests and status.</summary>
    public int FileCount => _records.Count;

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IFileClaim? Claim)> OpenAsync(
        FileIdentity file, ClaimOptions options, CancellationToken cancellationToken)
    {
        while (true)
        {
            FileRecord record = _records.GetOrAdd(file, static (_, self) => new FileRecord(self), this);
            if (record.TryOpen(file, options, out NtStatus status, out FileClaim? claim))
                return new((status, claim));

            // The record died between the look-up and now: it is on its way out of the table.
            _records.TryRemove(new(file, record));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsDeletePendingAsync(FileIdentity file, string link, CancellationToken cancellationToken) =>
        new(_records.TryGetValue(file, out FileRecord? record) && record.IsDeletePending(link));

    internal void Remove(FileIdentity file, FileRecord record) => _records.TryRemove(new(file, record));
}
