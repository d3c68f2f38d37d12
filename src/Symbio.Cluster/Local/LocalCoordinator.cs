using System.Collections.Concurrent;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Local;

/// <summary>The coordinator of a single node: a dictionary of per-file records in memory.</summary>
public sealed class LocalCoordinator(TimeProvider time, TimeSpan breakTimeout, WorkScheduler scheduler) : ICoordinator
{
    /// <summary>How long the answer to an oplock or lease break is waited for; [MS-SMB2] 3.3.2.1 and 3.3.2.4.</summary>
    public static readonly TimeSpan DefaultBreakTimeout = TimeSpan.FromSeconds(35);

    /// <summary>With the usual time to answer a break.</summary>
    public LocalCoordinator(TimeProvider time)
        : this(time, DefaultBreakTimeout, WorkScheduler.ThreadPool)
    {
    }

    private readonly ConcurrentDictionary<FileIdentity, FileRecord> _records = new();

    /// <summary>Files that have an open; for tests and status.</summary>
    public int FileCount => _records.Count;

    /// <inheritdoc/>
    public ValueTask<ClaimOutcome> OpenAsync(
        FileIdentity file, ClaimOptions options, CancellationToken cancellationToken)
    {
        while (true)
        {
            FileRecord record = _records.GetOrAdd(file, static (_, self) => new FileRecord(self), this);
            if (record.TryOpen(file, options, out ClaimOutcome outcome))
                return new(outcome);

            // The record died between the look-up and now: it is on its way out of the table.
            _records.TryRemove(new(file, record));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsDeletePendingAsync(FileIdentity file, string link, CancellationToken cancellationToken) =>
        new(_records.TryGetValue(file, out FileRecord? record) && record.IsDeletePending(link));
    public ValueTask<Task?> ContendAsync(
        FileIdentity file, string stream, LeaseState lose, LeaseId? except, CancellationToken cancellationToken) =>
        new(_records.TryGetValue(file, out FileRecord? record) ? record.Contend(stream, except, lose) : null);

    internal TimeProvider Time => time;

    internal WorkScheduler Scheduler => scheduler;

    internal TimeSpan BreakTimeout => breakTimeout;

    internal void Remove(FileIdentity file, FileRecord record) => _records.TryRemove(new(file, record));
}
