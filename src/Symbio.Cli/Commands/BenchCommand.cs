using System.CommandLine;
using System.Globalization;
using Symbio.Cli.Bench;
using Symbio.Cli.Bench.Workloads;
using Symbio.Cli.Configuration;
using Symbio.Cli.Serving;
using Symbio.Client;
using Symbio.Protocol.Smb2;

namespace Symbio.Cli.Commands;

/// <summary>`symbio bench`: a load generator for any SMB server.</summary>
internal static class BenchCommand
{
    private const string PasswordVariable = "SYMBIO_PASSWORD";

    private static readonly Argument<string> Target = new("TARGET") { Description = "The share: //SERVER[:PORT]/SHARE." };

    private static readonly Argument<string> Name = new("WORKLOAD") { Description = "What to do; --list tells what there is.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> List = new("--list") { Description = "List the workloads." };

    private static readonly Option<string?> User = new("--user", "-u")
    {
        Description = $"Whom to log on as. Without a password it is taken from ${PasswordVariable}, or asked for.",
        HelpName = "NAME[:PASSWORD]",
    };

    private static readonly Option<string> Protection = new("--protection")
    {
        Description = "plain, signed or encrypted.", HelpName = "WHAT", DefaultValueFactory = _ => "plain",
    };

    private static readonly Option<string> DialectName = new("--dialect")
    {
        Description = "2.0.2, 2.1, 3.0, 3.0.2 or 3.1.1.", HelpName = "VERSION", DefaultValueFactory = _ => "3.1.1",
    };

    private static readonly Option<string> Signing = new("--signing")
    {
        Description = "Of 3.1.1: AesGmac, AesCmac or HmacSha256.", HelpName = "ALGORITHM", DefaultValueFactory = _ => "AesGmac",
    };

    private static readonly Option<string> Cipher = new("--cipher")
    {
        Description = "Of 3.1.1: Aes128Gcm, Aes256Gcm, Aes128Ccm or Aes256Ccm.", HelpName = "CIPHER", DefaultValueFactory = _ => "Aes128Gcm",
    };

    private static readonly Option<int> Connections = new("--connections", "-c")
    {
        Description = "Sessions, each with a connection of its own.", HelpName = "N", DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> Channels = new("--channels")
    {
        Description = "Connections of each session.", HelpName = "N", DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> Depth = new("--depth", "-d")
    {
        Description = "Operations under way in each session.", HelpName = "N", DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> Size = new("--size", "-s")
    {
        Description = "Bytes of a read or write, or of a small file [default: the workload's].", HelpName = "SIZE",
    };

    private static readonly Option<string> FileSize = new("--file-size")
    {
        Description = "Bytes of a large file.", HelpName = "SIZE", DefaultValueFactory = _ => "256M",
    };

    private static readonly Option<int> Entries = new("--entries", "-n")
    {
        Description = "Files in a folder, locks, or open files; see the workload.", HelpName = "N", DefaultValueFactory = _ => 1000,
    };

    private static readonly Option<string> Duration = new("--duration", "-t")
    {
        Description = "How long to measure.", HelpName = "TIME", DefaultValueFactory = _ => "10s",
    };

    private static readonly Option<string> WarmUp = new("--warm-up")
    {
        Description = "How long to run before that.", HelpName = "TIME", DefaultValueFactory = _ => "1s",
    };

    private static readonly Option<long> Operations = new("--operations")
    {
        Description = "Stop after so many operations, instead of after a time.", HelpName = "N",
    };

    private static readonly Option<double> Rate = new("--rate")
    {
        Description = "Begin so many operations in a second, whether or not earlier ones have ended (an open loop).", HelpName = "N",
    };

    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "The folder on the share to work in; deleted at the end.", HelpName = "NAME", DefaultValueFactory = _ => "symbio-bench",
    };

    private static readonly Option<bool> Keep = new("--keep") { Description = "Leave the folder, and use what is there already." };

    private static readonly Option<int> ServerProcess = new("--server-pid")
    {
        Description = "The server's process, if it is on this machine: tell its CPU time and memory.", HelpName = "PID",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "JSON instead of text." };

    private static readonly Option<string?> Plot = new("--plot") { Description = "Write a picture of the run.", HelpName = "FILE.svg" };

    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "No progress line." };

    public static Command Create()
    {
        var command = new Command("bench", "Measure an SMB server: throughput, latencies and, for one on this machine, CPU time and memory.")
        {
            Target, Name, List, User, Protection, DialectName, Signing, Cipher, Connections, Channels, Depth, Size, FileSize,
            Entries, Duration, WarmUp, Operations, Rate, Folder, Keep, ServerProcess, Json, Plot, Quiet,
        };
        Target.Arity = ArgumentArity.ZeroOrOne;
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(List))
        {
            foreach (WorkloadEntry entry in WorkloadTable.All)
                Console.WriteLine($"{entry.Name,-16} {entry.Description}");
            return 0;
        }

        BenchSettings settings = Read(result);
        bool rewrites = !Console.IsErrorRedirected;
        using var progress = new BenchProgress(result.GetValue(Quiet) ? null : Console.Error, rewrites);
        var run = new BenchRun(settings);
        BenchResult measured;
        try
        {
            measured = await run.RunAsync(progress, cancellationToken);
        }
        catch (IOException e) when (e is SmbException or SmbConnectionException)
        {
            throw new CommandException(e.Message);
        }

        Console.Write(result.GetValue(Json) ? measured.ToJson() + "\n" : measured.ToText());
        if (result.GetValue(Plot) is { } plot)
            await File.WriteAllTextAsync(plot, BenchPlot.ToSvg(measured, run.Latencies), CancellationToken.None);
        return measured.Errors == 0 ? 0 : Program.Failure;
    }

    private static BenchSettings Read(ParseResult result)
    {
        if (result.GetValue(Target) is not { } target || result.GetValue(Name) is not { } name)
            throw Wrong("a share and a workload are needed: symbio bench //SERVER/SHARE read --user NAME");
        WorkloadEntry workload = WorkloadTable.Find(name);
        (string server, int port, string share) = ParseTarget(target);
        return new BenchSettings
        {
            Workload = workload.Name,
            Server = server,
            Port = port,
            Share = share,
            User = ParseUser(result.GetValue(User)),
            Protection = ParseName<BenchProtection>(result.GetValue(Protection)!, "--protection"),
            Dialect = ParseDialect(result.GetValue(DialectName)!),
            Signing = ParseName<SigningAlgorithm>(result.GetValue(Signing)!, "--signing"),
            Cipher = ParseName<EncryptionAlgorithm>(result.GetValue(Cipher)!, "--cipher"),
            Connections = Positive(result.GetValue(Connections), "--connections"),
            Channels = Positive(result.GetValue(Channels), "--channels"),
            Depth = Positive(result.GetValue(Depth), "--depth"),
            Size = result.GetValue(Size) is { } size ? (int)Math.Min(ParseSize(size, "--size"), 1 << 24) : workload.Size,
            FileSize = ParseSize(result.GetValue(FileSize)!, "--file-size"),
            Entries = Positive(result.GetValue(Entries), "--entries"),
            Duration = ParseTime(result.GetValue(Duration)!, "--duration"),
            WarmUp = ParseTime(result.GetValue(WarmUp)!, "--warm-up"),
            Operations = Math.Max(0, result.GetValue(Operations)),
            Rate = Math.Max(0, result.GetValue(Rate)),
            Folder = result.GetValue(Folder)!,
            Keep = result.GetValue(Keep),
            ServerProcess = result.GetValue(ServerProcess),
        };
    }

    private static (string Server, int Port, string Share) ParseTarget(string target)
    {
        string[] parts = target.Replace('\\', '/').TrimStart('/').Split('/');
        if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
            throw Wrong($"'{target}' is no //SERVER[:PORT]/SHARE");
        int colon = parts[0].LastIndexOf(':');
        if (colon < 0 || parts[0].EndsWith(']'))
            return (parts[0].Trim('[', ']'), SmbConnection.DefaultPort, parts[1]);
        return ushort.TryParse(parts[0][(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? (parts[0][..colon].Trim('[', ']'), port, parts[1])
            : throw Wrong($"'{target}' has no port after the colon");
    }

    private static SmbUser ParseUser(string? user)
    {
        if (string.IsNullOrEmpty(user))
            throw Wrong("--user is needed");
        int colon = user.IndexOf(':');
        if (colon >= 0)
            return new SmbUser(user[..colon], user[(colon + 1)..]);
        if (Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password)
            return new SmbUser(user, password);
        return Passwords.CanAsk
            ? new SmbUser(user, Passwords.Ask($"password of {user}: "))
            : throw Wrong($"there is no password: --user NAME:PASSWORD, or ${PasswordVariable}");
    }

    private static Dialect ParseDialect(string version) =>
        Enum.GetValues<Dialect>().FirstOrDefault(d => d.Version == version && d is not (Dialect.None or Dialect.Wildcard)) is var dialect and not Dialect.None
            ? dialect
            : throw Wrong($"--dialect: '{version}' is none of 2.0.2, 2.1, 3.0, 3.0.2, 3.1.1");

    private static T ParseName<T>(string name, string option)
        where T : struct, Enum =>
        Enum.TryParse(name, ignoreCase: true, out T value) && Enum.IsDefined(value) && !char.IsAsciiDigit(name[0])
            ? value
            : throw Wrong($"{option}: '{name}' is none of {string.Join(", ", Enum.GetNames<T>())}");

    private static int Positive(int value, string option) =>
        value > 0 ? value : throw Wrong($"{option} must be 1 at least");

    private static long ParseSize(string text, string option) =>
        Units.TryParseSize(text, out ulong bytes) && bytes is > 0 and < long.MaxValue
            ? (long)bytes
            : throw Wrong($"{option}: '{text}' is no size, such as 64K or 1M");

    private static TimeSpan ParseTime(string text, string option) =>
        Units.TryParseDuration(text, out TimeSpan time) ? time : throw Wrong($"{option}: '{text}' is no time, such as 500ms or 10s");

    private static CommandException Wrong(string message) => new(message, Program.Usage);
}
