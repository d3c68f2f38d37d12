// What a name costs in folders of different sizes: dotnet run -c Release --project bench/Names -- [FOLDER]
// Prints a Markdown table; docs/decisions/0002-case-insensitive-names.md has one.
using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Storage;
using Symbio.Storage.Posix;

if (args is ["--churner", var churned])
    return Churner.Run(churned);

string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
int[] sizes = [100, 10_000, 100_000];
const int operations = 5_000;

Console.WriteLine("| entries | another process | create | open | open, other case | miss | delete | readings | first miss (ms) |");
Console.WriteLine("|---:|---|---:|---:|---:|---:|---:|---:|---:|");
foreach (bool churn in new[] { false, true })
{
    foreach (int size in sizes)
        await MeasureAsync(size, churn);
}

return 0;

async Task MeasureAsync(int size, bool churn)
{
    string folder = Path.Combine(parent, $"names-bench-{Environment.ProcessId}-{size}");
    Directory.CreateDirectory(folder);
    for (int i = 0; i < size; i++)
        File.Create(Path.Combine(folder, $"Some File {i:D6}.dat")).Dispose();
    string self = Path.Combine(AppContext.BaseDirectory, "names-bench");
    using var churner = churn ? Process.Start(self, ["--churner", folder]) : null;
    await using var store = PosixFileStore.Open(folder);
    var building = Stopwatch.StartNew();
    await OpenAsync(store, "NO SUCH FILE"); // Builds the index: paid once per folder, not per operation.
    double first = building.Elapsed.TotalMilliseconds;

    // In rounds, each round all kinds: a slow moment of the machine hits them alike. The first warms up.
    double create = 0, open = 0, other = 0, miss = 0, delete = 0;
    const int rounds = 6;
    for (int round = 0; round < rounds; round++)
    {
        double weight = round == 0 ? 0 : 1.0 / (rounds - 1);
        create += weight * await TimeAsync(i => CreateAsync(store, $"New File {i:D6}.tmp"));
        open += weight * await TimeAsync(i => OpenAsync(store, $"Some File {i % size:D6}.dat"));
        other += weight * await TimeAsync(i => OpenAsync(store, $"sOME fILE {i % size:D6}.DAT"));
        miss += weight * await TimeAsync(i => OpenAsync(store, $"Missing {i:D6}.dat"));
        delete += weight * await TimeAsync(i => DeleteAsync(store, $"New File {i:D6}.tmp"));
    }

    churner?.Kill();
    churner?.WaitForExit();
    Console.WriteLine($"| {size:N0} | {(churn ? "changes it" : "is quiet")} | {create:F1} | {open:F1} | {other:F1} | " +
        $"{miss:F1} | {delete:F1} | {store.NameScans} | {first:F1} |");
    await store.DisposeAsync();
    Directory.Delete(folder, recursive: true);
}

// Microseconds per operation.
static async Task<double> TimeAsync(Func<int, ValueTask> operation)
{
    var watch = Stopwatch.StartNew();
    for (int i = 0; i < operations; i++)
        await operation(i);
    return watch.Elapsed.TotalMicroseconds / operations;
}

static async ValueTask CreateAsync(PosixFileStore store, string name)
{
    var (status, file) = await store.CreateAsync(
        name, new StoreCreateOptions { Access = StoreAccess.Write }, StoreCaller.Service, CancellationToken.None);
    Require(status == NtStatus.Success, name, status);
    await file!.DisposeAsync();
}

static async ValueTask OpenAsync(PosixFileStore store, string name)
{
    var (status, file) = await store.OpenAsync(
        name, new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, CancellationToken.None);
    bool missing = name.StartsWith("Missing", StringComparison.Ordinal) ||
        name.StartsWith("NO", StringComparison.Ordinal);
    Require(status == (missing ? NtStatus.ObjectNameNotFound : NtStatus.Success), name, status);
    if (file is not null)
        await file.DisposeAsync();
}

static async ValueTask DeleteAsync(PosixFileStore store, string name)
{
    var (status, file) = await store.OpenAsync(
        name, new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, CancellationToken.None);
    Require(status == NtStatus.Success, name, status);
    status = await file!.DeleteAsync(StoreCaller.Service, CancellationToken.None);
    Require(status == NtStatus.Success, name, status);
    await file.DisposeAsync();
}

static void Require(bool condition, string name, NtStatus status)
{
    if (!condition)
        throw new InvalidOperationException($"{name}: {status}");
}

/// <summary>Another process that creates, renames and deletes as fast as it can, until it is killed.</summary>
internal static class Churner
{
    public static int Run(string folder)
    {
        for (int i = 0; ; i++)
        {
            string name = Path.Combine(folder, $"Churn {i % 1000:D4}");
            File.WriteAllText(name, "");
            File.Move(name, name + " Renamed", overwrite: true);
            File.Delete(name + " Renamed");
        }
    }
}
