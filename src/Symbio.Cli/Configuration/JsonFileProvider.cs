using System.Text;
using System.Text.Json;

namespace Symbio.Cli.Configuration;

/// <summary>A JSON file; comments and trailing commas are welcome. Remembers the line of every value.</summary>
internal sealed class JsonFileProvider : SettingsProvider
{
    private const int MaxSize = 16 << 20;

    private readonly string _file;

    private JsonFileProvider(string file) => _file = file;

    /// <summary>The file's full path.</summary>
    public string FilePath => _file;

    /// <summary>Someone besides the owner may read it.</summary>
    public bool IsReadableByOthers { get; private init; }

    /// <exception cref="SettingsException">The file is missing or is no JSON.</exception>
    public static JsonFileProvider Read(string file)
    {
        string path = Path.GetFullPath(file);
        try
        {
            if (Directory.Exists(path))
                throw new SettingsException($"{file}: this is a folder; --config wants a file");
            if (new FileInfo(path) is { Exists: true, Length: > MaxSize })
                throw new SettingsException($"{file}: too large for a configuration file");
            byte[] json = File.ReadAllBytes(path);
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            bool isOpen = (File.GetUnixFileMode(path) & others) != 0;
            var provider = new JsonFileProvider(path) { IsReadableByOthers = isOpen };
            provider.Parse(json.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? json.AsSpan(3) : json);
            return provider;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SettingsException($"{file}: there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{file}: cannot be read: {e.Message.TrimEnd('.')}");
        }
        catch (JsonException e)
        {
            string message = e.Message.Split(" LineNumber:")[0].TrimEnd('.', ' ');
            throw new SettingsException($"{file}:{(e.LineNumber ?? 0) + 1}: not valid JSON: {message}");
        }
    }

    private void Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(
            json,
            new JsonReaderOptions
            {
                AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 16,
            });
        var lines = new LineCounter();
        var path = new Stack<Level>();
        string? name = null;
        while (reader.Read())
        {
            int line = lines.At(json, (int)reader.TokenStartIndex);
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = reader.GetString()!;
                    if (name.Contains(':') || name.Length == 0)
                        throw new SettingsException($"{_file}:{line}: '{name}' cannot be the name of anything");
                    if (!path.Peek().Names.Add(name))
                        throw new SettingsException(
                            $"{_file}:{line}: {JsonPath(path, name)} is given twice; remove one");
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    if (path.Count == 0 && reader.TokenType == JsonTokenType.StartArray)
                        throw new SettingsException($"{_file}:{line}: a configuration is an object: {{ … }}");
                    path.Push(new Level(path.Count == 0 ? "" : NextName(path, name),
                        reader.TokenType == JsonTokenType.StartArray));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var ended = path.Pop();
                    // An empty share must still be seen, an empty list still replaces a default.
                    if (ended.Names.Count == 0 && ended.Count == 0 && path.Count > 0)
                        Add(Key(path, ended.Name), null, $"{_file}:{line}: {JsonPath(path, ended.Name)}");
                    break;
                default:
                    if (path.Count == 0)
                        throw new SettingsException($"{_file}:{line}: a configuration is an object: {{ … }}");
                    string last = NextName(path, name);
                    if (reader.TokenType != JsonTokenType.Null)
                        Add(Key(path, last), Text(ref reader), $"{_file}:{line}: {JsonPath(path, last)}");
                    break;
            }
        }
    }

    private static string Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        _ => reader.GetString()!,
    };

    private static string NextName(Stack<Level> path, string? name) =>
        path.Peek().IsArray ? (path.Peek().Count++).ToString() : name!;

    private static string Key(Stack<Level> path, string last) =>
        string.Join(':', path.Reverse().Skip(1).Select(l => l.Name).Append(last));

    private static string JsonPath(Stack<Level> path, string last)
    {
        var text = new StringBuilder("$");
        foreach (string name in path.Reverse().Skip(1).Select(l => l.Name).Append(last))
        {
            if (name.All(char.IsAsciiDigit))
                text.Append('[').Append(name).Append(']');
            else
                text.Append('.').Append(name);
        }
        return text.ToString();
    }

    private sealed class Level(string name, bool isArray)
    {
        public string Name { get; } = name;
        public bool IsArray { get; } = isArray;
        public int Count { get; set; }
        public HashSet<string> Names { get; } = new(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Counts lines as the reader goes along.</summary>
    private struct LineCounter
    {
        private int _position;
        private int _line;

        public int At(ReadOnlySpan<byte> json, int position)
        {
            _line += json[_position..position].Count((byte)'\n');
            _position = position;
            return _line + 1;
        }
    }
}
