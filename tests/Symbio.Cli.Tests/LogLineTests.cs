using System.Text.Json;
using Microsoft.Extensions.Logging;
using Symbio.Cli.Configuration;
using Symbio.Cli.Logging;

namespace Symbio.Cli.Tests;

public sealed class LogLineTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 12, 0, 0, 123, TimeSpan.Zero);

    private static KeyValuePair<string, object?>[] Values(string template, params (string, object?)[] values) =>
        [.. values.Select(v => new KeyValuePair<string, object?>(v.Item1, v.Item2)), new("{OriginalFormat}", template)];

    [Fact]
    public void One_line_says_time_level_area_message_and_what_the_message_does_not_say()
    {
        string line = LogLine.Text(
            Time, LogLevel.Warning, "server", "logon of demo failed",
            Values("logon of {User} failed", ("User", "demo"), ("Peer", "192.0.2.1"), ("Client", "a b")), null);
        Assert.Equal("2026-01-31T12:00:00.123Z warn  server logon of demo failed Peer=192.0.2.1 Client=\"a b\"", line);
    }

    [Fact]
    public void A_name_from_a_peer_cannot_forge_a_line_or_talk_to_the_terminal()
    {
        string line = LogLine.Text(
            Time, LogLevel.Information, "server", "hello\n2026-01-31 all is well\u001b[2J",
            Values("", ("User", "x\r\ny")),
            new InvalidOperationException("bad\nthing"));
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\u001b', line);
        Assert.Contains("hello\\n2026", line);
    }

    [Fact]
    public void Json_keeps_the_types()
    {
        string line = LogLine.Json(
            Time, LogLevel.Information, "server", new EventId(301, "LoggedOn"), "x",
            Values("t", ("User", "dé\nmo"), ("Count", 5), ("Ok", true)), null);
        Assert.DoesNotContain('\n', line);
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("dé\nmo", json.GetProperty("user").GetString());
        Assert.Equal(5, json.GetProperty("count").GetInt32());
        Assert.True(json.GetProperty("ok").GetBoolean());
        Assert.Equal(301, json.GetProperty("event").GetInt32());
    }

    [Fact]
    public void Areas_are_short() => Assert.Equal("server.sessions", LogLine.Area("Symbio.Server.Sessions"));

    [Fact]
    public void The_level_changes_at_run_time_and_a_trace_shows_requests_alone()
    {
        var log = new LogSwitch(LogLevel.Information, trace: false);
        Assert.True(log.IsEnabled("Symbio.Server", LogLevel.Information));
        Assert.False(log.IsEnabled("Symbio.Server", LogLevel.Trace));
        log.Trace = true;
        Assert.True(log.IsEnabled("Symbio.Server", LogLevel.Trace));
        Assert.False(log.IsEnabled("Symbio.Server", LogLevel.Debug));
        log.Level = LogLevel.Debug;
        Assert.True(log.IsEnabled("Other", LogLevel.Debug));
    }

    [Fact]
    public async Task A_reader_that_is_stuck_holds_nobody_up()
    {
        var stuck = new StuckWriter();
        await using var provider = new LineLoggerProvider(stuck, LogFormat.Text, TimeProvider.System, journal: true);
        var logger = provider.CreateLogger("Symbio.Server");
        for (int i = 0; i < 50_000; i++)
            logger.Log(LogLevel.Information, default, i, null, (n, _) => $"line {n}");
        stuck.Release.Set();
        await provider.DisposeAsync();
        string all = stuck.ToString();
        Assert.StartsWith("<6>", all);
        Assert.Contains("lines were lost", all);
    }

    private sealed class StuckWriter : StringWriter
    {
        public ManualResetEventSlim Release { get; } = new();

        public override Task WriteLineAsync(string? value)
        {
            Release.Wait();
            WriteLine(value);
            return Task.CompletedTask;
        }
    }
}
