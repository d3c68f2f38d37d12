using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Symbio.Cli.Configuration;

namespace Symbio.Cli.Commands;

/// <summary>`symbio config check|show|schema`.</summary>
internal static class ConfigCommand
{
    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create() =>
        new("config", "Check, show and describe the configuration.") { Check(), Show(), Schema() };

    private static Command Check()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = $"The file to check [default: {EnvironmentProvider.ConfigVariable}, else {Locations.ConfigFile}].",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var options = new SettingOptions();
        var command = new Command("check", "Say what is wrong with a configuration; exit code 2 when something is.") { file };
        options.AddTo(command);
        command.SetAction(result =>
        {
            string path = result.GetValue(file) ?? options.ConfigFile(result) ?? Locations.ConfigFile;
            var loaded = options.Load(result, path);
            foreach (string warning in loaded.Warnings)
                Console.Error.WriteLine($"symbio: warning: {warning}");
            var missing = loaded.Settings.Shares.Values.Where(s => !s.IsMemory && !Directory.Exists(s.Path))
                .Select(s => $"{s.Origin}: share '{s.Name}': there is no folder {s.Path}").ToList();
            if (missing.Count > 0)
                throw new SettingsException(missing);
            Console.WriteLine($"{path}: good ({loaded.Settings.Shares.Count} shares)");
            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        var options = new SettingOptions();
        var command = new Command("show", "Print the settings in effect (file, environment and flags together), without secrets.");
        options.AddTo(command);
        command.SetAction(result =>
        {
            string? file = options.ConfigFile(result)
                ?? (File.Exists(Locations.ConfigFile) ? Locations.ConfigFile : null);
            var settings = options.Load(result, file).Settings;
            settings.Listen = Serving.Endpoints.Of(settings);
            settings.UsersFile = settings.UsersFile.Length > 0 ? settings.UsersFile : Locations.UsersFile;
            settings.ControlPath = settings.ControlPath.Length > 0 ? settings.ControlPath : Locations.ControlSocket;
            Console.WriteLine(ToText(SettingsView.Create(settings)));
            return 0;
        });
        return command;
    }

    private static Command Schema()
    {
        var command = new Command("schema", "Print the JSON schema of the configuration file.");
        command.SetAction(_ =>
        {
            Console.WriteLine(ToText(SettingsSchema.Create()));
            return 0;
        });
        return command;
    }

    internal static string ToText(JsonNode node)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
            node.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
