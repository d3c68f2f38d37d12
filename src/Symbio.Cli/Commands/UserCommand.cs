using System.CommandLine;
using Spectre.Console;
using Symbio.Cli.Configuration;
using Symbio.Cli.Serving;
using Symbio.Identity;

namespace Symbio.Cli.Commands;

/// <summary>`symbio user …`: keeps the users file. A running server sees changes within a second or so.</summary>
internal static class UserCommand
{
    private static readonly Option<string?> UsersFile = new("--users-file")
    {
        Description = "The users file [default: the configuration's, else the one `symbio serve` takes].",
        HelpName = "FILE",
        Recursive = true,
    };

    private static readonly Option<string?> Config = new("--config", "-c")
    {
        Description = $"The configuration that names the users file [default: {EnvironmentProvider.ConfigVariable}, else {Locations.ConfigFile}].",
        HelpName = "FILE",
        Recursive = true,
    };

    public static Command Create() =>
        new("user", "Manage the users that this server knows by itself.")
        {
            UsersFile, Config,
            Add(), Remove(), Passwd(), List(), Switch("enable", disabled: false), Switch("disable", disabled: true),
            Import(),
        };

    private static Command Add()
    {
        var name = Name();
        var fullName = new Option<string?>("--full-name") { Description = "The person's name.", HelpName = "TEXT" };
        var admin = new Option<bool>("--admin") { Description = "May administer the server (BUILTIN\\Administrators)." };
        var unix = new Option<string?>("--unix-account")
        {
            Description = "The Unix account to work as when the server is root [default: the one of the same name]; \"\" for the server's own.",
            HelpName = "NAME",
        };
        var group = new Option<string[]>("--group") { Description = "A local group to be in; made if it is new. May be given several times.", HelpName = "NAME" };
        var generate = new Option<bool>("--generate") { Description = "Make up a password and print it." };
        var command = new Command("add", "Add a user. The password is asked for, or read from the standard input.")
        {
            name, fullName, admin, unix, group, generate,
        };
        command.SetAction(result =>
        {
            string user = result.GetValue(name)!;
            if (LocalUser.CheckName(user) is { } wrong)
                throw new CommandException(wrong);
            if (result.GetValue(unix) is { Length: > 0 } account
                && UnixAccounts.Instance.FindUser(account).ProblemWith(account) is { } problem)
            {
                throw new CommandException(problem);
            }
            var database = LocalUserDatabase.OpenOrCreate(FilePath(result));
            if (database.Current.FindUser(user) is not null)
                throw new CommandException(
                    $"there is a user '{user}' already; `symbio user passwd {user}` changes the password");
            string password = result.GetValue(generate) ? Passwords.Generate() : Passwords.AskNew(user);
            database.Add(new LocalUser
            {
                Name = user,
                Rid = 0,
                NtHash = LocalUserDatabase.HashPassword(password),
                FullName = result.GetValue(fullName) ?? "",
                Administrator = result.GetValue(admin),
                UnixAccount = result.GetValue(unix),
                Groups = result.GetValue(group) ?? [],
            });
            Console.WriteLine($"added {user}{(result.GetValue(generate) ? $" with the password {password}" : "")}");
            return 0;
        });
        return command;
    }

    private static Command Remove()
    {
        var name = Name();
        var command = new Command("remove", "Remove a user.") { name };
        command.SetAction(result =>
        {
            Open(result).Remove(result.GetValue(name)!);
            Console.WriteLine($"removed {result.GetValue(name)}");
            return 0;
        });
        return command;
    }

    private static Command Passwd()
    {
        var name = Name();
        var command = new Command("passwd",
            "Give a user another password; it is asked for, or read from the standard input.") { name };
        command.SetAction(result =>
        {
            var database = Open(result);
            string user = result.GetValue(name)!;
            if (database.Current.FindUser(user) is null)
                throw new CommandException($"there is no user '{user}'");
            database.SetPassword(user, Passwords.AskNew(user));
            Console.WriteLine($"changed the password of {user}");
            return 0;
        });
        return command;
    }

    private static Command Switch(string verb, bool disabled)
    {
        var name = Name();
        string description = disabled ? "Keep a user from logging on." : "Let a disabled user log on again.";
        var command = new Command(verb, description) { name };
        command.SetAction(result =>
        {
            Open(result).Change(result.GetValue(name)!, user => user with { Disabled = disabled });
            Console.WriteLine($"{verb}d {result.GetValue(name)}");
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the users.");
        command.SetAction(result =>
        {
            var domain = Open(result).Current;
            var table = Tables.New("User", "Full name", "RID", "Unix account", "Groups", "Notes");
            foreach (var user in domain.Users)
            {
                string unix = user.UnixAccount ?? (UnixAccounts.Instance.FindUser(user.Name).Account is null ? "" : user.Name);
                string?[] notes = [user.Disabled ? "disabled" : null, user.Administrator ? "administrator" : null];
                Tables.Row(
                    table, user.Name, user.FullName, user.Rid.ToString(), unix, string.Join(", ", user.Groups),
                    string.Join(", ", notes.OfType<string>()));
            }
            Tables.Print(table);
            return 0;
        });
        return command;
    }

    private static Command Import()
    {
        var file = new Argument<string>("FILE") { Description = "A file in Samba's smbpasswd format (`pdbedit -e smbpasswd:FILE` writes one)." };
        var command = new Command("import", "Take over the users of a Samba server with their passwords.") { file };
        command.SetAction(result =>
        {
            string path = result.GetValue(file)!;
            List<SmbPasswdEntry> entries;
            try
            {
                using var reader = File.OpenText(path);
                entries = SmbPasswdFile.Read(reader, path).ToList();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandException($"{path}: cannot be read: {e.Message.TrimEnd('.')}");
            }
            var database = LocalUserDatabase.OpenOrCreate(FilePath(result));
            foreach (string line in database.Import(entries, UnixAccounts.Instance.UserName))
                Console.WriteLine(line);
            return 0;
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "The user's name." };

    private static LocalUserDatabase Open(ParseResult result) => LocalUserDatabase.Open(FilePath(result));

    private static string FilePath(ParseResult result)
    {
        if (result.GetValue(UsersFile) is { Length: > 0 } given)
            return given;
        string? config = result.GetValue(Config) ?? SettingOptions.ConfigFileOfEnvironment ??
            (File.Exists(Locations.ConfigFile) ? Locations.ConfigFile : null);
        string named = SettingsLoader.Load(config, new FlagProvider(), SettingOptions.Environment()).Settings.UsersFile;
        return named.Length > 0 ? named : Locations.UsersFile;
    }
}
