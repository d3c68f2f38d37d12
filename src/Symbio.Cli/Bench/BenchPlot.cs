using System.Globalization;
using System.Text;

namespace Symbio.Cli.Bench;

/// <summary>
/// A picture of a run, as an SVG file: operations in each second, and the latency that so many of a hundred operations
/// did not exceed.
/// </summary>
internal static class BenchPlot
{
    private const int Width = 860;
    private const int PanelHeight = 220;
    private const int Left = 90;
    private const int Right = 30;
    private const int Gap = 70;

    // Points of the latency panel are equally far apart: what is rare gets as much room as what is usual.
    private static readonly double[] Percents = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100];

    public static string ToSvg(BenchResult result, LatencyHistogram latencies)
    {
        var svg = new StringBuilder();
        int height = (2 * PanelHeight) + (3 * Gap);
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            <text x="{Left}" y="30" font-size="16">{result.Workload}, {result.Protection}, {result.Connections} x {result.Depth}: {result.OperationsPerSecond:0} operations/s</text>

            """);
        // The last second is a part of one.
        (double X, double Y)[] rates = [.. Rates(result.Timeline)];
        Panel(svg, Gap, "operations/s", rates, rates.Select(r => ((double, string))(r.X, $"{r.X:0} s")), linearFromZero: true);
        (double X, double Y)[] curve =
            [.. Percents.Select((p, i) => ((double)i, Math.Max(1, latencies.Percentile(p).TotalMicroseconds)))];
        Panel(
            svg, PanelHeight + (2 * Gap), "latency, us", curve,
            Percents.Select((p, i) => ((double)i, "p" + p.ToString(CultureInfo.InvariantCulture))), linearFromZero: false);
        return svg.Append("</svg>\n").ToString();
    }

    private static IEnumerable<(double X, double Y)> Rates(IReadOnlyList<BenchSecond> timeline)
    {
        double before = 0;
        foreach (BenchSecond second in timeline)
        {
            double span = second.At - before;
            if (span > 0.5 || timeline.Count == 1)
                yield return (second.At, second.Operations / Math.Max(span, 1e-9));
            before = second.At;
        }
    }

    /// <summary>A line through points; y from zero, or logarithmic over whole powers of ten.</summary>
    private static void Panel(
        StringBuilder svg, int top, string title, (double X, double Y)[] points, IEnumerable<(double X, string Label)> labels,
        bool linearFromZero)
    {
        if (points.Length == 0)
            return;
        double Scale(double y) => linearFromZero ? y : Math.Log10(y);
        double low = linearFromZero ? 0 : Math.Floor(Scale(points.Min(p => p.Y)));
        double high = linearFromZero ? Math.Max(1, points.Max(p => p.Y) * 1.1) : Math.Max(low + 1, Math.Ceiling(Scale(points.Max(p => p.Y))));
        double first = points[0].X, last = Math.Max(points[^1].X, first + 1e-9);
        double XOf(double x) => Left + ((x - first) / (last - first) * (Width - Left - Right));
        double YOf(double y) => top + PanelHeight - ((Scale(y) - low) / (high - low) * PanelHeight);

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top - 8}\">{title}</text>\n");
        int lines = linearFromZero ? 5 : (int)(high - low);
        for (int i = 0; i <= lines; i++)
        {
            double value = linearFromZero ? high * i / lines : Math.Pow(10, low + i);
            double y = YOf(value);
            svg.Append(CultureInfo.InvariantCulture, $"""
                <line x1="{Left}" x2="{Width - Right}" y1="{y:0.0}" y2="{y:0.0}" stroke="#ddd"/>
                <text x="{Left - 6}" y="{y + 4:0.0}" text-anchor="end">{value:0}</text>

                """);
        }

        (double X, string Label)[] marks = [.. labels];
        int step = Math.Max(1, marks.Length / 13);
        for (int i = 0; i < marks.Length; i += step)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{XOf(marks[i].X):0.0}\" y=\"{top + PanelHeight + 18}\" text-anchor=\"middle\">{marks[i].Label}</text>\n");
        string path = string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{XOf(p.X):0.0},{YOf(p.Y):0.0}")));
        svg.Append($"<polyline points=\"{path}\" fill=\"none\" stroke=\"#1f6fb2\" stroke-width=\"2\"/>\n");
    }
}
