using Symbio.Client;

namespace Symbio.Cli.Bench.Workloads;

/// <summary>Reads or writes pieces of a large file, one after the other or here and there.</summary>
internal sealed class TransferWorkload(bool writes, bool random) : Workload
{
    private long _pieces;
    private int _size;
    private SmbFile[] _files = [];
    private long[] _positions = [];

    public override async ValueTask PrepareAsync(BenchContext context)
    {
        BenchSettings settings = context.Settings;
        _size = settings.Size;
        _pieces = settings.FileSize / _size;
        if (_pieces == 0)
            throw new CommandException("the file is smaller than one piece of it");
        int limit = writes ? context.Clients[0].Connection.MaxWriteSize : context.Clients[0].Connection.MaxReadSize;
        if (_size > limit)
            throw new CommandException($"the server takes pieces of {limit} bytes at most");
        _files = new SmbFile[context.Clients.Count];
        _positions = new long[context.Clients.Count];
        for (int i = 0; i < _files.Length; i++)
        {
            // Who writes has a file of his own.
            string path = context.PathOf(writes ? $"write-{i}.dat" : "read.dat");
            await context.MakeFileAsync(path, settings.FileSize);
            _files[i] = await context.Clients[i].Tree.OpenAsync(
                path, writes ? SmbOpenOptions.ReadWrite : SmbOpenOptions.Read, context.CancellationToken);
        }
    }

    public override async ValueTask<long> OperateAsync(BenchLane lane, long number)
    {
        int client = lane.Client.Index;
        long piece = random ? lane.Next(_pieces) : (Interlocked.Increment(ref _positions[client]) - 1) % _pieces;
        ulong offset = (ulong)(piece * _size);
        if (writes)
        {
            // What the buffer held before is written but for a mark: making content is not what is measured.
            await _files[client].WriteAsync(offset, _size, number, static (span, n) => BitConverter.TryWriteBytes(span, n));
            return _size;
        }

        using SmbBuffer read = await _files[client].ReadBufferAsync(offset, _size);
        return read.Memory.Length == _size
            ? _size
            : throw new CommandException($"a read at {offset} brought {read.Memory.Length} bytes instead of {_size}");
    }

    public override async ValueTask FinishAsync(BenchContext context)
    {
        foreach (SmbFile file in _files)
        {
            if (file is not null)
                await file.DisposeAsync();
        }
    }
}
