using Symbio.Server.Connections;

namespace Symbio.Server.Ioctls;

/// <summary>
/// Work in steps that may take long: after a while it is answered STATUS_PENDING, so that the client does not give up and
/// may cancel.
/// </summary>
internal sealed class Patience(RequestContext context)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    private readonly long _started = context.Server.Time.GetTimestamp();
    private CancellationToken _cancellation;

    /// <summary>To be asked between two steps.</summary>
    public bool IsCancelled()
    {
        if (context.Pending is null && context.Server.Time.GetElapsedTime(_started) >= s_limit)
            context.TryBeginPending(out _cancellation);
        return _cancellation.IsCancellationRequested;
    }
}
