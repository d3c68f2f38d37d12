using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Symbio.Protocol.Smb2;

namespace Symbio.Cli.Configuration;

/// <summary>A text turned into a value, or why it cannot be.</summary>
internal readonly record struct Parsed<T>(T? Value, string? Error)
{
    public static implicit operator Parsed<T>(T value) => new(value, null);

    public static Parsed<T> Wrong(string error) => new(default, error);
}

/// <summary>How the values of a setting are written, in text and in JSON.</summary>
internal sealed record SettingType<T>(
    string Name, Func<string, Parsed<T>> Parse, Func<T, JsonNode?> ToJson, Func<JsonObject> Schema);

/// <summary>The types that settings have.</summary>
internal static class SettingType
{
    public static SettingType<string> Text { get; } = new(
        "text", text => text, value => JsonValue.Create(value), () => new JsonObject { ["type"] = "string" });

    public static SettingType<bool> Boolean { get; } = new(
        "true or false",
        text => text.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "1" => true,
            "false" or "no" or "off" or "0" => false,
            _ => Parsed<bool>.Wrong($"'{text}' is neither true nor false"),
        },
        value => JsonValue.Create(value),
        () => new JsonObject { ["type"] = "boolean" });

    public static SettingType<int> Number(int least, int most) => new(
        $"{least} to {most}",
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) &&
            value >= least && value <= most
                ? value
                : Parsed<int>.Wrong($"'{text}' is not a whole number from {least} to {most}"),
        value => JsonValue.Create(value),
        () => new JsonObject { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most });

    /// <summary>Bytes: 65536, 64KiB, 8MiB, 1GiB.</summary>
    public static SettingType<ulong> Size(ulong least, ulong most) => new(
        $"{Units.Size(least)} to {Units.Size(most)}",
        text => Units.TryParseSize(text, out ulong value) && value >= least && value <= most
            ? value
            : Parsed<ulong>.Wrong($"'{text}' is not a size from {Units.Size(least)} to {Units.Size(most)} (bytes, KiB, MiB, GiB)"),
        value => JsonValue.Create(Units.Size(value)),
        () => new JsonObject
        {
            ["type"] = new JsonArray("string", "integer"),
            ["pattern"] = "^[0-9]+ ?([KMGT]i?B?|B)?$",
        });

    /// <summary>A span of time: 45s, 1.5m, 2h, 500ms; a bare number is seconds.</summary>
    public static SettingType<TimeSpan> Duration(TimeSpan least, TimeSpan most) => new(
        $"{Units.Duration(least)} to {Units.Duration(most)}",
        text => Units.TryParseDuration(text, out var value) && value >= least && value <= most
            ? value
            : Parsed<TimeSpan>.Wrong($"'{text}' is not a time from {Units.Duration(least)} to {Units.Duration(most)} (ms, s, m, h)"),
        value => JsonValue.Create(Units.Duration(value)),
        () => new JsonObject
        {
            ["type"] = new JsonArray("string", "number"),
            ["pattern"] = "^[0-9]+(\\.[0-9]+)? ?(ms|s|m|h)?$",
        });

    /// <summary>Unix mode bits in octal: 0644, 755.</summary>
    public static SettingType<uint> Mode { get; } = new(
        "octal",
        text => text.Length is 3 or 4 && text.All(c => c is >= '0' and <= '7')
            ? Convert.ToUInt32(text, 8)
            : Parsed<uint>.Wrong($"'{text}' is not a mode in octal, such as \"0644\""),
        value => JsonValue.Create(Convert.ToString(value, 8).PadLeft(4, '0')),
        () => new JsonObject { ["type"] = "string", ["pattern"] = "^[0-7]{3,4}$" });

    /// <summary>One of several words.</summary>
    public static SettingType<T> OneOf<T>(params (string Word, T Value)[] words) where T : notnull
    {
        string all = string.Join(", ", words.Select(w => w.Word));
        return new(
            all,
            text =>
            {
                foreach (var (word, value) in words)
                    if (string.Equals(word, text, StringComparison.OrdinalIgnoreCase))
                        return value;
                return Parsed<T>.Wrong($"'{text}' is not one of {all}");
            },
            value => JsonValue.Create(words.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word),
            () => new JsonObject { ["enum"] = new JsonArray([.. words.Select(w => JsonValue.Create(w.Word))]) });
    }

    public static SettingType<Dialect> Dialects { get; } = OneOf(
        ("2.0.2", Dialect.Smb202), ("2.1", Dialect.Smb210), ("3.0", Dialect.Smb300), ("3.0.2", Dialect.Smb302),
        ("3.1.1", Dialect.Smb311));

    public static SettingType<EncryptionAlgorithm> Ciphers { get; } = OneOf(
        ("AES-128-GCM", EncryptionAlgorithm.Aes128Gcm), ("AES-256-GCM", EncryptionAlgorithm.Aes256Gcm),
        ("AES-128-CCM", EncryptionAlgorithm.Aes128Ccm), ("AES-256-CCM", EncryptionAlgorithm.Aes256Ccm));

    public static SettingType<CompressionAlgorithm> CompressionAlgorithms { get; } = OneOf(
        ("LZ4", CompressionAlgorithm.Lz4), ("LZ77", CompressionAlgorithm.Lz77),
        ("LZ77+Huffman", CompressionAlgorithm.Lz77Huffman), ("LZNT1", CompressionAlgorithm.Lznt1),
        ("Pattern_V1", CompressionAlgorithm.PatternV1));

    public static SettingType<SigningAlgorithm> SigningAlgorithms { get; } = OneOf(
        ("AES-GMAC", SigningAlgorithm.AesGmac), ("AES-CMAC", SigningAlgorithm.AesCmac),
        ("HMAC-SHA256", SigningAlgorithm.HmacSha256));

    /// <summary>ADDRESS:PORT, [IPv6]:PORT, *:PORT or PORT; without a port 0 stands for the default.</summary>
    public static SettingType<IPEndPoint> Endpoint { get; } = new(
        "ADDRESS:PORT", ParseEndpoint, value => JsonValue.Create(value.ToString()),
        () => new JsonObject { ["type"] = "string" });

    private static Parsed<IPEndPoint> ParseEndpoint(string text)
    {
        if (text.StartsWith("*:", StringComparison.Ordinal))
            text = "[::]" + text[1..];
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
            text = "[::]:" + text;
        // A port must be said: an address alone would parse with port 0, any free port.
        bool hasPort = text.StartsWith('[')
            ? text.Contains("]:", StringComparison.Ordinal)
            : text.Count(c => c == ':') == 1;
        return hasPort && IPEndPoint.TryParse(text, out var endpoint)
            ? endpoint
            : Parsed<IPEndPoint>.Wrong($"'{text}' is not ADDRESS:PORT (0.0.0.0:445, [::]:445, 192.0.2.7:445)");
    }
}
