namespace Symbio.Cli;

/// <summary>The command cannot be carried out; the message is one line for the person who typed it.</summary>
internal sealed class CommandException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
