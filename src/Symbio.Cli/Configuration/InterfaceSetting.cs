using System.Text.Json.Nodes;
using Symbio.Server;

namespace Symbio.Cli.Configuration;

/// <summary>How a network interface is written: NAME-or-ADDRESS[;speed=10G][;rss|;no-rss].</summary>
internal static class InterfaceSetting
{
    public static SettingType<InterfaceOptions> Type { get; } = new(
        "NAME[;speed=10G][;rss]", Parse, value => JsonValue.Create(Show(value)),
        () => new JsonObject { ["type"] = "string" });

    private static Parsed<InterfaceOptions> Parse(string text)
    {
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries);
        if (parts[0].Length == 0)
            return Parsed<InterfaceOptions>.Wrong($"'{text}' names no interface");
        var options = new InterfaceOptions(parts[0]);
        foreach (string part in parts.Skip(1))
        {
            if (part.StartsWith("speed=", StringComparison.OrdinalIgnoreCase))
            {
                if (!Units.TryParseBitRate(part["speed=".Length..], out ulong speed))
                    return Parsed<InterfaceOptions>.Wrong($"'{part}' is not a speed, such as speed=1G or speed=100M");
                options = options with { LinkSpeed = speed };
            }
            else if (part.ToLowerInvariant() is "rss" or "no-rss")
            {
                options = options with { IsRssCapable = !part.StartsWith("no", StringComparison.OrdinalIgnoreCase) };
            }
            else
            {
                return Parsed<InterfaceOptions>.Wrong($"'{part}' is none of speed=..., rss, no-rss");
            }
        }

        return options;
    }

    private static string Show(InterfaceOptions options) => options.Which
        + (options.LinkSpeed is { } speed ? $";speed={Units.BitRate(speed)}" : "")
        + options.IsRssCapable switch { true => ";rss", false => ";no-rss", null => "" };
}
