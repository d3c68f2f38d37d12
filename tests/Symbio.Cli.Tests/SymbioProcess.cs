using System.Diagnostics;

namespace Symbio.Cli.Tests;

/// <summary>How a program ended and what it said.</summary>
internal sealed record Finished(int ExitCode, string Output, string Error)
{
    /// <summary>It succeeded; what it printed.</summary>
    public string Good()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}{Output}");
        return Output.Trim();
    }

    /// <summary>It failed with one line; that line.</summary>
    public string OneError(int exitCode)
    {
        Assert.Equal((exitCode, 1), (ExitCode, Error.Trim().Split('\n').Length));
        Assert.StartsWith("symbio: ", Error);
        return Error.Trim();
    }
}

/// <summary>The built `symbio`, run as a user would, with its state in a folder of its own.</summary>
internal sealed class SymbioProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // CI's machines are slow and busy.

    private readonly Process _process;

    private SymbioProcess(Process process) => _process = process;

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "symbio");

    public int Id => _process.Id;

    public StreamReader Output => _process.StandardOutput;

    public StreamReader Error => _process.StandardError;

    public static SymbioProcess Start(TempFolder folder, IReadOnlyDictionary<string, string> environment,
        params string[] arguments) => StartBy([Program, .. arguments], folder, environment);

    /// <summary>By another program, which changes what it may do.</summary>
    public static SymbioProcess StartBy(
        string[] command, TempFolder folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("SYMBIO_", StringComparison.Ordinal))
            .ToList())
            start.Environment.Remove(name);
        start.Environment["XDG_STATE_HOME"] = folder.File("state");
        start.Environment["XDG_RUNTIME_DIR"] = folder.Path;
        start.Environment["HOME"] = folder.Path;
        start.Environment.Remove("STATE_DIRECTORY");
        start.Environment.Remove("JOURNAL_STREAM");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new SymbioProcess(Process.Start(start)!);
    }

    public static async Task<Finished> RunAsync(TempFolder folder, string input, params string[] arguments)
    {
        using var process = Start(folder, new Dictionary<string, string>(), arguments);
        await process._process.StandardInput.WriteAsync(input);
        process._process.StandardInput.Close();
        return await process.FinishAsync();
    }

    public async Task<Finished> FinishAsync()
    {
        var output = _process.StandardOutput.ReadToEndAsync();
        var error = _process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            Assert.Fail($"symbio is still running; it said: {await error}{await output}");
        }
        return new Finished(_process.ExitCode, await output, await error);
    }

    /// <summary>The first line of its output that contains a text.</summary>
    public async Task<string> LineAsync(string text)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var before = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return line;
            before.Add(line);
        }
        Assert.Fail($"symbio ended without saying '{text}': {string.Join('\n', before)}\n{await _process.StandardError.ReadToEndAsync()}");
        return "";
    }

    /// <summary>"TERM", "HUP", "INT"</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString()]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
