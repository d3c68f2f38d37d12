using Microsoft.Extensions.Configuration;

namespace Symbio.Cli.Configuration;

/// <summary>
/// Settings from one place (a file, the environment, the flags), each with the spot that an error message names.
/// </summary>
internal abstract class SettingsProvider : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, string> _origins = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Keys that hold a value, as spelled.</summary>
    public IEnumerable<string> Keys => Data.Keys;

    /// <summary>Where a value stands: "symbio.json:12: $.listen", "SYMBIO_LISTEN", "--listen".</summary>
    public string Origin(string key) => _origins.GetValueOrDefault(key, key);

    /// <summary>A key that this source must not have is an error; else it is worth a warning.</summary>
    public virtual bool UnknownIsError => true;

    IConfigurationProvider IConfigurationSource.Build(IConfigurationBuilder builder) => this;

    /// <summary>The value, or the values of a list; null when this source says nothing.</summary>
    public IReadOnlyList<string>? Values(string key)
    {
        if (Data.TryGetValue(key, out string? value))
            return value is null ? [] : [value];
        var values = new List<string>();
        while (Data.TryGetValue($"{key}:{values.Count}", out value) && value is not null)
            values.Add(value);
        return values.Count > 0 ? values : null;
    }

    protected void Add(string key, string? value, string origin)
    {
        Data[key] = value;
        _origins[key] = origin;
    }

    protected bool Has(string key) => Data.ContainsKey(key);
}

/// <summary>Flags of the command line.</summary>
internal sealed class FlagProvider : SettingsProvider
{
    public void Set(string key, string flag, IReadOnlyList<string> values)
    {
        if (values.Count == 1)
            Add(key, values[0], flag);
        for (int i = 0; values.Count > 1 && i < values.Count; i++)
            Add($"{key}:{i}", values[i], flag);
    }
}

/// <summary>SYMBIO_LOG__LEVEL, SYMBIO_MIN_DIALECT, SYMBIO_SHARES__files__PATH, SYMBIO_LISTEN__0.</summary>
internal sealed class EnvironmentProvider : SettingsProvider
{
    private const string Prefix = "SYMBIO_";

    /// <summary>Names the configuration file.</summary>
    public const string ConfigVariable = "SYMBIO_CONFIG";

    public EnvironmentProvider(IEnumerable<KeyValuePair<string, string>> variables)
    {
        foreach (var (name, value) in variables)
        {
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || name == ConfigVariable)
                continue;
            string[] parts = name[Prefix.Length..].Split("__");
            // Names of settings have no underscores, so MIN_DIALECT is minDialect. Names of shares may have some.
            bool isShare = parts is ["SHARES" or "shares" or "Shares", _, ..];
            for (int i = 0; i < parts.Length; i++)
                if (!(isShare && i == 1))
                    parts[i] = parts[i].Replace("_", "");
            Add(string.Join(':', parts), value, name);
        }
    }

    /// <summary>The environment is not ours alone: SYMBIO_SOMETHING may be another program's.</summary>
    public override bool UnknownIsError => false;
}
