using System.Text;
using Symbio.Cli.Commands;
using Symbio.Cli.Configuration;

namespace Symbio.Cli.Tests;

/// <summary>
/// What docs/ says of the settings is what the program knows. SYMBIO_UPDATE=1 brings docs/ up to date.
/// </summary>
public sealed class PublishedDocsTests
{
    private const string Begin = "<!-- settings: made by PublishedDocsTests from SettingTable -->";
    private const string End = "<!-- end of settings -->";

    [Fact]
    public void The_published_schema_is_the_programs() =>
        Compare("docs/symbio.schema.json", _ => ConfigCommand.ToText(SettingsSchema.Create()) + "\n");

    [Fact]
    public void The_guide_names_every_setting() =>
        Compare("docs/guide/configuration.md", text =>
        {
            int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
            int end = text.IndexOf(End, StringComparison.Ordinal);
            Assert.True(begin >= Begin.Length && end > begin, "docs/guide/configuration.md has lost its marks");
            return $"{text[..begin]}\n{Tables()}{text[end..]}";
        });

    [Fact]
    public void Keys_and_flags_are_unique()
    {
        Assert.Distinct(SettingTable.Server.Select(s => s.Key));
        Assert.Distinct(SettingTable.Server.Select(s => s.Flag));
        Assert.Distinct(SettingTable.Share.Select(s => s.Key));
        Assert.Distinct(SettingTable.Share.Select(s => s.Flag));
    }

    private static void Compare(string name, Func<string, string> make)
    {
        string path = Path.Combine(Repository.Root, name);
        string present = File.Exists(path) ? File.ReadAllText(path) : "";
        string wanted = make(present);
        if (Repository.Updates)
            File.WriteAllText(path, wanted);
        else
            Assert.True(present == wanted, $"{name} is not what the settings are: run this test with SYMBIO_UPDATE=1 and commit");
    }

    private static string Tables()
    {
        var text = new StringBuilder();
        text.Append("\n### The server\n\n| setting | flag | values | default | what it does |\n|---|---|---|---|---|\n");
        foreach (var setting in SettingTable.Server)
        {
            text.Append(
                $"| `{setting.Key.Replace(':', '.')}` | `{setting.Flag}` | {setting.Values} | {setting.Default()} " +
                $"| {setting.Description}{(setting.Reloads ? " *Reloads.*" : "")} |\n");
        }
        text.Append("\n### A share\n\nIn `shares.NAME`; all of it reloads.\n\n");
        text.Append("| setting | in `--share` | values | default | what it does |\n|---|---|---|---|---|\n");
        foreach (var setting in SettingTable.Share)
        {
            string flag = setting.Flag.Length == 0 ? "`NAME=PATH`"
                : $"`{setting.Flag}{(setting.IsSwitch ? "" : "=…")}`";
            text.Append($"| `{setting.Key}` | {flag} | {setting.Values} | {setting.Default()} | {setting.Description} |\n");
        }
        return text.Append('\n').ToString();
    }
}
