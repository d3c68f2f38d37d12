using Symbio.Client;

namespace Symbio.Cli.Bench.Workloads;

/// <summary>
/// People at their desks: each client has a folder of documents of several sizes, looks at them, opens, reads and saves
/// them, makes and deletes temporary ones, renames, and lists the folder.
/// </summary>
internal sealed class OfficeWorkload : Workload
{
    private const int Documents = 40;

    private static readonly int[] Sizes = [2 << 10, 12 << 10, 60 << 10, 250 << 10];

    private string _folder = "";

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        _folder = context.PathOf("office");
        await context.MakeFolderAsync(_folder);
        foreach (BenchClient client in context.Clients)
        {
            string desk = Desk(client);
            await context.MakeFolderAsync(desk);
            for (int i = 0; i < Documents; i++)
                await context.MakeFileAsync($@"{desk}\document-{i}.dat", SizeOf(i));
        }
    }

    public override ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        // In a hundred. Looking is what file managers and the open dialog do all day.
        return lane.Next(100) switch
        {
            < 35 => LookAsync(lane),
            < 55 => ReadAsync(lane),
            < 67 => SaveAsync(lane),
            < 77 => ListAsync(lane),
            < 87 => TemporaryAsync(lane, number),
            < 92 => RenameAsync(lane, number),
            _ => MissAsync(lane, number),
        };
    }

    private static int SizeOf(long document) => Sizes[document % Sizes.Length];

    private string Desk(BenchClient client) => $@"{_folder}\desk-{client.Index}";

    private string Document(BenchLane lane, long document) => $@"{Desk(lane.Client)}\document-{document}.dat";

    private async ValueTask<long> LookAsync(BenchLane lane)
    {
        await lane.Client.Tree.StatAsync(Document(lane, lane.Next(Documents)));
        return 0;
    }

    private async ValueTask<long> ReadAsync(BenchLane lane)
    {
        long document = lane.Next(Documents);
        SmbFile file = await lane.Client.Tree.OpenAsync(Document(lane, document));
        long read;
        using (SmbBuffer buffer = await file.ReadBufferAsync(0, SizeOf(document)))
            read = buffer.Memory.Length;
        await file.CloseAsync();
        return read;
    }

    private async ValueTask<long> SaveAsync(BenchLane lane)
    {
        long document = lane.Next(Documents);
        int size = SizeOf(document);
        SmbFile file = await lane.Client.Tree.OpenAsync(Document(lane, document), SmbOpenOptions.ReadWrite);
        await file.WriteAsync(0, size, document, static (span, n) => BitConverter.TryWriteBytes(span, n));
        await file.CloseAsync();
        return size;
    }

    private async ValueTask<long> ListAsync(BenchLane lane)
    {
        await ListWorkload.CountAsync(lane.Client.Tree, Desk(lane.Client));
        return 0;
    }

    private async ValueTask<long> TemporaryAsync(BenchLane lane, long number)
    {
        const int Size = 4096;
        string path = $@"{Desk(lane.Client)}\~{lane.Index}-{number}.tmp";
        SmbFile file = await lane.Client.Tree.OpenAsync(path, SmbOpenOptions.Overwrite);
        await file.WriteAsync(0, Size, number, static (span, n) => BitConverter.TryWriteBytes(span, n));
        await file.CloseAsync();
        await lane.Client.Tree.DeleteAsync(path);
        return Size;
    }

    /// <summary>As word processors save: under another name first.</summary>
    private async ValueTask<long> RenameAsync(BenchLane lane, long number)
    {
        const int Size = 4096;
        string path = $@"{Desk(lane.Client)}\~{lane.Index}-{number}.new";
        SmbFile file = await lane.Client.Tree.OpenAsync(path, SmbOpenOptions.Overwrite);
        await file.WriteAsync(0, Size, number, static (span, n) => BitConverter.TryWriteBytes(span, n));
        await file.RenameAsync($@"{Desk(lane.Client)}\saved-{lane.Index}.dat", replace: true);
        await file.CloseAsync();
        return Size;
    }

    private async ValueTask<long> MissAsync(BenchLane lane, long number)
    {
        (_, SmbFile? file) = await lane.Client.Tree.TryOpenAsync($@"{Desk(lane.Client)}\desktop-{number}.ini");
        if (file is not null)
            await file.DisposeAsync();
        return 0;
    }
}
