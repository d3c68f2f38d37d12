using System.Text.Json.Nodes;

namespace Symbio.Cli.Configuration;

/// <summary>Settings as a configuration file would say them, without secrets.</summary>
internal static class SettingsView
{
    public static JsonObject Create(ServerSettings settings)
    {
        var view = new JsonObject();
        foreach (var setting in SettingTable.Server)
        {
            string[] parts = setting.Key.Split(':');
            var group = view;
            foreach (string part in parts[..^1])
                group = (group[part] ??= new JsonObject()).AsObject();
            group[parts[^1]] = setting.Show(settings);
        }

        var shares = new JsonObject();
        foreach (var (name, share) in settings.Shares)
        {
            var shown = new JsonObject();
            foreach (var setting in SettingTable.Share)
                if (setting.Key != "capacity" || share.IsMemory)
                    shown[setting.Key] = setting.Show(share);
            shares[name] = shown;
        }
        view["shares"] = shares;
        return view;
    }
}
