using System.Security.Cryptography;

namespace Symbio.Cli.Serving;

/// <summary>Passwords: asked for, read from a pipe, or made up.</summary>
internal static class Passwords
{
    // No letters and digits that look alike: it will be typed from a screen. 31 characters, 16 of them: 79 bits.
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz2345678";

    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>Sixteen characters in groups of four.</summary>
    public static string Generate() =>
        string.Join('-', RandomNumberGenerator.GetString(Alphabet, 16).Chunk(4).Select(c => new string(c)));

    /// <summary>Asks on the terminal without showing what is typed.</summary>
    public static string Ask(string prompt)
    {
        Console.Error.Write(prompt);
        var password = new System.Text.StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                break;
            if (key.Key == ConsoleKey.Backspace)
                password.Length = Math.Max(0, password.Length - 1);
            else if (key.KeyChar >= ' ')
                password.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return password.ToString();
    }

    /// <summary>A new password: asked for twice on a terminal, else the first line of the standard input.</summary>
    public static string AskNew(string name)
    {
        string? password;
        if (CanAsk)
        {
            password = Ask($"new password of {name}: ");
            if (password != Ask("once more: "))
                throw new CommandException("the two passwords differ; nothing was changed");
        }
        else
        {
            password = Console.In.ReadLine();
        }
        return password is { Length: > 0 }
            ? password
            : throw new CommandException("an empty password is not allowed; nothing was changed");
    }
}
