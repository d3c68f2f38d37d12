namespace Symbio.Cli.Bench.Workloads;

/// <summary>A workload by its name.</summary>
/// <param name="Size">Bytes of a piece or small file, when nothing else is said.</param>
internal sealed record WorkloadEntry(string Name, string Description, int Size, Func<Workload> Create);

/// <summary>All workloads there are.</summary>
internal static class WorkloadTable
{
    public static IReadOnlyList<WorkloadEntry> All { get; } =
    [
        new("read", "Read a large file from the beginning to the end, over and over.", 1 << 20, () => new TransferWorkload(writes: false, random: false)),
        new("write", "Write a large file from the beginning to the end, over and over.", 1 << 20, () => new TransferWorkload(writes: true, random: false)),
        new("random-read", "Read pieces of a large file, here and there.", 4096, () => new TransferWorkload(writes: false, random: true)),
        new("random-write", "Write pieces of a large file, here and there.", 4096, () => new TransferWorkload(writes: true, random: true)),
        new("open-close", "Open one of --entries files and close it.", 4096, () => new OpenWorkload(reads: false)),
        new("open-read-close", "Open one of --entries files, read all of it, close it.", 4096, () => new OpenWorkload(reads: true)),
        new("create", "Create, write and close small files, in a folder of --entries others.", 4096, () => new CreateWorkload(CreateKind.Create)),
        new("create-delete", "Create, write, close and delete small files.", 4096, () => new CreateWorkload(CreateKind.CreateDelete)),
        new("delete", "Delete small files; as many as --operations says are made before.", 4096, () => new CreateWorkload(CreateKind.Delete)),
        new("miss", "Open names that are not there, in a folder of --entries others.", 0, () => new MissWorkload()),
        new("stat", "Ask for the sizes and times of one of --entries files.", 0, () => new StatWorkload()),
        new("list", "List a folder of --entries files with full information.", 0, () => new ListWorkload()),
        new("rename", "Rename a file, in a folder of --entries others.", 0, () => new RenameWorkload()),
        new("lock", "Lock and unlock a range of a file that has --entries locks.", 0, () => new LockWorkload()),
        new("opens", "Open and close a file while --entries others are open.", 0, () => new OpensWorkload()),
        new("echo", "Ask whether the server is there.", 0, () => new EchoWorkload()),
        new("logon", "Connect, log on, connect to the share, and take it all back.", 0, () => new LogonWorkload()),
        new("idle", "Have --connections sessions with an open file each, and do nothing.", 0, () => new IdleWorkload()),
        new("office", "A mix of looking, reading, saving, renaming and listing, by --connections people.", 0, () => new OfficeWorkload()),
    ];

    public static WorkloadEntry Find(string name) =>
        All.FirstOrDefault(w => w.Name == name) ?? throw new CommandException(
            $"there is no workload '{name}'; there are {string.Join(", ", All.Select(w => w.Name))}", Program.Usage);
}
