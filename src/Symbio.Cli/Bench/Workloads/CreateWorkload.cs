using Symbio.Client;

namespace Symbio.Cli.Bench.Workloads;

/// <summary>What becomes of a small file.</summary>
internal enum CreateKind
{
    /// <summary>Created, written, closed.</summary>
    Create,

    /// <summary>Created, written, closed, deleted.</summary>
    CreateDelete,

    /// <summary>Deleted; made before.</summary>
    Delete,
}

/// <summary>Creates or deletes small files, in a folder that holds others.</summary>
internal sealed class CreateWorkload(CreateKind kind) : Workload
{
    // Each run has names of its own, so that a folder that is kept can be used again.
    private readonly string _prefix = $"new-{Environment.ProcessId}-{Environment.TickCount64:x}-";
    private string _folder = "";
    private byte[] _content = [];
    private int _prepared;
    private int _next = -1;

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        int entries = context.Settings.Entries;
        _content = new byte[Math.Min(context.Settings.Size, 1 << 20)];
        BenchContext.Fill(_content, 1);
        _folder = context.PathOf($"entries-{entries}");
        await context.MakeEntriesAsync(_folder, entries, 0);
        if (kind != CreateKind.Delete)
            return;
        if (context.Settings.Operations == 0)
            throw new CommandException("deleting needs a number of files to make before: --operations");
        _prepared = checked((int)context.Settings.Operations);
        await BenchContext.AtOnceAsync(_prepared, i => MakeAsync(context.Tree, i));
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        // Numbers of the warm-up come again.
        int own = Interlocked.Increment(ref _next);
        if (kind != CreateKind.Delete)
            await MakeAsync(lane.Client.Tree, own);
        if (kind != CreateKind.Create)
            await lane.Client.Tree.DeleteAsync(PathOf(own));
        return kind == CreateKind.Delete ? 0 : _content.Length;
    }

    public override async ValueTask FinishAsync(BenchContext context)
    {
        // A folder that is kept is for the next run what it was for this one.
        if (kind == CreateKind.Create && context.Settings.Keep)
            await BenchContext.AtOnceAsync(_next + 1, i => context.Tree.DeleteAsync(PathOf(i)).AsTask());
    }

    private string PathOf(long number) => $@"{_folder}\{_prefix}{number}";

    private async Task MakeAsync(SmbTree tree, long number)
    {
        SmbFile file = await tree.OpenAsync(PathOf(number), SmbOpenOptions.Overwrite);
        if (_content.Length > 0)
            await file.WriteAsync(0, _content);
        await file.CloseAsync();
    }
}

/// <summary>Renames files to and fro.</summary>
internal sealed class RenameWorkload : Workload
{
    private readonly string _prefix = $"renamed-{Environment.ProcessId}-{Environment.TickCount64:x}-";
    private string _folder = "";

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        _folder = context.PathOf($"entries-{context.Settings.Entries}");
        await context.MakeEntriesAsync(_folder, context.Settings.Entries, 0);
        foreach (BenchLane lane in context.Lanes)
        {
            lane.State = $@"{_folder}\{_prefix}{lane.Index}-a";
            await using SmbFile file = await context.Tree.OpenAsync((string)lane.State, SmbOpenOptions.Overwrite);
        }
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        string path = (string)lane.State!;
        string other = path[..^1] + (path[^1] == 'a' ? 'b' : 'a');
        await lane.Client.Tree.RenameAsync(path, other);
        lane.State = other;
        return 0;
    }

    public override async ValueTask FinishAsync(BenchContext context)
    {
        foreach (BenchLane lane in context.Lanes)
        {
            if (lane.State is string path)
                await context.Tree.DeleteAsync(path);
        }
    }
}
