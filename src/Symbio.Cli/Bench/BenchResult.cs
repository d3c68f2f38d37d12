using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Symbio.Cli.Configuration;

namespace Symbio.Cli.Bench;

/// <summary>A second of a run.</summary>
internal sealed record BenchSecond(double At, long Operations, long Bytes);

/// <summary>Latencies in microseconds.</summary>
internal sealed record BenchLatency(
    double Mean, double P50, double P75, double P90, double P95, double P99, double P999, double Max)
{
    public static BenchLatency Of(LatencyHistogram histogram)
    {
        double At(double percent) => histogram.Percentile(percent).TotalMicroseconds;
        return new BenchLatency(
            histogram.Mean.TotalMicroseconds, At(50), At(75), At(90), At(95), At(99), At(99.9),
            histogram.Max.TotalMicroseconds);
    }
}

/// <summary>What a run has measured.</summary>
internal sealed record BenchResult
{
    public required string Workload { get; init; }

    public required string Server { get; init; }

    public required string Dialect { get; init; }

    /// <summary>"plain", or the algorithm.</summary>
    public required string Protection { get; init; }

    public required int Connections { get; init; }

    public required int Channels { get; init; }

    public required int Depth { get; init; }

    public required int Size { get; init; }

    public double? Rate { get; init; }

    public required double Seconds { get; init; }

    public required long Operations { get; init; }

    public required long Errors { get; init; }

    public string? FirstError { get; init; }

    public required long Bytes { get; init; }

    public double OperationsPerSecond => Operations / Seconds;

    public double BytesPerSecond => Bytes / Seconds;

    public required BenchLatency Latency { get; init; }

    /// <summary>CPU time of the load generator.</summary>
    public required double ClientCpuSeconds { get; init; }

    /// <summary>CPU time of the server and all its processes; only for a server on this machine.</summary>
    public double? ServerCpuSeconds { get; init; }

    /// <summary>Proportional set size of all the server's processes at the end of the measurement.</summary>
    public long? ServerPssBytes { get; init; }

    public int? ServerProcesses { get; init; }

    public required IReadOnlyList<BenchSecond> Timeline { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, BenchJson.Default.BenchResult);

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(string name, FormattableString value) =>
            text.Append($"{name,-12}").AppendLine(value.ToString(CultureInfo.InvariantCulture));

        Line("workload", $"{Workload}, {Connections} connections x {Channels} channels, depth {Depth}, size {Units.Size((ulong)Size)}");
        Line("server", $"{Server}, SMB {Dialect}, {Protection}");
        Line("operations", $"{Operations} in {Seconds:0.00} s: {OperationsPerSecond:0.0}/s, {Errors} errors");
        if (FirstError is not null)
            Line("first error", $"{FirstError}");
        if (Bytes > 0)
            Line("throughput", $"{BytesPerSecond / (1 << 20):0.0} MiB/s");
        Line("latency", $"mean {Latency.Mean:0} us, p50 {Latency.P50:0}, p75 {Latency.P75:0}, p90 {Latency.P90:0}, p95 {Latency.P95:0}, p99 {Latency.P99:0}, p99.9 {Latency.P999:0}, max {Latency.Max:0}");
        Line("client CPU", $"{ClientCpuSeconds:0.00} s");
        if (ServerCpuSeconds is { } cpu)
        {
            Line("server CPU", $"{cpu:0.00} s, {cpu * 1e6 / Math.Max(1, Operations):0.0} us per operation, {ServerProcesses} processes");
            Line("server PSS", $"{Units.About(ServerPssBytes ?? 0)}");
        }

        return text.ToString();
    }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BenchResult))]
internal sealed partial class BenchJson : JsonSerializerContext;
