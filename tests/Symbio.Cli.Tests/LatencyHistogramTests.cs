using Symbio.Cli.Bench;

namespace Symbio.Cli.Tests;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_are_right_within_a_sixty_fourth()
    {
        var random = new Random(1);
        double[] microseconds = [.. Enumerable.Range(0, 100_000).Select(_ => Math.Pow(10, 2 + (random.NextDouble() * 5)))];
        var histogram = new LatencyHistogram();
        foreach (double value in microseconds)
            histogram.Record(TimeSpan.FromMicroseconds(value));
        Array.Sort(microseconds);

        foreach (double percent in new[] { 0.1, 1, 25, 50, 90, 99, 99.9, 100 })
        {
            double exact = microseconds[Math.Max(0, (int)Math.Ceiling(microseconds.Length * percent / 100) - 1)];
            double told = histogram.Percentile(percent).TotalMicroseconds;
            Assert.InRange(told / exact, 0.98, 1.02);
        }

        Assert.InRange(histogram.Mean.TotalMicroseconds / microseconds.Average(), 0.999, 1.001);
        Assert.Equal(microseconds.Length, histogram.Count);
    }

    [Fact]
    public void Histograms_add_up()
    {
        var one = new LatencyHistogram();
        var two = new LatencyHistogram();
        one.Record(TimeSpan.FromMilliseconds(1));
        two.Record(TimeSpan.FromMilliseconds(100));
        one.Add(two);

        Assert.Equal(2, one.Count);
        Assert.Equal(TimeSpan.FromMilliseconds(100), one.Max);
        Assert.InRange(one.Percentile(50).TotalMilliseconds, 0.98, 1.02);
        one.Clear();
        Assert.Equal(TimeSpan.Zero, one.Percentile(99));
    }

    [Fact]
    public void What_is_beyond_measure_is_counted_all_the_same()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromDays(1));
        histogram.Record(TimeSpan.Zero);
        Assert.Equal(2, histogram.Count);
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(50));
    }
}
