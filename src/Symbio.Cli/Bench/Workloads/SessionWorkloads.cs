using Symbio.Client;
using Symbio.Protocol.Smb2;

namespace Symbio.Cli.Bench.Workloads;

/// <summary>Asks whether the server is there: what a request costs that does nothing.</summary>
internal sealed class EchoWorkload : Workload
{
    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        await lane.Client.Connection.EchoAsync();
        return 0;
    }
}

/// <summary>Connects, logs on, connects to the share, and takes it all back.</summary>
internal sealed class LogonWorkload : Workload
{
    private BenchContext? _context;

    public override bool NeedsClients => false;

    public override ValueTask PrepareAsync(BenchContext context)
    {
        _context = context;
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        BenchSettings settings = _context!.Settings;
        await using BenchClient client = await BenchClient.ConnectAsync(
            settings with { Channels = 1 }, _context.Options, _context.Credential, lane.Index, CancellationToken.None);
        return 0;
    }
}

/// <summary>Each session has files open and does nothing; an operation is an ECHO now and then.</summary>
internal sealed class IdleWorkload : Workload
{
    private readonly List<SmbFile> _files = [];

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        await context.MakeEntriesAsync(context.PathOf("idle"), context.Clients.Count, 0);
        foreach (BenchClient client in context.Clients)
        {
            _files.Add(await client.Tree.OpenAsync(
                $@"{context.PathOf("idle")}\{BenchContext.EntryName(client.Index)}", SmbOpenOptions.ReadWrite,
                context.CancellationToken));
        }
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        await Task.Delay(TimeSpan.FromSeconds(1));
        await lane.Client.Connection.EchoAsync();
        return 0;
    }

    public override async ValueTask FinishAsync(BenchContext context)
    {
        foreach (SmbFile file in _files)
            await file.DisposeAsync();
    }
}

/// <summary>Locks and unlocks a range of a file that has many ranges locked already.</summary>
internal sealed class LockWorkload : Workload
{
    private const int LocksAtOnce = 64;
    private const ulong Own = 1UL << 40;

    private SmbFile? _holder;

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        string path = context.PathOf("locked.dat");
        _holder = await context.Tree.OpenAsync(path, SmbOpenOptions.ReadWrite, context.CancellationToken);
        for (int i = 0; i < context.Settings.Entries; i += LocksAtOnce)
        {
            LockElement[] locks = [.. Enumerable.Range(i, Math.Min(LocksAtOnce, context.Settings.Entries - i)).Select(
                n => new LockElement((ulong)n * 2, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately))];
            await _holder.LockAsync(locks, context.CancellationToken);
        }

        foreach (BenchLane lane in context.Lanes)
            lane.State = await lane.Client.Tree.OpenAsync(path, SmbOpenOptions.ReadWrite, context.CancellationToken);
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        var file = (SmbFile)lane.State!;
        ulong offset = Own + (ulong)lane.Index;
        await file.LockAsync(new LockElement[] { new(offset, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately) });
        await file.LockAsync(new LockElement[] { new(offset, 1, LockFlags.Unlock) });
        return 0;
    }

    public override async ValueTask FinishAsync(BenchContext context)
    {
        foreach (BenchLane lane in context.Lanes)
        {
            if (lane.State is SmbFile file)
                await file.DisposeAsync();
        }

        if (_holder is not null)
            await _holder.DisposeAsync();
    }
}

/// <summary>Opens and closes a file while the server has many others open.</summary>
internal sealed class OpensWorkload : Workload
{
    private readonly List<SmbFile> _held = [];
    private string _folder = "";

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        int count = context.Settings.Entries;
        _folder = context.PathOf($"entries-{count}");
        await context.MakeEntriesAsync(_folder, count, 0);
        for (int i = 0; i < count; i++)
        {
            _held.Add(await context.Clients[i % context.Clients.Count].Tree.OpenAsync(
                $@"{_folder}\{BenchContext.EntryName(i)}", SmbOpenOptions.Read, context.CancellationToken));
        }
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        SmbFile file = await lane.Client.Tree.OpenAsync($@"{_folder}\{BenchContext.EntryName(lane.Next(_held.Count))}");
        await file.CloseAsync();
        return 0;
    }

    public override async ValueTask FinishAsync(BenchContext context)
    {
        foreach (SmbFile file in _held)
            await file.DisposeAsync();
    }
}
