namespace Symbio.Cli.Configuration;

/// <summary>The value of <c>--share NAME=PATH[,option[=value]…]</c>.</summary>
internal static class ShareFlag
{
    /// <summary>Puts the share's settings among the flags.</summary>
    /// <exception cref="SettingsException">It has another form.</exception>
    public static void Add(FlagProvider flags, string text)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0)
            throw new SettingsException($"--share {text}: want NAME=PATH[,option…], such as --share files=/srv/files,ro");
        string name = text[..equals];
        if (SettingsLoader.ShareNameError(name) is { } wrong)
            throw new SettingsException($"--share {text}: {wrong}");
        string origin = $"--share {name}";
        var parts = Split(text[(equals + 1)..]);
        if (parts[0].Length == 0)
            throw new SettingsException($"{origin}: the path is missing");
        string key = $"shares:{name}";
        if (flags.Values($"{key}:path") is not null)
            throw new SettingsException($"{origin}: given twice");
        flags.Set($"{key}:path", origin, [parts[0]]);
        foreach (string part in parts.Skip(1))
        {
            int value = part.IndexOf('=');
            string option = value < 0 ? part : part[..value];
            if (option.Equals("rw", StringComparison.OrdinalIgnoreCase) && value < 0)
            {
                flags.Set($"{key}:readOnly", origin, ["false"]);
                continue;
            }
            var setting = SettingTable.Share.FirstOrDefault(s => s.Flag.Length > 0 &&
                (s.Flag.Equals(option, StringComparison.OrdinalIgnoreCase)
                    || s.Key.Equals(option, StringComparison.OrdinalIgnoreCase)))
                ?? throw new SettingsException(
                    $"{origin}: unknown option '{option}'; there are {string.Join(", ", SettingTable.Share.Select(s => s.Flag).Where(f => f.Length > 0))} " +
                    "(a comma in a path is written twice)");
            if (value < 0 && !setting.IsSwitch)
                throw new SettingsException($"{origin}: option '{option}' wants a value: {option}=…");
            string given = value < 0 ? "true" : part[(value + 1)..];
            flags.Set($"{key}:{setting.Key}", origin, [setting.IsList ? given.Replace('+', ',') : given]);
        }
    }

    /// <summary>At commas; two commas are one that belongs to the text.</summary>
    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        var part = new System.Text.StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != ',')
            {
                part.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == ',')
            {
                part.Append(',');
                i++;
            }
            else
            {
                parts.Add(part.ToString());
                part.Clear();
            }
        }
        parts.Add(part.ToString());
        return parts;
    }
}
