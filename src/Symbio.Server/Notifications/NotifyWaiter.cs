using System.Threading.Tasks.Sources;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;

namespace Symbio.Server.Notifications;

/// <summary>How a CHANGE_NOTIFY request ends.</summary>
/// <param name="Changes">FILE_NOTIFY_INFORMATION entries; empty unless the status is a success.</param>
internal readonly record struct NotifyResult(NtStatus Status, ReadOnlyMemory<byte> Changes = default);

/// <summary>A CHANGE_NOTIFY request that waits for something to happen. Who takes it out of its watch's queue ends it.</summary>
internal sealed class NotifyWaiter(DirectoryWatch watch, int outputLength, WorkScheduler scheduler)
    : IValueTaskSource<NotifyResult>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<NotifyResult> _core;
    private CancellationTokenRegistration _cancellation;
    private NotifyResult _result;

    /// <summary>OutputBufferLength</summary>
    public int OutputLength => outputLength;

    /// <summary>Waits; once. The token ends the wait with <see cref="NtStatus.Cancelled"/>.</summary>
    public async ValueTask<NotifyResult> WaitAsync(CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken.UnsafeRegister(static state => ((NotifyWaiter)state!).Cancel(), this);
        try
        {
            return await new ValueTask<NotifyResult>(this, _core.Version).ConfigureAwait(false);
        }
        finally
        {
            _cancellation.Unregister(); // Not Dispose: that would wait for a Cancel which may have led here.
        }
    }

    /// <summary>Ends the wait, once.</summary>
    /// <param name="inline">
    /// The answer is made before this returns: what ends with its open is answered before the CLOSE (or LOGOFF) that ended
    /// it. A change does not make its author wait until all who watch have been told.
    /// </param>
    public void End(NotifyResult result, bool inline)
    {
        _result = result;
        if (inline)
            _core.SetResult(result);
        else
            scheduler.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute() => _core.SetResult(_result);

    private void Cancel() => watch.Cancel(this);

    NotifyResult IValueTaskSource<NotifyResult>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<NotifyResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<NotifyResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
