using System.Text.Json;
using System.Text.Json.Serialization;
using Symbio.Server;

namespace Symbio.Cli.Control;

/// <summary>One line from a tool to the server.</summary>
/// <param name="Command">"status", "log-level", "reload".</param>
/// <param name="Argument">The level of log-level.</param>
internal sealed record ControlRequest(string Command, string? Argument = null);

/// <summary>One line back. Either Error or what was asked for.</summary>
internal sealed record ControlResponse
{
    public string? Error { get; init; }
    public string? Version { get; init; }
    public int? ProcessId { get; init; }
    public ServerStatus? Status { get; init; }
    public string? Message { get; init; }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlResponse))]
internal sealed partial class ControlJson : JsonSerializerContext
{
    private static readonly Lazy<ControlJson> IndentedContext = new(() => new ControlJson(
        new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        }));

    /// <summary>For people.</summary>
    public static ControlJson Indented => IndentedContext.Value;
}
