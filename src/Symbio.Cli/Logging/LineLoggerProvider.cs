using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Symbio.Cli.Configuration;

namespace Symbio.Cli.Logging;

/// <summary>What is logged; may change while the server runs.</summary>
internal sealed class LogSwitch(LogLevel level, bool trace)
{
    private volatile int _level = (int)level;
    private volatile bool _trace = trace;

    public LogLevel Level
    {
        get => (LogLevel)_level;
        set => _level = (int)value;
    }

    /// <summary>Requests are logged whatever the level is.</summary>
    public bool Trace
    {
        get => _trace;
        set => _trace = value;
    }

    public bool IsEnabled(string? category, LogLevel level) =>
        level >= Level || (level == LogLevel.Trace && Trace && category == "Symbio.Server");
}

/// <summary>
/// Writes one line per event to a stream, from one thread of its own: a slow terminal or a full disk never holds a
/// request up. The queue is bounded; what does not fit is counted and the count is logged.
/// </summary>
internal sealed class LineLoggerProvider : ILoggerProvider, IAsyncDisposable
{
    /// <summary>A few MB at worst: seconds of a busy server's lines.</summary>
    private const int QueueLength = 16384;

    private readonly ConcurrentDictionary<string, ILogger> _loggers = new();
    private readonly Channel<string> _lines;
    private readonly TextWriter _output;
    private readonly LogFormat _format;
    private readonly TimeProvider _time;
    private readonly bool _journal;
    private readonly Task _writing;
    private long _dropped;

    /// <param name="journal">Lines begin with systemd's priority, so that journalctl -p works.</param>
    public LineLoggerProvider(TextWriter output, LogFormat format, TimeProvider time, bool journal)
    {
        _output = output;
        _format = format;
        _time = time;
        _journal = journal;
        _lines = Channel.CreateBounded<string>(
            new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _writing = Task.Run(WriteAsync);
    }

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new Logger(this, name));

    /// <summary>Returns when all lines are out.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
    }

    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writing.Wait(TimeSpan.FromSeconds(2));
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (string line in _lines.Reader.ReadAllAsync())
            {
                await _output.WriteLineAsync(line);
                long dropped = Interlocked.Exchange(ref _dropped, 0);
                if (dropped > 0)
                    await _output.WriteLineAsync(Format(LogLevel.Warning, "log", default,
                        $"{dropped} lines were lost: output is too slow", [], null));
                if (_lines.Reader.Count == 0)
                    await _output.FlushAsync();
            }
            await _output.FlushAsync();
        }
        catch (IOException)
        {
            // Nobody reads our output any more. The server goes on without a log; the queue fills and drops.
        }
    }

    private string Format(
        LogLevel level, string area, EventId id, string message, IReadOnlyList<KeyValuePair<string, object?>> values,
        Exception? exception)
    {
        var now = _time.GetUtcNow();
        string line = _format == LogFormat.Json
            ? LogLine.Json(now, level, area, id, message, values, exception)
            : LogLine.Text(now, level, area, message, values, exception);
        return _journal ? $"<{Priority(level)}>{line}" : line;
    }

    /// <summary>syslog's severities.</summary>
    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };

    private sealed class Logger(LineLoggerProvider provider, string category) : ILogger
    {
        private readonly string _area = LogLine.Area(category);

        // The factory's filter has the say.
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            string line = provider.Format(logLevel, _area, eventId, formatter(state, exception), values, exception);
            if (!provider._lines.Writer.TryWrite(line))
                Interlocked.Increment(ref provider._dropped);
        }
    }
}
