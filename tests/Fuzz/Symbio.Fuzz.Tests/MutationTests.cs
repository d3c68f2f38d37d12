using System.Diagnostics;
using System.Globalization;
using Symbio.Protocol.Smb2;

namespace Symbio.Fuzz.Tests;

/// <summary>
/// Random mutations of real conversations. SYMBIO_FUZZ_FRAMES says how many frames, SYMBIO_FUZZ_SEED which ones: a run with
/// the seed that a failure names makes the same frames again.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const long MaxGrowth = 512L << 20;

    private static int FramesWanted => Setting("SYMBIO_FUZZ_FRAMES", 20_000);

    [Fact]
    public async Task Mutations_of_conversations_do_no_harm()
    {
        int frames = FramesWanted;
        int seed = Setting("SYMBIO_FUZZ_SEED", Environment.TickCount & 0xFFFFFF);
        output.WriteLine($"SYMBIO_FUZZ_SEED={seed} SYMBIO_FUZZ_FRAMES={frames}");
        var memory = new MemoryWatch();
        var outcomes = new Outcomes();
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(worker => Task.Run(() => RunAsync(seed, worker, frames / 2, outcomes, memory))));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        output.WriteLine($"{outcomes}; {memory}; {seconds:F0} s, {frames / seconds:F0} frames/s");
        TestContext.Current.SendDiagnosticMessage($"seed {seed}: {outcomes}; {memory}; {seconds:F0} s");
        memory.AssertGrowthBelow(MaxGrowth);
    }

    // A server of its own for each worker: what one does must not depend on the other, or no seed would say it all.
    private static async Task RunAsync(int seed, int worker, int frames, Outcomes outcomes, MemoryWatch memory)
    {
        var random = new Random(seed + (worker * 7919));
        await using FuzzServer server = await FuzzServer.StartAsync();
        await using var attacker = new Attacker(server, worker == 0 ? Protection.Signed : Protection.Encrypted, outcomes);
        for (int i = 0; i < frames; i++)
        {
            Target target = await attacker.TargetAsync();
            Sample sample = Pick(random);
            byte[] frame = sample.Build(target);
            if (random.Next(8) == 0)
                frame = Samples.Chain(random.Next(2) == 0, frame, Pick(random).Build(target));

            // Half of all frames carry signatures that are right for what they have become; a few of the encrypted ones
            // are spoilt outside.
            Func<byte[], byte[]>? spoil = worker == 1 && random.Next(32) == 0 ? f => Mutator.Mutate(random, f) : null;

            // A few of the others are compressed, and spoilt then.
            if (worker == 0 && random.Next(16) == 0)
                spoil = f => Mutator.Mutate(random, target.Peer.Compress(f, most: 64) ?? f);
            if (spoil is null)
                frame = Mutator.Mutate(random, frame);
            bool sign = random.Next(4) != 0;
            try
            {
                await attacker.AttackAsync(frame, sign, $"SYMBIO_FUZZ_SEED={seed}, worker {worker}, frame {i}, made of {sample}", spoil);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"SYMBIO_FUZZ_SEED={seed}: worker {worker}, frame {i}, made of {sample}: {e.Message}", e);
            }

            if (i % 256 == 0)
                memory.Sample();
        }

        await attacker.DisposeAsync();
        await server.AssertHealthyAsync();
        await server.AssertNothingLeftAsync();
    }

    // Most of the conversation are information classes, which should not be most of what is tried.
    private static Sample Pick(Random random) => random.Next(3) switch
    {
        0 => Samples.Conversation[random.Next(Samples.Conversation.Count)],
        1 => Samples.Requests[random.Next(Samples.Requests.Count)],
        _ => Samples.EveryCommandAndCompound[random.Next(Samples.EveryCommandAndCompound.Count)],
    };

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;
}

/// <summary>Spoils frames.</summary>
internal static class Mutator
{
    /// <summary>One to four changes; most leave the header alone, so that more than its check is reached.</summary>
    public static byte[] Mutate(Random random, byte[] frame)
    {
        bool spareHeader = random.Next(4) != 0;
        for (int changes = random.Next(1, 5); changes > 0; changes--)
            frame = Change(random, frame, spareHeader ? Math.Min(Smb2Header.Size, frame.Length - 1) : 0);
        return frame;
    }

    private static byte[] Change(Random random, byte[] frame, int first)
    {
        if (frame.Length <= first + 1)
            return [.. frame, .. new byte[first + 2]];
        int position = random.Next(first, frame.Length);
        int length = random.Next(1, Math.Min(64, frame.Length - position + 1));
        switch (random.Next(9))
        {
            case 0:
                frame[position] ^= (byte)(1 << random.Next(8));
                return frame;
            case 1:
                frame[position] = (byte)random.Next(256);
                return frame;
            case 2 or 3 or 4:
                int width = 2 << random.Next(3);
                position &= -2;
                if (position + width <= frame.Length)
                    Boundaries.Write(frame.AsSpan(position, width), random.Next(Boundaries.Count), frame.Length);
                return frame;
            case 5: // A chunk twice.
                return [.. frame[..(position + length)], .. frame[position..]];
            case 6: // A chunk less.
                return [.. frame[..position], .. frame[(position + length)..]];
            case 7: // Two chunks that change places.
                int other = random.Next(first, frame.Length - length + 1);
                byte[] kept = frame[position..(position + length)];
                frame.AsSpan(other, length).CopyTo(frame.AsSpan(position));
                kept.CopyTo(frame.AsSpan(other));
                return frame;
            default: // The end is missing.
                return random.Next(4) == 0 ? frame[..position] : [.. frame, .. new byte[random.Next(1, 32)]];
        }
    }
}

/// <summary>Memory of this process, server and attackers together.</summary>
internal sealed class MemoryWatch
{
    private readonly long _heapBefore;
    private readonly long _rssBefore;
    private long _heapPeak;
    private long _rssPeak;

    public MemoryWatch()
    {
        // What earlier tests have used goes back to the system: growth is what this one takes.
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _heapBefore = GC.GetTotalMemory(forceFullCollection: true);
        _rssBefore = Environment.WorkingSet;
        Sample();
    }

    public long HeapGrowth => GC.GetTotalMemory(forceFullCollection: true) - _heapBefore;

    public long RssGrowth => Environment.WorkingSet - _rssBefore;

    public void Sample()
    {
        InterlockedMax(ref _heapPeak, GC.GetTotalMemory(forceFullCollection: false));
        InterlockedMax(ref _rssPeak, Environment.WorkingSet);
    }

    public void AssertGrowthBelow(long bytes)
    {
        Sample();
        Assert.True(_rssPeak - _rssBefore < bytes, $"too much memory: {this}");
        Assert.True(HeapGrowth < bytes, $"too much memory: {this}");
    }

    public override string ToString() =>
        $"heap {_heapBefore >> 20} MB before, {_heapPeak >> 20} MB at most; RSS {_rssBefore >> 20} MB before, {_rssPeak >> 20} MB at most";

    private static void InterlockedMax(ref long target, long value)
    {
        long seen = Volatile.Read(ref target);
        while (value > seen)
        {
            long was = Interlocked.CompareExchange(ref target, value, seen);
            if (was == seen)
                return;
            seen = was;
        }
    }
}
