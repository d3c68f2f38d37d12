using Symbio.Client;
using Symbio.Protocol;

namespace Symbio.Cli.Bench;

/// <summary>What a workload works with.</summary>
internal sealed class BenchContext(
    BenchSettings settings, SmbClientOptions options, SmbCredential credential, IReadOnlyList<BenchClient> clients,
    IReadOnlyList<BenchLane> lanes, CancellationToken cancellationToken)
{
    private const int FillSize = 1 << 20;
    private const int PreparationsAtOnce = 16;

    public BenchSettings Settings => settings;

    public SmbClientOptions Options => options;

    public SmbCredential Credential => credential;

    public IReadOnlyList<BenchClient> Clients => clients;

    public IReadOnlyList<BenchLane> Lanes => lanes;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Where preparations are made.</summary>
    public SmbTree Tree => clients[0].Tree;

    /// <summary>A path in the benchmark's folder.</summary>
    public string PathOf(string name) => $@"{settings.Folder}\{name}";

    /// <summary>A name in a folder of many.</summary>
    public static string EntryName(long number) => $"entry-{number:D7}.dat";

    /// <summary>Makes a folder, and its parent, unless it is there.</summary>
    public async Task MakeFolderAsync(string path)
    {
        if ((await Tree.TryStatAsync(path, cancellationToken)).Status.IsSuccess)
            return;
        await Tree.CreateDirectoryAsync(path, cancellationToken);
    }

    /// <summary>Makes a file of so many bytes, none of them a hole, unless it is there.</summary>
    public async Task MakeFileAsync(string path, long size)
    {
        (NtStatus status, var information) = await Tree.TryStatAsync(path, cancellationToken);
        if (status.IsSuccess && information.EndOfFile == size)
            return;
        await using SmbFile file = await Tree.OpenAsync(path, SmbOpenOptions.Overwrite, cancellationToken);
        int piece = Math.Min(FillSize, Tree.Session.Connection.MaxWriteSize);
        await AtOnceAsync((size + piece - 1) / piece, async i =>
        {
            long offset = i * piece;
            int length = (int)Math.Min(piece, size - offset);
            await file.WriteAsync((ulong)offset, length, i, static (span, seed) => Fill(span, seed), cancellationToken);
        });
    }

    /// <summary>Makes a folder with files of one size by the names of <see cref="EntryName"/>, unless they are there.</summary>
    public async Task MakeEntriesAsync(string folder, int count, int size)
    {
        await MakeFolderAsync(folder);
        string last = $@"{folder}\{EntryName(count - 1)}";
        if (count == 0 || (await Tree.TryStatAsync(last, cancellationToken)).Status.IsSuccess)
            return;
        byte[] content = new byte[size];
        Fill(content, 1);
        await AtOnceAsync(count, async i =>
        {
            await using SmbFile file = await Tree.OpenAsync(
                $@"{folder}\{EntryName(i)}", SmbOpenOptions.Overwrite, cancellationToken);
            await file.WriteAsync(0, content, cancellationToken);
        });
    }

    /// <summary>Carries something out for 0, 1, 2 …, a few at a time.</summary>
    public static async Task AtOnceAsync(long count, Func<long, Task> act)
    {
        long next = -1;
        async Task WorkAsync()
        {
            for (long i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                await act(i);
        }

        await Task.WhenAll(Enumerable.Range(0, PreparationsAtOnce).Select(_ => WorkAsync()));
    }

    /// <summary>Bytes that neither compress to nothing nor cost much to make.</summary>
    public static void Fill(Span<byte> span, long seed) => new Random((int)seed).NextBytes(span);
}
