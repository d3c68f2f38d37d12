using System.Diagnostics;
using Symbio.Cli.Bench.Workloads;
using Symbio.Client;
using Symbio.Protocol.Smb2;

namespace Symbio.Cli.Bench;

/// <summary>A benchmark from the first connection to the result.</summary>
internal sealed class BenchRun(BenchSettings settings)
{
    // What a server still does for connections that have ended (smbd: a whole process) belongs to what was measured.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);

    private readonly Workload _workload = WorkloadTable.Find(settings.Workload).Create();
    private readonly SmbClientOptions _options = BenchClient.Options(settings);
    private readonly List<BenchClient> _clients = [];
    private readonly List<BenchLane> _lanes = [];
    private string? _firstError;
    private Exception? _failure;

    public LatencyHistogram Latencies { get; } = new();

    public async Task<BenchResult> RunAsync(BenchProgress progress, CancellationToken cancellationToken)
    {
        using SmbCredential credential = SmbCredential.FromPassword(settings.User.Name, settings.User.Password);
        try
        {
            await ConnectAsync(credential, cancellationToken);
            var context = new BenchContext(settings, _options, credential, _clients, _lanes, cancellationToken);
            if (_workload.NeedsClients)
                await context.MakeFolderAsync(settings.Folder);
            await _workload.PrepareAsync(context);
            try
            {
                if (settings.WarmUp > TimeSpan.Zero && settings.Workload != "delete")
                    await RunPhaseAsync(new BenchPhase(0, settings.WarmUp, settings.Rate), cancellationToken);
                return await MeasureAsync(progress, cancellationToken);
            }
            finally
            {
                await FinishAsync(context);
            }
        }
        finally
        {
            foreach (BenchClient client in _clients)
                await client.DisposeAsync();
        }
    }

    private async Task ConnectAsync(SmbCredential credential, CancellationToken cancellationToken)
    {
        // One that connects by itself needs one connection for what it says of the server.
        int count = _workload.NeedsClients ? settings.Connections : 1;
        for (int i = 0; i < count; i++)
            _clients.Add(await BenchClient.ConnectAsync(settings, _options, credential, i, cancellationToken));
        for (int i = 0; i < settings.Connections * settings.Depth; i++)
            _lanes.Add(new BenchLane(_clients[i % _clients.Count], i));
    }

    private async Task<BenchResult> MeasureAsync(BenchProgress progress, CancellationToken cancellationToken)
    {
        foreach (BenchLane lane in _lanes)
            lane.Reset();
        using var self = Process.GetCurrentProcess();
        ServerUsage? before = settings.ServerProcess == 0 ? null : ServerUsage.Read(settings.ServerProcess, withMemory: false);
        TimeSpan clientBefore = self.TotalProcessorTime;
        var phase = new BenchPhase(settings.Operations, settings.Duration, settings.Rate);
        progress.Begin(_lanes);
        await RunPhaseAsync(phase, cancellationToken);
        TimeSpan elapsed = phase.Elapsed;
        self.Refresh();
        TimeSpan clientCpu = self.TotalProcessorTime - clientBefore;
        IReadOnlyList<BenchSecond> timeline = progress.End();
        if (before is not null && !_workload.NeedsClients)
            await Task.Delay(Settling, cancellationToken);
        ServerUsage? after = before is null ? null : ServerUsage.Read(settings.ServerProcess, withMemory: true);
        foreach (BenchLane lane in _lanes)
            Latencies.Add(lane.Latencies);

        SmbConnection connection = _clients[0].Connection;
        return new BenchResult
        {
            Workload = settings.Workload,
            Server = $"{settings.Server}:{settings.Port}",
            Dialect = connection.Dialect.Version,
            Protection = settings.Protection switch
            {
                BenchProtection.Signed => $"signed ({connection.SigningAlgorithm})",
                BenchProtection.Encrypted => $"encrypted ({connection.Cipher})",
                _ => "plain",
            },
            Connections = settings.Connections,
            Channels = settings.Channels,
            Depth = settings.Depth,
            Size = settings.Size,
            Rate = settings.Rate > 0 ? settings.Rate : null,
            Seconds = elapsed.TotalSeconds,
            Operations = _lanes.Sum(l => l.Operations),
            Errors = _lanes.Sum(l => l.Errors),
            FirstError = _firstError,
            Bytes = _lanes.Sum(l => l.Bytes),
            Latency = BenchLatency.Of(Latencies),
            ClientCpuSeconds = clientCpu.TotalSeconds,
            ServerCpuSeconds = (after?.Cpu - before?.Cpu)?.TotalSeconds,
            ServerPssBytes = after?.PssBytes,
            ServerProcesses = after?.Processes,
            Timeline = timeline,
        };
    }

    private async Task RunPhaseAsync(BenchPhase phase, CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration registration = cancellationToken.Register(phase.Stop);
        await Task.WhenAll(_lanes.Select(lane => RunLaneAsync(lane, phase)));
        if (_failure is not null)
            throw _failure as CommandException ?? new CommandException(_failure.Message);
    }

    private async Task RunLaneAsync(BenchLane lane, BenchPhase phase)
    {
        while (phase.TryTake(out long number, out long begin))
        {
            begin = await phase.WaitAsync(number, begin);
            try
            {
                lane.Bytes += await _workload.OperateAsync(lane, number);
                lane.Operations++;
                lane.Latencies.Record(Stopwatch.GetElapsedTime(begin));
            }
            catch (SmbException e)
            {
                lane.Errors++;
                _firstError ??= e.Message;
            }
            catch (Exception e) when (e is SmbConnectionException or CommandException)
            {
                _failure ??= e;
                phase.Stop();
            }
        }
    }

    private async Task FinishAsync(BenchContext context)
    {
        if (_failure is SmbConnectionException)
            return; // There is nobody to tell.
        await _workload.FinishAsync(context);
        if (_workload.NeedsClients && !settings.Keep)
            await DeleteAsync(context.Tree, settings.Folder);
    }

    private static async Task DeleteAsync(SmbTree tree, string folder)
    {
        var files = new List<string>();
        var folders = new List<string>();
        await using (SmbFile directory = await tree.OpenAsync(folder, SmbOpenOptions.Directory))
        {
            await foreach (SmbDirectoryEntry entry in directory.ListAsync())
            {
                if (entry.Name is "." or "..")
                    continue;
                bool isFolder = (entry.Information.FileAttributes & Protocol.Fscc.FileAttributes.Directory) != 0;
                (isFolder ? folders : files).Add($@"{folder}\{entry.Name}");
            }
        }

        foreach (string inner in folders)
            await DeleteAsync(tree, inner);
        await BenchContext.AtOnceAsync(files.Count, async i => await tree.DeleteAsync(files[(int)i]));
        await tree.DeleteAsync(folder);
    }
}
