using Symbio.Cluster.Scheduling;

namespace Symbio.Cluster.Tests;

public sealed class SignalTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Who_waits_before_and_who_asks_after_are_told()
    {
        var signal = new Signal(WorkScheduler.ThreadPool);
        Task before = signal.Task;
        Assert.False(before.IsCompleted);

        signal.Set();
        signal.Set();

        await before.WaitAsync(s_soon);
        await signal.Task.WaitAsync(s_soon);
    }

    [Fact]
    public async Task Who_asks_only_after_it_has_happened_is_told()
    {
        var signal = new Signal(WorkScheduler.ThreadPool);

        signal.Set();

        await signal.Task.WaitAsync(s_soon);
    }

    [Fact]
    public async Task Who_asks_while_it_happens_is_told()
    {
        for (int round = 0; round < 1000; round++)
        {
            var signal = new Signal(WorkScheduler.ThreadPool);
            signal.Set();
            await Task.WhenAll(signal.Task, signal.Task).WaitAsync(s_soon);
        }
    }
}
