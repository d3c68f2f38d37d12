using System.CommandLine;
using Symbio.Cli.Control;

namespace Symbio.Cli.Commands;

/// <summary>`symbio log-level LEVEL` and nothing else: changes what the running server logs.</summary>
internal static class LogLevelCommand
{
    public static Command Create()
    {
        var level = new Argument<string>("LEVEL") { Description = "trace, debug, information, warning, error, critical or none." };
        var control = StatusCommand.NewControlOption();
        var command = new Command("log-level",
            "Change what the running server logs, until it is restarted or reads its configuration again.")
        {
            level, control,
        };
        command.SetAction(async (result, _) =>
        {
            var response = await ControlClient.AskAsync(result.GetValue(control),
                new ControlRequest("log-level", result.GetValue(level)));
            Console.WriteLine(response.Message);
            return 0;
        });
        return command;
    }
}
