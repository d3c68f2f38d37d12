namespace Symbio.Cli;

/// <summary>Where things are when nobody says.</summary>
internal static class Locations
{
    private static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>The configuration that `symbio config` and `symbio user` look at.</summary>
    public const string ConfigFile = "/etc/symbio/symbio.json";

    private const string SystemControlSocket = "/run/symbio/control.sock";

    public static string UsersFile => Path.Combine(StateFolder, "users.json");

    /// <summary>What continuously available shares keep.</summary>
    public static string PersistentHandles => Path.Combine(StateFolder, "handles");

    /// <summary>What is known of the domain.</summary>
    public static string Domain => Path.Combine(StateFolder, "domain.json");

    /// <summary>What clients have logged on with in the last minutes.</summary>
    public static string KerberosReplayCache => Path.Combine(StateFolder, "kerberos.rcache");

    /// <summary>systemd's StateDirectory= first.</summary>
    private static string StateFolder =>
        Variable("STATE_DIRECTORY") is { } systemd ? systemd.Split(':')[0]
        : Variable("XDG_STATE_HOME") is { } xdg ? Path.Combine(xdg, "symbio")
        : IsRoot ? "/var/lib/symbio"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "symbio");

    public static string ControlSocket =>
        IsRoot ? SystemControlSocket
        : Variable("XDG_RUNTIME_DIR") is { } runtime ? Path.Combine(runtime, "symbio", "control.sock")
        : Path.Combine(StateFolder, "control.sock"); // Not in /tmp: others could be there first.

    /// <summary>The socket of the server that a tool most likely means: the account's own, else the system's.</summary>
    public static string FindControlSocket() =>
        !File.Exists(ControlSocket) && File.Exists(SystemControlSocket) ? SystemControlSocket : ControlSocket;

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
