using System.Diagnostics;
using System.Text;

namespace Symbio.Interop.Tests.Clients;

/// <summary>A program to run, with a time limit.</summary>
public sealed record Command(string Program, params IReadOnlyList<string> Arguments)
{
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(60);

    public string? Folder { get; init; }

    public string Input { get; init; } = "";

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What else a failure message should show: the server's log.</summary>
    public Func<string> Context { get; init; } = () => "";

    /// <summary>The command line, to be copied into a shell.</summary>
    public override string ToString() => string.Join(' ', new[] { Program }.Concat(Arguments).Select(Quoted));

    /// <summary>Starts it; the caller ends it.</summary>
    public Process Start()
    {
        var info = new ProcessStartInfo(Program, Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = Folder ?? "",
        };
        info.Environment["LC_ALL"] = "C.UTF-8";
        // The tests' own; the server would take them for settings.
        foreach (string name in info.Environment.Keys.Where(n => n.StartsWith("SYMBIO_", StringComparison.Ordinal)).ToList())
            info.Environment.Remove(name);
        foreach (var (name, value) in Environment)
            info.Environment[name] = value;
        return Process.Start(info) ?? throw new InvalidOperationException($"{Program} was not started");
    }

    /// <summary>Runs it to its end. At the time limit it is killed and the test fails.</summary>
    public async Task<CommandResult> RunAsync()
    {
        using Process process = Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(Input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading all.
        }

        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            var late = new CommandResult(ToString(), process.ExitCode, await output, await error, Context);
            Assert.Fail($"still running after {Limit.TotalSeconds:0} s\n{late}");
        }

        return new CommandResult(ToString(), process.ExitCode, await output, await error, Context);
    }

    private static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsLetterOrDigit(c) || "-_./=:,%+@".Contains(c))
            ? argument
            : $"'{argument.Replace("'", @"'\''")}'";
}
