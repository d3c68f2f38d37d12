using Microsoft.Extensions.Logging;

namespace Symbio.Cli.Serving;

/// <summary>What the command itself logs. Event ids 8xx.</summary>
internal static partial class ServeLog
{
    [LoggerMessage(801, LogLevel.Warning, "{Warning}")]
    public static partial void Warning(ILogger log, string warning);

    [LoggerMessage(802, LogLevel.Information, "the configuration was read again: {Shares} shares, {Users} users")]
    public static partial void Reloaded(ILogger log, int shares, int users);

    [LoggerMessage(803, LogLevel.Error, "the configuration was not taken over, all stays as it was: {Problem}")]
    public static partial void ReloadRefused(ILogger log, string problem);

    [LoggerMessage(808, LogLevel.Error, "reading the configuration again failed")]
    public static partial void ReloadFailed(ILogger log, Exception exception);

    [LoggerMessage(804, LogLevel.Warning, "{Setting} has changed; that needs a restart")]
    public static partial void NeedsRestart(ILogger log, string setting);

    [LoggerMessage(805, LogLevel.Warning, "the users file was not taken over, users stay as they were: {Problem}")]
    public static partial void UsersReloadRefused(ILogger log, string problem);

    [LoggerMessage(806, LogLevel.Information, "log level is now {Level}")]
    public static partial void LevelChanged(ILogger log, LogLevel level);

    [LoggerMessage(807, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger log);
}
