using System.Collections;
using System.CommandLine;
using Symbio.Cli.Configuration;

namespace Symbio.Cli.Commands;

/// <summary>The flags of all settings, --share and --config, for the commands that read a configuration.</summary>
internal sealed class SettingOptions
{
    private readonly List<(Setting<ServerSettings> Setting, Option<string[]> Option)> _settings = [];

    private readonly Option<string[]> _share = new("--share")
    {
        Description = "Share a folder: NAME=PATH[,option[=value]…]; PATH `memory:` is a scratch folder. Options: " +
            string.Join(", ", SettingTable.Share.Select(s => s.Flag).Where(f => f.Length > 0)) +
                ". May be given several times.",
        HelpName = "NAME=PATH[,…]",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = $"Configuration file (JSON; also by {EnvironmentProvider.ConfigVariable}).",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Add(_config);
        command.Add(_share);
        foreach (var setting in SettingTable.Server)
        {
            var option = new Option<string[]>(setting.Flag)
            {
                Description = $"{setting.Description} [default: {setting.Default()}]",
                HelpName = setting.IsSwitch ? "true|false" : setting.Key.Split(':')[^1],
                Arity = setting.IsSwitch ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore,
            };
            _settings.Add((setting, option));
            command.Add(option);
        }
    }

    /// <summary>Reads the configuration; can be called again, for a reload.</summary>
    /// <param name="configFile">Instead of --config.</param>
    /// <exception cref="SettingsException">With one line per error.</exception>
    public LoadedSettings Load(ParseResult result, string? configFile = null)
    {
        var flags = new FlagProvider();
        foreach (string share in result.GetValue(_share) ?? [])
            ShareFlag.Add(flags, share);
        foreach (var (setting, option) in _settings)
        {
            if (result.GetResult(option) is not { Implicit: false } given)
                continue;
            var values = given.Tokens.Select(t => t.Value).ToList();
            if (values.Count == 0)
                values.Add("true");
            if (!setting.IsList && given.IdentifierTokenCount > 1)
                throw new SettingsException($"{setting.Flag}: given {given.IdentifierTokenCount} times");
            flags.Set(setting.Key, setting.Flag, values);
        }
        return SettingsLoader.Load(configFile ?? ConfigFile(result), flags, Environment());
    }

    /// <summary>The file of --config or SYMBIO_CONFIG.</summary>
    public string? ConfigFile(ParseResult result) => result.GetValue(_config) ?? ConfigFileOfEnvironment;

    public static string? ConfigFileOfEnvironment =>
        System.Environment.GetEnvironmentVariable(EnvironmentProvider.ConfigVariable) is { Length: > 0 } file ? file
            : null;

    public static IEnumerable<KeyValuePair<string, string>> Environment()
    {
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            yield return new((string)variable.Key, (string?)variable.Value ?? "");
    }
}
