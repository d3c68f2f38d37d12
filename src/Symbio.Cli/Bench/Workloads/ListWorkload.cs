using Symbio.Client;
using Symbio.Protocol.Fscc;

namespace Symbio.Cli.Bench.Workloads;

/// <summary>Lists a whole folder with full information; an operation is one listing.</summary>
internal sealed class ListWorkload : Workload
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
        int count = await CountAsync(lane.Client.Tree, _folder);
        return count >= _entries ? 0 : throw new CommandException($"a listing had {count} entries instead of {_entries}");
    }

    /// <summary>The entries of a folder, as the client finds them on the wire.</summary>
    public static async ValueTask<int> CountAsync(SmbTree tree, string path)
    {
        SmbFile folder = await tree.OpenAsync(path, SmbOpenOptions.Directory);
        int count = 0;
        bool restart = true;
        while (true)
        {
            using SmbDirectoryPage page = await folder.ReadDirectoryAsync(FileInformationClass.IdBothDirectory, "*", restart);
            if (page.IsEnd)
                break;
            restart = false;
            count += Count(page);
        }

        await folder.CloseAsync();
        return count;
    }

    private static int Count(SmbDirectoryPage page)
    {
        int count = 0;
        DirectoryEntryReader reader = page.GetReader();
        while (reader.MoveNext())
            count++;
        return reader.IsValid ? count : throw new CommandException("a listing was malformed");
    }
}
