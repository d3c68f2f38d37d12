using Symbio.Client;
using Symbio.Protocol;

namespace Symbio.Cli.Bench.Workloads;

/// <summary>Opens one of many files, perhaps reads all of it, and closes it.</summary>
internal sealed class OpenWorkload(bool reads) : Workload
{
    private string _folder = "";
    private int _entries;
    private int _size;

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        _entries = context.Settings.Entries;
        _size = Math.Min(context.Settings.Size, 1 << 20);
        _folder = context.PathOf($"files-{_entries}-{_size}");
        await context.MakeEntriesAsync(_folder, _entries, _size);
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        string path = $@"{_folder}\{BenchContext.EntryName(lane.Next(_entries))}";
        SmbFile file = await lane.Client.Tree.OpenAsync(path);
        long bytes = 0;
        if (reads)
        {
            using SmbBuffer read = await file.ReadBufferAsync(0, _size);
            bytes = read.Memory.Length;
        }

        await file.CloseAsync();
        return bytes;
    }
}

/// <summary>Asks for the sizes and times of one of many files.</summary>
internal sealed class StatWorkload : Workload
{
    private string _folder = "";
    private int _entries;

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        _entries = context.Settings.Entries;
        _folder = context.PathOf($"entries-{_entries}");
        await context.MakeEntriesAsync(_folder, _entries, 0);
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        await lane.Client.Tree.StatAsync($@"{_folder}\{BenchContext.EntryName(lane.Next(_entries))}");
        return 0;
    }
}

/// <summary>Opens names that are not there, in a folder of many that are.</summary>
internal sealed class MissWorkload : Workload
{
    private string _folder = "";

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        _folder = context.PathOf($"entries-{context.Settings.Entries}");
        await context.MakeEntriesAsync(_folder, context.Settings.Entries, 0);
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        (NtStatus status, SmbFile? file) = await lane.Client.Tree.TryOpenAsync($@"{_folder}\missing-{number}");
        if (status == NtStatus.ObjectNameNotFound)
            return 0;
        if (file is not null)
            await file.DisposeAsync();
        throw new CommandException($"opening a name that is not there: {status}");
    }
}
