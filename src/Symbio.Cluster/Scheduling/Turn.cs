namespace Symbio.Cluster.Scheduling;

/// <summary>Lets one in at a time, in the order they came. May be held over an await, which a lock may not.</summary>
public sealed class Turn(WorkScheduler scheduler)
{
    private readonly Lock _lock = new();
    private Queue<Signal>? _waiting;
    private bool _taken;

    /// <summary>Completes when it is the caller's turn, until <see cref="Leave"/>.</summary>
    public ValueTask EnterAsync()
    {
        lock (_lock)
        {
            if (!_taken)
            {
                _taken = true;
                return ValueTask.CompletedTask;
            }

            var turn = new Signal(scheduler);
            (_waiting ??= new Queue<Signal>()).Enqueue(turn);
            return new ValueTask(turn.Task);
        }
    }

    /// <summary>The next one's turn.</summary>
    public void Leave()
    {
        Signal? next = null;
        lock (_lock)
        {
            if (_waiting is null || !_waiting.TryDequeue(out next))
                _taken = false;
        }

        next?.Set();
    }
}
