using System.Diagnostics;
using System.Globalization;

namespace Symbio.Bench.Limit;

/// <summary>
/// What the machine allows: the bytes of a file moved over a loopback socket by two processes that do nothing else. One
/// serves, in one thread, with as few system calls as there can be without tricks: recv, pread or pwrite, send, and, when
/// asked for, the cipher. bench/compare puts the figures beside those of the servers.
///
///   limit-bench read|write|random-read|random-write FILE SIZE DEPTH SECONDS none|gmac|gcm
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is ["serve", var servedFile, var servedCipher])
        {
            MinimalServer.Run(servedFile, servedCipher);
            return 0;
        }

        if (args.Length != 6)
        {
            Console.Error.WriteLine("limit-bench read|write|random-read|random-write FILE SIZE DEPTH SECONDS none|gmac|gcm");
            return 2;
        }

        string workload = args[0], file = args[1], cipher = args[5];
        int size = int.Parse(args[2], CultureInfo.InvariantCulture), depth = int.Parse(args[3], CultureInfo.InvariantCulture);
        double seconds = double.Parse(args[4], CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["serve", file, cipher])
        {
            RedirectStandardOutput = true, RedirectStandardInput = true,
        };
        using Process server = Process.Start(start)!;
        int port = int.Parse(server.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        var client = new MinimalClient(
            port, workload.EndsWith("write", StringComparison.Ordinal), workload.StartsWith("random", StringComparison.Ordinal),
            new FileInfo(file).Length, size, depth, cipher);
        client.Run(1.0); // Until both are compiled as well as they get.
        TimeSpan before = server.TotalProcessorTime;
        long began = Stopwatch.GetTimestamp();
        long operations = client.Run(seconds);
        double elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        server.Refresh();
        double cpu = (server.TotalProcessorTime - before).TotalSeconds;
        client.Dispose();
        server.WaitForExit();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"operations\": {operations}, \"bytes\": {operations * size}, \"seconds\": {elapsed:0.000}, \"serverCpuSeconds\": {cpu:0.000}}}"));
        return 0;
    }
}
