using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Symbio.Cli.Configuration;
using Symbio.Cli.Logging;
using Symbio.Cli.Serving;

namespace Symbio.Cli.Commands;

/// <summary>`symbio serve`: runs a server until SIGTERM or SIGINT.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serve folders to SMB clients.");
        var options = new SettingOptions();
        options.AddTo(command);
        command.SetAction((result, _) => RunAsync(options, result));
        return command;
    }

    private static async Task<int> RunAsync(SettingOptions options, ParseResult result)
    {
        Capabilities.GiveUp();
        SocketThreads.Configure();
        string? configFile = options.ConfigFile(result) is { } file ? Path.GetFullPath(file) : null;
        var loaded = options.Load(result, configFile);
        var settings = loaded.Settings;

        var logSwitch = new LogSwitch(settings.LogLevel, settings.Trace);
        bool journal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };
        await using var lines = new LineLoggerProvider(Console.Error, settings.LogFormat, TimeProvider.System, journal);
        using var loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(LogLevel.Trace)
            .AddFilter((category, level) => logSwitch.IsEnabled(category, level))
            .AddProvider(lines));
        var systemd = SystemdNotifier.FromEnvironment();

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnStop(PosixSignalContext context)
        {
            context.Cancel = true;
            if (!stop.TrySetResult())
                Environment.Exit(130); // Asked twice: do not wait for anybody.
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnStop);

        if (settings.Listen.Count == 0 && !Environment.IsPrivilegedProcess)
            Console.WriteLine($"not root, so port {Endpoints.UnprivilegedPort} instead of {Endpoints.SmbPort} (--listen takes another)");
        await using var host = await ServerHost.StartAsync(() => options.Load(result, configFile), loggers, logSwitch,
            loaded);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = ReloadAsync(host, systemd);
        });

        foreach (string line in Banner.Lines(settings, host.Listening, host.FirstUser, host.GeneratedPasswords))
            Console.WriteLine(line);
        await Console.Out.FlushAsync();
        systemd.Ready(Status(host));
        using var idleMemory = new IdleMemory();

        await stop.Task;
        systemd.Stopping();
        await host.StopAsync();
        return 0;
    }

    private static async Task ReloadAsync(ServerHost host, SystemdNotifier systemd)
    {
        systemd.Reloading();
        await host.ReloadAsync();
        systemd.Ready(Status(host)); // Always, or systemd would wait for ever.
    }

    private static string Status(ServerHost host) =>
        $"Serving {host.Settings.Shares.Count} shares on {string.Join(", ", host.Listening)}";
}
