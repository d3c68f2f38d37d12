using Spectre.Console;

namespace Symbio.Cli.Commands;

/// <summary>Tables on a terminal, and the same columns for a pipe.</summary>
internal static class Tables
{
    /// <summary>What no path on a terminal is wider than; a pipe has no width of its own.</summary>
    private const int PipeWidth = 240;

    private static readonly Lazy<IAnsiConsole> Output = new(() =>
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected)
            console.Profile.Width = PipeWidth;
        return console;
    });

    public static Table New(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
            table.AddColumn(new TableColumn(new Text(column)).NoWrap());
        return table;
    }

    /// <summary>Cells are text, never markup: names come from peers.</summary>
    public static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(c => new Text(Clean(c))));

    public static void Print(Table table) => Output.Value.Write(table);

    private static string Clean(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;
}
