using System.CommandLine;
using System.Reflection;
using Symbio.Cli.Commands;
using Symbio.Cli.Configuration;

namespace Symbio.Cli;

/// <summary>The `symbio` command.</summary>
internal static class Program
{
    /// <summary>Something went wrong: exit code of most failures.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;

    public static string Version { get; } =
        typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";

    public static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("Symbio: an SMB 2/3 file server. `symbio serve --share files=./folder --user demo` shares a folder.")
        {
            ServeCommand.Create(),
            UserCommand.Create(),
            ConfigCommand.Create(),
            StatusCommand.Create(),
            LogLevelCommand.Create(),
            BenchCommand.Create(),
            VersionCommand(),
        };
        var result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            Tell(result.Errors.Select(e => e.Message));
            string command = result.CommandResult.Command == root ? "symbio" : $"symbio {Path(result.CommandResult)}";
            await Console.Error.WriteLineAsync($"see {command} --help");
            return Usage;
        }
        try
        {
            // SIGTERM and SIGINT are the commands' own affair: a server drains.
            return await result.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
                });
        }
        catch (SettingsException e)
        {
            Tell(e.Errors);
            return Usage;
        }
        catch (CommandException e)
        {
            Tell([e.Message]);
            return e.ExitCode;
        }
        catch (Identity.UserFileException e)
        {
            Tell([e.Message]);
            return Failure;
        }
        catch (Exception e)
        {
            Tell([$"this is a bug in symbio: {e}"]);
            return Failure;
        }
    }

    private static void Tell(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Console.Error.WriteLine($"symbio: {line}");
    }

    private static string Path(System.CommandLine.Parsing.CommandResult command) =>
        command.Parent is System.CommandLine.Parsing.CommandResult { Parent: not null } parent
            ? $"{Path(parent)} {command.Command.Name}"
            : command.Command.Name;

    private static Command VersionCommand()
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(_ =>
        {
            Console.WriteLine($"symbio {Version} (.NET {Environment.Version})");
            return 0;
        });
        return command;
    }
}
