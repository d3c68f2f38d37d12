using Symbio.Protocol;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>The threads that all stores share: one dead file system does not take them all.</summary>
public sealed class StoreLaneTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualResetEventSlim _answers = new();

    public void Dispose()
    {
        _answers.Set();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_system_that_does_not_answer_leaves_threads_to_others()
    {
        var workers = new StoreWorkers(StoreLane.Width + 1);
        await using var dead = PosixFileStore.Open(_folder.Path, new PosixStoreOptions { Scheduler = workers });
        await using var other = PosixFileStore.Open(_folder.Path, new PosixStoreOptions { Scheduler = workers });
        var waiting = new List<Task<bool>>();
        for (int i = 0; i < 2 * StoreLane.Width; i++)
        {
            waiting.Add(dead.Options.Scheduler.RunAsync(this, static self =>
            {
                self._answers.Wait();
                return true;
            }).AsTask());
        }

        var (status, _) = await other.GetVolumeInfoAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(NtStatus.Success, status);
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        _answers.Set();
        Assert.All(await Task.WhenAll(waiting), Assert.True);
    }

    [Fact]
    public async Task Work_that_gets_no_thread_waits_for_another_one_or_is_not_done()
    {
        bool refuses = true;
        var workers = new StoreWorkers(2, thread =>
        {
            if (refuses)
                throw new InsufficientMemoryException();
            thread.UnsafeStart();
        });
        var lane = new StoreLane(workers, width: 2);
        int done = 0;
        Func<int, int> add = number => Interlocked.Add(ref done, number);
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => lane.RunAsync(1, add).AsTask());

        refuses = false;
        Task<bool> waiting = lane.RunAsync(this, static self => self._answers.Wait(TimeSpan.FromSeconds(60))).AsTask();
        refuses = true;
        Task<int> behind = lane.RunAsync(10, add).AsTask();
        Assert.False(behind.IsCompleted);
        _answers.Set();
        Assert.Equal(10, await behind.WaitAsync(TimeSpan.FromSeconds(60))); // And not the first.
        Assert.True(await waiting);

        refuses = false; // None that has not come is counted.
        using var barrier = new Barrier(2);
        Task<int>[] both = [.. Enumerable.Range(0, 2).Select(_ => lane.RunAsync(barrier, static b => b.SignalAndWait(TimeSpan.FromSeconds(60)) ? 1 : 0).AsTask())];
        int[] met = await Task.WhenAll(both).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(2, met.Sum());
    }

    [Fact]
    public async Task Work_beyond_the_width_is_done_in_its_turn_and_all_of_it()
    {
        var lane = new StoreLane(new StoreWorkers(8), width: 2);
        int running = 0, most = 0;
        var work = Enumerable.Range(0, 500).Select(i => lane.RunAsync(i, number =>
        {
            int now = Interlocked.Increment(ref running);
            for (int seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
                Interlocked.CompareExchange(ref most, now, seen);
            Thread.Yield();
            Interlocked.Decrement(ref running);
            return number;
        }).AsTask()).ToArray();

        Assert.Equal(Enumerable.Range(0, 500), await Task.WhenAll(work));
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public void A_lane_has_no_lane_of_its_own()
    {
        StoreLane lane = StoreLane.To(StoreWorkers.Shared);

        Assert.Same(lane, StoreLane.To(lane));
    }
}
