using Symbio.Protocol;
using Symbio.Storage;

namespace Symbio.Storage.Tests.Contract;

/// <summary>Many at once.</summary>
public abstract partial class StoreContract
{
    private const int Workers = 16;

    [Fact]
    public async Task Of_many_creations_of_one_name_exactly_one_succeeds()
    {
        for (int round = 0; round < 20; round++)
        {
            string name = $"race{round}";

            var statuses = await TogetherAsync(_ => TryCreateAsync(name));

            Assert.Single(statuses, NtStatus.Success);
            Assert.Equal(Workers - 1, statuses.Count(status => status == NtStatus.ObjectNameCollision));
        }
    }

    [Fact]
    public async Task Of_many_deletions_of_one_name_exactly_one_succeeds()
    {
        for (int round = 0; round < 20; round++)
        {
            await CreateFileAsync("race");
            var handles = new IStoreFile[Workers];
            for (int i = 0; i < Workers; i++)
                handles[i] = await OpenAsync("race");

            var statuses = await TogetherAsync(i => handles[i].DeleteAsync(StoreCaller.Service, Token));

            Assert.Single(statuses, NtStatus.Success);
        }
    }

    [Fact]
    public async Task Of_many_renames_to_one_name_exactly_one_succeeds()
    {
        var files = new IStoreFile[Workers];
        for (int i = 0; i < Workers; i++)
            files[i] = await CreateFileAsync($"source{i}");

        var statuses = await TogetherAsync(i => RenameAsync(files[i], "target"));

        Assert.Single(statuses, NtStatus.Success);
        Assert.Equal(Workers, (await NamesAsync("")).Length);
    }

    [Fact]
    public async Task Two_directories_cannot_move_into_each_other()
    {
        for (int round = 0; round < 100; round++)
        {
            var a = await CreateDirectoryAsync($"a{round}");
            var b = await CreateDirectoryAsync($"b{round}");
            int current = round;

            var statuses = await TogetherAsync(i => i % 2 == 0
                ? RenameAsync(a, $@"b{current}\a")
                : RenameAsync(b, $@"a{current}\b"));

            Assert.Contains(NtStatus.Success, statuses);
            Assert.Single(await NamesAsync("", $"?{round}")); // One of them is still under the root.
        }
    }

    [Fact]
    public async Task Writes_to_separate_ranges_do_not_mix()
    {
        const int size = 10_000;
        var file = await CreateFileAsync("f");

        await TogetherAsync(async i =>
        {
            for (int part = 0; part < 10; part++)
            {
                ulong offset = (ulong)(((part * Workers) + i) * size);
                await WriteAsync(file, offset, [.. Enumerable.Repeat((byte)(i + 1), size)]);
            }

            return NtStatus.Success;
        });

        byte[] all = await ReadAllAsync(file);
        Assert.Equal(10 * Workers * size, all.Length);
        for (int i = 0; i < all.Length; i++)
            Assert.True(all[i] == (i / size % Workers) + 1, $"Byte {i} is {all[i]}.");
    }

    [Fact]
    public async Task Appends_do_not_write_over_each_other()
    {
        const int parts = 200;
        await CreateFileAsync("f");

        await TogetherAsync(async i =>
        {
            var (_, own) = await Store.OpenAsync("f", new StoreOpenOptions(StoreAccess.Write), StoreCaller.Service, Token);
            for (int part = 0; part < parts; part++)
            {
                byte[] bytes = [.. Enumerable.Repeat((byte)(i + 1), 1 + (part % 97))];
                Assert.Equal(NtStatus.Success, await own!.AppendAsync(bytes, Token));
            }

            await own!.DisposeAsync();
            return NtStatus.Success;
        });

        var file = await OpenAsync("f", StoreAccess.Read);
        byte[] all = await ReadAllAsync(file);
        int each = Enumerable.Range(0, parts).Sum(part => 1 + (part % 97));
        Assert.Equal(Enumerable.Repeat(each, Workers), all.CountBy(b => b).OrderBy(c => c.Key).Select(c => c.Value));
    }

    [Fact]
    public async Task A_stream_is_appended_to()
    {
        var file = await CreateFileAsync("f");
        var (_, stream) = await file.OpenStreamAsync("s", create: true, StoreAccess.Read | StoreAccess.Write, Token);
        await stream!.AppendAsync("one"u8.ToArray(), Token);
        await stream.AppendAsync("two"u8.ToArray(), Token);

        Assert.Equal("onetwo"u8.ToArray(), await ReadAllAsync(stream));
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_storm_of_everything_leaves_a_consistent_tree()
    {
        await CreateDirectoryAsync("x");
        await CreateDirectoryAsync("y");
        await CreateDirectoryAsync(@"x\sub");
        string[] directories = ["", @"x\", @"y\", @"x\sub\"];

        await TogetherAsync(async worker =>
        {
            var random = new Random(worker);
            for (int i = 0; i < 150; i++)
                await StormAsync(random, directories);
            return NtStatus.Success;
        });

        // Every name that a listing shows opens to the object that the listing showed, and counts add up.
        foreach (string directory in directories)
        {
            var entries = await ListAsync(directory.TrimEnd('\\'));
            Assert.Equal(entries.Count, entries.Select(e => e.Name.ToUpperInvariant()).Distinct().Count());
            foreach (var entry in entries.Skip(2))
            {
                await using var file = await OpenAsync(directory + entry.Name, StoreAccess.None);
                Assert.Equal(entry.Stat.FileId, file.Key.FileId);
                Assert.Equal(directory + entry.Name, file.Path);
                if (!file.IsDirectory)
                    Assert.Equal(1u, (await StatAsync(file)).LinkCount);
            }
        }
    }

    private async Task StormAsync(Random random, string[] directories)
    {
        string path = directories[random.Next(directories.Length)] + "n" + random.Next(6);
        var (status, file) = await Store.OpenAsync(
            path, new StoreOpenOptions(StoreAccess.Read | StoreAccess.Write), StoreCaller.Service, Token);
        if (status.IsError)
            (status, file) = await Store.CreateAsync(
                path, new StoreCreateOptions { Access = StoreAccess.Write }, StoreCaller.Service, Token);
        Assert.Contains(
            status, new[] { NtStatus.Success, NtStatus.ObjectNameNotFound, NtStatus.ObjectNameCollision });
        if (file is null)
            return;
        await using (file)
        {
            string target = directories[random.Next(directories.Length)] + "N" + random.Next(6);
            switch (random.Next(5))
            {
                case 0:
                    await file.DeleteAsync(StoreCaller.Service, Token);
                    break;
                case 1:
                    await file.RenameAsync(target, replace: random.Next(2) == 0, StoreCaller.Service, Token);
                    break;
                case 2:
                    await file.WriteAsync((ulong)random.Next(100_000), new byte[random.Next(5000)], Token);
                    break;
                case 3:
                    await file.SetEndOfFileAsync((ulong)random.Next(100_000), Token);
                    break;
                default:
                    await ListAsync(directories[random.Next(directories.Length)].TrimEnd('\\'));
                    break;
            }
        }
    }

    /// <summary>Runs it on many threads that start at one moment.</summary>
    private static async Task<NtStatus[]> TogetherAsync(Func<int, ValueTask<NtStatus>> work)
    {
        using var start = new Barrier(Workers);
        var tasks = Enumerable.Range(0, Workers).Select(i => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(Token);
                return work(i).AsTask();
            },
            Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());
        return await Task.WhenAll(tasks);
    }
}
