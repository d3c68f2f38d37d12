using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Symbio.Cli.Logging;

/// <summary>One event, turned into one line.</summary>
internal static class LogLine
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(" =\"\r\n\t");

    /// <summary><c>2026-01-31T12:00:00.123Z info  server  message key=value</c></summary>
    public static string Text(
        DateTimeOffset time, LogLevel level, string area, string message,
        IReadOnlyList<KeyValuePair<string, object?>> values,
        Exception? exception)
    {
        var line = new StringBuilder(128);
        line.Append(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        line.Append(' ').Append(Name(level).PadRight(5)).Append(' ').Append(area).Append(' ');
        AppendClean(line, message);
        // What the message's own words say already is not said twice.
        string template = values.FirstOrDefault(v => v.Key == "{OriginalFormat}").Value as string ?? "";
        foreach (var (key, value) in values)
        {
            if (key == "{OriginalFormat}" || template.Contains("{" + key, StringComparison.Ordinal))
                continue;
            line.Append(' ').Append(key).Append('=');
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            string quote = text.Length == 0 || text.AsSpan().ContainsAny(NeedQuotes) ? "\"" : "";
            line.Append(quote);
            AppendClean(line, text.Replace("\"", "\\\""));
            line.Append(quote);
        }
        if (exception is not null)
        {
            line.Append(' ').Append("exception=\"");
            AppendClean(line, exception.ToString());
            line.Append('"');
        }
        return line.ToString();
    }

    /// <summary>One JSON object.</summary>
    public static string Json(
        DateTimeOffset time, LogLevel level, string area, EventId id, string message,
        IReadOnlyList<KeyValuePair<string, object?>> values, Exception? exception)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", time.UtcDateTime);
            json.WriteString("level", Name(level));
            json.WriteString("area", area);
            if (id.Id != 0)
                json.WriteNumber("event", id.Id);
            if (id.Name is not null)
                json.WriteString("name", id.Name);
            json.WriteString("message", message);
            foreach (var (key, value) in values)
            {
                if (key == "{OriginalFormat}")
                    continue;
                json.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(key));
                Write(json, value);
            }
            if (exception is not null)
                json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The area is the category without the parts that say nothing: "Symbio.Server" is "server".</summary>
    public static string Area(string category)
    {
        const string prefix = "Symbio.";
        string name = category.StartsWith(prefix, StringComparison.Ordinal) ? category[prefix.Length..] : category;
        return name.ToLowerInvariant();
    }

    public static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "crit",
    };

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool b: json.WriteBooleanValue(b); break;
            case int n: json.WriteNumberValue(n); break;
            case uint n: json.WriteNumberValue(n); break;
            case long n: json.WriteNumberValue(n); break;
            case ulong n: json.WriteNumberValue(n); break;
            case double n when double.IsFinite(n): json.WriteNumberValue(n); break;
            default: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }

    /// <summary>A peer's text must not be able to begin a line of its own, nor to talk to the terminal.</summary>
    private static void AppendClean(StringBuilder line, string text)
    {
        foreach (char c in text)
        {
            if (c == '\n')
                line.Append("\\n");
            else if (c == '\r')
                continue;
            else if (char.IsControl(c))
                line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                line.Append(c);
        }
    }
}
