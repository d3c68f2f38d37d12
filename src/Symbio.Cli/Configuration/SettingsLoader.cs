using Microsoft.Extensions.Configuration;

namespace Symbio.Cli.Configuration;

/// <summary>Settings read from everywhere, and what is odd about them without being wrong.</summary>
internal sealed record LoadedSettings(ServerSettings Settings, IReadOnlyList<string> Warnings, string? ConfigFile);

/// <summary>Puts file, environment and flags together: flags before environment before file before defaults.</summary>
internal static class SettingsLoader
{
    private const string SharesKey = "shares";
    private const string SchemaKey = "$schema";

    /// <summary>Characters that [MS-SMB2] and Windows do not allow in a share's name.</summary>
    private const string NotInShareNames = "\"\\/[]:|<>+=;,*?";

    private static readonly Dictionary<string, Setting<ServerSettings>> ServerByKey =
        SettingTable.Server.ToDictionary(s => s.Key, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, Setting<ShareSettings>> ShareByKey =
        SettingTable.Share.ToDictionary(s => s.Key, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="SettingsException">With one line per error.</exception>
    public static LoadedSettings Load(
        string? configFile, FlagProvider flags, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var builder = new ConfigurationBuilder();
        var file = configFile is null ? null : JsonFileProvider.Read(configFile);
        if (file is not null)
            builder.Add(file);
        builder.Add(new EnvironmentProvider(environment));
        builder.Add(flags);
        // The strongest first.
        var providers = ((IConfigurationRoot)builder.Build()).Providers.Cast<SettingsProvider>().Reverse().ToList();

        var errors = new List<string>();
        var warnings = new List<string>();
        foreach (var provider in providers)
            FindUnknown(provider, errors, warnings);

        var settings = new ServerSettings();
        foreach (var setting in SettingTable.Server)
            Apply(setting, settings, setting.Key, providers, errors);
        foreach (string name in ShareNames(providers))
            settings.Shares[name] = ReadShare(name, providers, file, errors);
        Validate(settings, file, providers, errors, warnings);
        return errors.Count == 0
            ? new LoadedSettings(settings, warnings, file?.FilePath)
            : throw new SettingsException(errors);
    }

    private static void Apply<TTarget>(
        Setting<TTarget> setting, TTarget target, string key, List<SettingsProvider> providers, List<string> errors)
        where TTarget : new()
    {
        foreach (var provider in providers)
        {
            if (provider.Values(key) is not { } values)
                continue;
            string origin = provider.Origin(provider.Keys.FirstOrDefault(
                k => k.Equals(key, StringComparison.OrdinalIgnoreCase)) ?? $"{key}:0");
            if (values.Count == 0 && !setting.IsList)
                errors.Add($"{origin}: a value is missing: {setting.Values}");
            else if (setting.Apply(target, values) is { } error)
                errors.Add($"{origin}: {error}");
            return;
        }
    }

    private static IEnumerable<string> ShareNames(List<SettingsProvider> providers) => providers
        .AsEnumerable().Reverse() // The file's spelling of a name counts.
        .SelectMany(p => p.Keys)
        .Select(k => k.Split(':'))
        .Where(parts => parts.Length >= 2 && parts[0].Equals(SharesKey, StringComparison.OrdinalIgnoreCase))
        .Select(parts => parts[1])
        .Distinct(StringComparer.OrdinalIgnoreCase);

    private static ShareSettings ReadShare(
        string name, List<SettingsProvider> providers, JsonFileProvider? file, List<string> errors)
    {
        string key = $"{SharesKey}:{name}";
        var share = new ShareSettings { Name = name };
        foreach (var setting in SettingTable.Share)
            Apply(setting, share, $"{key}:{setting.Key}", providers, errors);

        var source = providers.FirstOrDefault(p => p.Values($"{key}:path") is not null);
        string prefix = key + ":";
        share.Origin = source?.Origin($"{key}:path") ?? providers
            .SelectMany(p => p.Keys.Where(k => k.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ||
                k.Equals(key, StringComparison.OrdinalIgnoreCase)).Select(p.Origin))
            .FirstOrDefault(key);
        if (ShareNameError(name) is { } wrong)
            errors.Add($"{share.Origin}: {wrong}");
        if (share.Path.Length == 0)
            errors.Add($"{share.Origin}: share '{name}' has no path: give it \"path\": \"/folder\"");
        else if (!share.IsMemory && source == file && file is not null)
            share.Path = Path.GetFullPath(share.Path, Path.GetDirectoryName(file.FilePath)!);
        else if (!share.IsMemory)
            share.Path = Path.GetFullPath(share.Path);
        return share;
    }

    /// <summary>What is wrong with a share's name, or null.</summary>
    public static string? ShareNameError(string name) =>
        name.Length is 0 or > 80 ? "a share's name has 1 to 80 characters"
        : name.Any(c => c < ' ' || NotInShareNames.Contains(c))
            ? $"a share's name has none of {NotInShareNames}, '{name}' has"
        : name.Equals("IPC$", StringComparison.OrdinalIgnoreCase) ? "IPC$ is there by itself"
        : null;

    private static void Validate(
        ServerSettings settings, JsonFileProvider? file, List<SettingsProvider> providers, List<string> errors,
        List<string> warnings)
    {
        string At(string key) =>
            providers.FirstOrDefault(p => p.Values(key) is not null)?.Origin(key) ?? "$." + key.Replace(':', '.');

        if (settings.MinDialect > settings.MaxDialect)
            errors.Add($"{At("minDialect")}: minDialect is newer than maxDialect");
        if (settings.Ciphers.Count == 0)
            errors.Add($"{At("ciphers")}: no cipher is left; to serve without encryption set encryption to off");
        if (settings.CompressionAlgorithms.Count == 0)
            errors.Add($"{At("compressionAlgorithms")}: no algorithm is left; to serve without compression set compression to off");
        if (settings.SigningAlgorithms.Count == 0)
            errors.Add($"{At("signingAlgorithms")}: no signing algorithm is left");
        if (settings.AppleModel.Length is 0 or > 32)
            errors.Add($"{At("appleModel")}: '{settings.AppleModel}' is no model: 1 to 32 characters");
        if (settings.ServerName.Length is 0 or > 15
            || settings.ServerName.Any(c => c <= ' ' || "\\/:*?\"<>|.".Contains(c)))
            errors.Add($"{At("serverName")}: '{settings.ServerName}' is no server name: 1 to 15 characters, no dot, no space");
        if (settings.Encryption == Server.EncryptionMode.Off &&
            settings.Shares.Values.FirstOrDefault(s => s.Encrypt) is { } share)
            errors.Add($"{share.Origin}: share '{share.Name}' wants encryption, which is off");
        if (settings.Users.Any(u => u.Password is not null) && file is { IsReadableByOthers: true }
            && file.Values("users") is not null)
            errors.Add($"{file.FilePath}: others may read this file, and it holds passwords: chmod 600 {file.FilePath}");
        var byName = settings.Users.GroupBy(u => u.Name, StringComparer.OrdinalIgnoreCase);
        if (byName.FirstOrDefault(g => g.Count() > 1) is { } twice)
            errors.Add($"{At("users")}: user '{twice.Key}' is given twice");
        foreach (var guests in settings.Shares.Values.Where(s => s.Guest && s.Encrypt))
            warnings.Add($"{guests.Origin}: share '{guests.Name}' is for guests and wants encryption; guests cannot encrypt");
    }

    private static void FindUnknown(SettingsProvider provider, List<string> errors, List<string> warnings)
    {
        foreach (string key in provider.Keys)
        {
            if (IsKnown(key))
                continue;
            string name = key.Split(':').LastOrDefault(part => !part.All(char.IsAsciiDigit), key);
            var names = key.StartsWith(SharesKey + ":", StringComparison.OrdinalIgnoreCase)
                ? SettingTable.Share.Select(s => s.Key)
                : SettingTable.Server.SelectMany(s => s.Key.Split(':')).Append(SharesKey).Distinct();
            string? near = Spelling.Nearest(name, names);
            string advice = near is null ? "see `symbio config schema` for those there are" : $"did you mean '{near}'?";
            (provider.UnknownIsError ? errors : warnings).Add($"{provider.Origin(key)}: unknown setting; {advice}");
        }
    }

    private static bool IsKnown(string key)
    {
        string[] parts = key.Split(':');
        if (key == SchemaKey)
            return true;
        if (parts[0].Equals(SharesKey, StringComparison.OrdinalIgnoreCase))
        {
            return parts.Length switch
            {
                1 or 2 => true, // {} or a share without settings, which is an error of its own.
                3 => ShareByKey.ContainsKey(parts[2]),
                4 => ShareByKey.TryGetValue(parts[2], out var setting) && setting.IsList
                    && parts[3].All(char.IsAsciiDigit),
                _ => false,
            };
        }
        return ServerByKey.ContainsKey(key) ||
            (parts[^1].All(char.IsAsciiDigit) && ServerByKey.TryGetValue(string.Join(':', parts[..^1]), out var list)
                && list.IsList) ||
            // An empty group of settings.
            (parts.Length == 1 && SettingTable.Server.Any(
                s => s.Key.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)));
    }
}
