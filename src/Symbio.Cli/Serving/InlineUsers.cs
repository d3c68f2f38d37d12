using Symbio.Cli.Configuration;
using Symbio.Identity;

namespace Symbio.Cli.Serving;

/// <summary>The users of --user and of the setting `users`, with passwords for those that came without.</summary>
internal sealed class InlineUsers(LocalUserDatabase? database)
{
    private readonly Dictionary<string, byte[]> _hashes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Passwords that were made up, to be shown once.</summary>
    public List<(string Name, string Password)> Generated { get; } = [];

    /// <summary>
    /// The users to hold in memory. One without a password is the users file's, if it is there; else its password is
    /// asked for, or made up. It keeps the one it got when settings are read again.
    /// </summary>
    /// <exception cref="SettingsException">A user without password came up while the server runs, when nobody can be
    /// told one.</exception>
    public IReadOnlyList<LocalUser> Resolve(ServerSettings settings, bool isStart)
    {
        var users = new List<LocalUser>();
        foreach (var (name, given) in settings.Users)
        {
            if (given is null && database?.Current.FindUser(name) is not null)
                continue;
            if (given is null && _hashes.TryGetValue(name, out byte[]? known))
            {
                users.Add(NewUser(name, known));
                continue;
            }
            if (given is null && !isStart)
                throw new SettingsException(
                    $"user '{name}' has no password; give it one with NAME:PASSWORD or `symbio user add {name}`");
            string? password = given;
            if (password is null && Passwords.CanAsk)
                password = Passwords.Ask($"password of {name} (empty: make one up): ");
            if (password is null or "")
            {
                password = Passwords.Generate();
                Generated.Add((name, password));
            }
            byte[] hash = LocalUserDatabase.HashPassword(password);
            if (given is null)
                _hashes[name] = hash;
            users.Add(NewUser(name, hash));
        }
        return users;
    }

    private static LocalUser NewUser(string name, byte[] hash) =>
        new() { Name = name, Rid = LocalAccounts.StableRid(name), NtHash = hash };
}
