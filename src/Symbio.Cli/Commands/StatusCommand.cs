using System.CommandLine;
using System.Text.Json;
using Symbio.Cli.Configuration;
using Symbio.Cli.Control;
using Symbio.Server;

namespace Symbio.Cli.Commands;

/// <summary>`symbio status`: what goes on in the running server.</summary>
internal static class StatusCommand
{
    public static Option<string?> NewControlOption() => new("--control")
    {
        Description = "The server's control socket [default: where `symbio serve` puts it].",
        HelpName = "PATH",
    };

    public static Command Create()
    {
        var control = NewControlOption();
        var json = new Option<bool>("--json") { Description = "JSON instead of tables." };
        var sessions = new Option<bool>("--sessions") { Description = "Sessions only." };
        var opens = new Option<bool>("--opens") { Description = "Open files only." };
        var locks = new Option<bool>("--locks") { Description = "Locks only." };
        var watch = new Option<bool>("--watch") { Description = "Again every two seconds, until Ctrl+C." };
        var command = new Command("status",
            "Show sessions, connected shares, open files, locks and bytes moved of the running server.")
        {
            control, json, sessions, opens, locks, watch,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            while (true)
            {
                var response = await ControlClient.AskAsync(result.GetValue(control), new ControlRequest("status"));
                if (result.GetValue(watch) && !Console.IsOutputRedirected)
                    Console.Clear();
                if (result.GetValue(json))
                    Console.WriteLine(JsonSerializer.Serialize(response, ControlJson.Indented.ControlResponse));
                else
                    Print(response, result.GetValue(sessions), result.GetValue(opens), result.GetValue(locks));
                if (!result.GetValue(watch))
                    return 0;
                await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
            }
        });
        return command;
    }

    private static void Print(ControlResponse response, bool sessions, bool opens, bool locks)
    {
        var status = response.Status ?? throw new CommandException("the server gave no status");
        bool all = !(sessions || opens || locks);
        if (all)
        {
            Console.WriteLine(
                $"symbio {response.Version}, process {response.ProcessId}, up {Age(status.Now - status.StartTime)}, " +
                $"{status.Connections.Count} connections, {status.Requests} requests, " +
                $"{Units.About(status.BytesReceived)} received, {Units.About(status.BytesSent)} sent");
        }
        if (all || sessions)
            PrintSessions(status);
        if (all)
            PrintTrees(status);
        if (all || opens)
            PrintOpens(status);
        if (all || locks)
            PrintLocks(status);
    }

    private static void PrintSessions(ServerStatus status)
    {
        var table = Tables.New("Session", "User", "From", "Dialect", "Protection", "Shares", "Files", "Since", "Idle");
        foreach (var session in status.Sessions)
        {
            string user = session.UserName.Length == 0 ? "(anonymous)"
                : $"{session.DomainName}\\{session.UserName}{(session.Guest ? " (guest)" : "")}";
            string from = session.Channels > 1 ? $"{session.RemoteEndpoint} +{session.Channels - 1}" : session.RemoteEndpoint;
            Tables.Row(
                table, $"{session.SessionId:x}", user, from, session.Dialect,
                session.Encrypted ? "encrypted" : session.Signed ? "signed" : "none", session.Trees.ToString(),
                session.Opens.ToString(),
                Age(status.Now - session.Created), Age(session.Idle));
        }
        Show("sessions", status.Sessions.Count, table);
    }

    private static void PrintTrees(ServerStatus status)
    {
        var table = Tables.New("Share", "User", "Session", "Files", "Since");
        foreach (var tree in status.Trees)
            Tables.Row(table, tree.Share, tree.UserName, $"{tree.SessionId:x}", tree.Opens.ToString(),
                Age(status.Now - tree.Created));
        Show("connected shares", status.Trees.Count, table);
    }

    private static void PrintOpens(ServerStatus status)
    {
        var table = Tables.New("Share", "Path", "User", "Access", "Shared", "Locks", "Since");
        foreach (var open in status.Opens)
        {
            Tables.Row(
                table, open.Share, open.Path.Length == 0 ? "\\" : open.Path, open.UserName, Access(open.GrantedAccess),
                Sharing(open.ShareAccess),
                open.Locks.ToString(), Age(status.Now - open.Opened));
        }
        Show("open files", status.Opens.Count, table);
    }

    private static void PrintLocks(ServerStatus status)
    {
        var table = Tables.New("Share", "Path", "User", "Offset", "Length", "Kind");
        foreach (var range in status.Locks)
        {
            Tables.Row(
                table, range.Share, range.Path, range.UserName, range.Offset.ToString(), range.Length.ToString(),
                range.Exclusive ? "exclusive" : "shared");
        }
        Show("locks", status.Locks.Count, table);
    }

    private static void Show(string title, int count, Spectre.Console.Table table)
    {
        Console.WriteLine();
        Console.WriteLine($"{count} {title}");
        if (count > 0)
            Tables.Print(table);
    }

    private static string Access(uint access) =>
        Letters((access & 0x1) != 0, (access & 0x6) != 0, (access & 0x10000) != 0) is { Length: > 0 } letters
            ? letters
            : "attributes";

    private static string Sharing(uint share) =>
        Letters((share & 1) != 0, (share & 2) != 0, (share & 4) != 0) is { Length: > 0 } letters ? letters : "none";

    private static string Letters(bool read, bool write, bool delete) =>
        (read ? "r" : "") + (write ? "w" : "") + (delete ? "d" : "");

    private static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 1 } => $"{(int)age.TotalDays}d {age.Hours}h",
        { TotalHours: >= 1 } => $"{age.Hours}h {age.Minutes}m",
        { TotalMinutes: >= 1 } => $"{age.Minutes}m {age.Seconds}s",
        _ => $"{Math.Max(0, (int)age.TotalSeconds)}s",
    };
}
