using System.Text.Json.Nodes;

namespace Symbio.Cli.Configuration;

/// <summary>The JSON schema of the configuration file, made from the table of settings.</summary>
internal static class SettingsSchema
{
    public const string Id = "symbio.schema.json";

    public static JsonObject Create()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = Id,
            ["title"] = "Symbio's configuration",
            ["description"] = "Read by `symbio serve --config FILE`. Comments and trailing commas are allowed.",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject
            {
                ["$schema"] = new JsonObject { ["type"] = "string" },
            },
        };
        var properties = schema["properties"]!.AsObject();
        foreach (var setting in SettingTable.Server)
        {
            string[] parts = setting.Key.Split(':');
            Group(properties, parts).Add(parts[^1], setting.Schema());
        }

        var share = new JsonObject();
        foreach (var setting in SettingTable.Share)
            share.Add(setting.Key, setting.Schema());
        properties["shares"] = new JsonObject
        {
            ["description"] = "The shares, by name. Names compare without regard to case.",
            ["type"] = "object",
            ["additionalProperties"] = new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["required"] = new JsonArray("path"),
                ["properties"] = share,
            },
        };
        return schema;
    }

    private static JsonObject Group(JsonObject properties, string[] parts)
    {
        foreach (string part in parts[..^1])
        {
            if (properties[part] is not JsonObject group)
            {
                properties[part] = group = new JsonObject
                {
                    ["type"] = "object",
                    ["additionalProperties"] = false,
                    ["properties"] = new JsonObject(),
                };
            }
            properties = group["properties"]!.AsObject();
        }
        return properties;
    }
}
