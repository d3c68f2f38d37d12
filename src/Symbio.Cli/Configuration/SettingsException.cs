namespace Symbio.Cli.Configuration;

/// <summary>The configuration cannot be used. Each error is one line that says where, what and what to do.</summary>
internal sealed class SettingsException(IReadOnlyList<string> errors) : Exception(string.Join('\n', errors))
{
    public SettingsException(string error)
        : this([error])
    {
    }

    public IReadOnlyList<string> Errors { get; } = errors;
}
