namespace Symbio.Interop.Tests.Clients;

/// <summary>What a program said and how it ended.</summary>
public sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error, Func<string> Context)
{
    /// <summary>Both streams.</summary>
    public string Text => Error.Length == 0 ? Output : Output + Error;

    public IEnumerable<string> Lines => Output.Split('\n').Select(l => l.TrimEnd('\r'));

    /// <summary>Fails the test unless the program ended well.</summary>
    public CommandResult Succeeded()
    {
        if (ExitCode != 0)
            Assert.Fail($"exit code {ExitCode}\n{this}");
        return this;
    }

    /// <summary>Fails the test unless the program failed and said this.</summary>
    public CommandResult FailedWith(params string[] anyOf)
    {
        if (ExitCode == 0)
            Assert.Fail($"it should have failed\n{this}");
        if (!anyOf.Any(s => Text.Contains(s, StringComparison.OrdinalIgnoreCase)))
            Assert.Fail($"it did not say {string.Join(" or ", anyOf)}\n{this}");
        return this;
    }

    /// <summary>Fails the test unless the output has this in it.</summary>
    public CommandResult Says(string text)
    {
        if (!Text.Contains(text, StringComparison.Ordinal))
            Assert.Fail($"it did not say: {text}\n{this}");
        return this;
    }

    /// <summary>Fails the test unless the output has a match; returns that.</summary>
    public System.Text.RegularExpressions.Match Matches(string pattern)
    {
        var match = System.Text.RegularExpressions.Regex.Match(
            Text, pattern, System.Text.RegularExpressions.RegexOptions.Multiline);
        if (!match.Success)
            Assert.Fail($"nothing matches {pattern}\n{this}");
        return match;
    }

    /// <summary>Fails the test if the output has this in it.</summary>
    public CommandResult DoesNotSay(string text)
    {
        if (Text.Contains(text, StringComparison.Ordinal))
            Assert.Fail($"it should not have said: {text}\n{this}");
        return this;
    }

    public override string ToString()
    {
        string context = Context();
        return $"$ {CommandLine}\n{Shortened(Text)}" + (context.Length == 0 ? "" : $"\n--- end of the server's log\n{context}");
    }

    private static string Shortened(string text) =>
        text.Length <= 8000 ? text : $"{text[..3000]}\n[… {text.Length - 7000} characters …]\n{text[^4000..]}";
}
