using System.Text.Json.Nodes;

namespace Symbio.Cli.Configuration;

/// <summary>
/// One row of a table of settings: its name in the file, its flag, its type and where its value goes.
/// </summary>
internal abstract class Setting<TTarget>(string key, string flag, string description) where TTarget : new()
{
    /// <summary>As in the file; levels are separated by ':', as Microsoft.Extensions.Configuration does.</summary>
    public string Key { get; } = key;

    /// <summary>"--name"</summary>
    public string Flag { get; } = flag;

    /// <summary>One sentence or two for the schema, the guide and the command line's help.</summary>
    public string Description { get; } = description;

    /// <summary>Takes effect when the configuration is read again (SIGHUP); others need a restart.</summary>
    public bool Reloads { get; init; }

    /// <summary>Never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What the default is, when its value depends on the machine.</summary>
    public string? DefaultText { get; init; }

    public abstract bool IsList { get; }

    /// <summary>A flag that may stand without a value.</summary>
    public abstract bool IsSwitch { get; }

    /// <summary>The values it takes, in words.</summary>
    public abstract string Values { get; }

    /// <summary>Sets the value; null, or why not.</summary>
    public abstract string? Apply(TTarget target, IReadOnlyList<string> values);

    public abstract JsonNode? Show(TTarget target);

    public abstract JsonObject Schema();

    /// <summary>The default in words.</summary>
    public string Default() => DefaultText ?? Show(new TTarget()) switch
    {
        null => "none",
        JsonArray { Count: 0 } => "none",
        JsonArray array => string.Join(", ", array.Select(v => v!.ToString())),
        var value when value.ToString().Length == 0 => "none",
        var value => value.ToString(),
    };

    /// <summary>The path as JSON tools write it.</summary>
    public string JsonPath => "$." + Key.Replace(':', '.');
}

/// <summary>A setting with one value.</summary>
internal sealed class Setting<TTarget, T>(
    string key, string flag, SettingType<T> type, Func<TTarget, T?> get, Action<TTarget, T> set, string description)
    : Setting<TTarget>(key, flag, description) where TTarget : new()
{
    public override bool IsList => false;

    public override bool IsSwitch => typeof(T) == typeof(bool);

    public override string Values => type.Name;

    public override string? Apply(TTarget target, IReadOnlyList<string> values)
    {
        var (value, error) = type.Parse(values[^1]);
        if (error is null)
            set(target, value!);
        return error;
    }

    public override JsonNode? Show(TTarget target) => get(target) is { } value ? type.ToJson(value) : null;

    public override JsonObject Schema() => Describe(type.Schema());

    private JsonObject Describe(JsonObject schema)
    {
        schema["description"] = Description;
        if (DefaultText is null && Show(new TTarget()) is { } value)
            schema["default"] = value;
        return schema;
    }
}

/// <summary>A setting with several values: an array in JSON, or one text with commas.</summary>
internal sealed class ListSetting<TTarget, T>(
    string key, string flag, SettingType<T> type, Func<TTarget, IReadOnlyList<T>> get,
    Action<TTarget, IReadOnlyList<T>> set,
    string description)
    : Setting<TTarget>(key, flag, description) where TTarget : new()
{
    /// <summary>A value may hold commas itself, so only an array separates values.</summary>
    public bool Unsplit { get; init; }

    public override bool IsList => true;

    public override bool IsSwitch => false;

    public override string Values => $"list of {type.Name}";

    public override string? Apply(TTarget target, IReadOnlyList<string> values)
    {
        var result = new List<T>();
        var texts = Unsplit
            ? values
            : values.SelectMany(v => v.Split(',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        foreach (string text in texts)
        {
            var (value, error) = type.Parse(text);
            if (error is not null)
                return error;
            result.Add(value!);
        }
        set(target, result);
        return null;
    }

    public override JsonNode? Show(TTarget target) => new JsonArray([.. get(target).Select(type.ToJson)]);

    public override JsonObject Schema()
    {
        var schema = new JsonObject
        {
            ["type"] = new JsonArray("array", "string"),
            ["items"] = type.Schema(),
            ["description"] = Description,
        };
        if (DefaultText is null && !IsSecret && get(new TTarget()).Count > 0)
            schema["default"] = Show(new TTarget());
        return schema;
    }
}
