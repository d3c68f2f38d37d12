using Symbio.Security.Ntlm;

namespace Symbio.Identity;

/// <summary>
/// Local users in a file that only its owner may read. It is read again when it has changed; edits, from this process
/// or another one, replace it in one step and come after each other. Thread-safe.
/// </summary>
public sealed class LocalUserDatabase : ILocalDomainSource
{
    /// <summary>How long a look at the file counts.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long an edit waits for another process's to end.</summary>
    private static readonly TimeSpan EditWait = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly TimeProvider _timeProvider;
    private LocalUserFile.Content _content;
    private UnixFileStatus? _status;
    private long _checked;

    private LocalUserDatabase(string path, TimeProvider timeProvider, LocalUserFile.Content content,
        UnixFileStatus status)
    {
        FilePath = path;
        _timeProvider = timeProvider;
        _content = content;
        _status = status;
        _checked = timeProvider.GetTimestamp();
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>The file changed into something that cannot be used; the users from before stay in force.</summary>
    public event Action<UserFileException>? ReloadFailed;

    /// <summary>Opens an existing file.</summary>
    /// <exception cref="UserFileException">It is missing, others may read it, or it is no users file.</exception>
    public static LocalUserDatabase Open(string path, TimeProvider? timeProvider = null)
    {
        path = Path.GetFullPath(path);
        var status = UnixFile.Status(path)
            ?? throw new UserFileException($"{path}: there is no such file; `symbio user add NAME` makes one");
        return new LocalUserDatabase(path, timeProvider ?? TimeProvider.System, LocalUserFile.Read(path, status),
            status);
    }

    /// <summary>Opens the file, after making one without users (and its folder) when there is none.</summary>
    /// <exception cref="UserFileException">It cannot be read or made.</exception>
    public static LocalUserDatabase OpenOrCreate(string path, TimeProvider? timeProvider = null)
    {
        path = Path.GetFullPath(path);
        if (UnixFile.Status(path) is null)
        {
            try
            {
                Directory.CreateDirectory(
                    Path.GetDirectoryName(path)!,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UserFileException($"{path}: cannot be made: {LocalUserFile.FirstLine(e.Message)}", e);
            }
            using var lockFile = LockFor(path);
            if (UnixFile.Status(path) is null) // Nobody else made it meanwhile.
            {
                LocalUserFile.Write(
                    path, new(new LocalDomain(LocalDomain.NewMachineSid(), []), LocalDomain.FirstFreeRid),
                    replaced: null);
            }
        }
        return Open(path, timeProvider);
    }

    /// <inheritdoc/>
    public LocalDomain Current
    {
        get
        {
            if (_timeProvider.GetElapsedTime(Volatile.Read(ref _checked)) >= CheckInterval)
                Reload(force: false);
            return Volatile.Read(ref _content).Domain;
        }
    }

    /// <summary>Reads the file again if it has changed.</summary>
    public void Reload() => Reload(force: true);

    /// <summary>Adds a user; its <see cref="LocalUser.Rid"/> is given by the database.</summary>
    public LocalUser Add(LocalUser user)
    {
        if (LocalUser.CheckName(user.Name) is { } wrong)
            throw new UserFileException(wrong);
        LocalUser? added = null;
        Edit(content =>
        {
            if (content.Domain.FindUser(user.Name) is { } same)
                throw new UserFileException($"there is a user '{same.Name}' already");
            if (content.Domain.FindGroup(user.Name) is { } group)
                throw new UserFileException($"'{group.Name}' is a group");
            var (groups, nextRid) = WithGroups(content, user.Groups);
            added = user with { Rid = nextRid };
            return new(new LocalDomain(content.Domain.Sid, [.. content.Domain.Users, added], groups), nextRid + 1);
        });
        return added!;
    }

    /// <summary>Removes a user. Its RID is never given to another.</summary>
    public void Remove(string name) => Edit(content =>
    {
        var user = Required(content, name);
        return content with
        {
            Domain = new LocalDomain(content.Domain.Sid, content.Domain.Users.Where(u => u != user),
                content.Domain.Groups),
        };
    });

    /// <summary>Changes a user; name and RID stay.</summary>
    public void Change(string name, Func<LocalUser, LocalUser> change) => Edit(content =>
    {
        var user = Required(content, name);
        var changed = change(user) with { Name = user.Name, Rid = user.Rid };
        var (groups, nextRid) = WithGroups(content, changed.Groups);
        return new(
            new LocalDomain(content.Domain.Sid, content.Domain.Users.Select(u => u == user ? changed : u), groups),
            nextRid);
    });

    /// <summary>Gives a user another password.</summary>
    public void SetPassword(string name, ReadOnlySpan<char> password)
    {
        byte[] hash = HashPassword(password);
        Change(name, user => user with { NtHash = hash });
    }

    /// <summary>
    /// Adds the users of an smbpasswd file; those that exist get its hash and state. Says what became of each.
    /// </summary>
    public IReadOnlyList<string> Import(IEnumerable<SmbPasswdEntry> entries, Func<uint, string?> unixName)
    {
        var report = new List<string>();
        Edit(content =>
        {
            var users = content.Domain.Users.ToDictionary(u => u.Name, StringComparer.OrdinalIgnoreCase);
            uint nextRid = content.NextRid;
            foreach (var entry in entries)
            {
                if (Unusable(entry, content.Domain) is { } reason)
                {
                    report.Add($"skipped {entry.Name}: {reason}");
                    continue;
                }
                bool known = users.TryGetValue(entry.Name, out var user);
                user ??= new LocalUser
                {
                    Name = entry.Name, Rid = nextRid++, NtHash = default, UnixAccount = UnixAccount(entry),
                };
                users[entry.Name] = user with { NtHash = entry.NtHash!.Value, Disabled = entry.Disabled };
                report.Add($"{(known ? "updated" : "added")} {user.Name}{(entry.Disabled ? " (disabled)" : "")}");
            }
            return new(new LocalDomain(content.Domain.Sid, users.Values, content.Domain.Groups), nextRid);
        });
        return report;

        // The file says which uid the account had. An account of the same name is found without help.
        string? UnixAccount(SmbPasswdEntry entry) =>
            unixName(entry.Uid) is { } name && !string.Equals(name, entry.Name, StringComparison.Ordinal) ? name : null;
    }

    /// <summary>The NT hash of a password.</summary>
    public static byte[] HashPassword(ReadOnlySpan<char> password)
    {
        using var hash = NtlmHash.FromPassword(password);
        return hash.Value.ToArray();
    }

    private static string? Unusable(SmbPasswdEntry entry, LocalDomain domain) =>
        !entry.IsUser ? "a machine's account"
        : LocalUser.CheckName(entry.Name) is { } wrong ? wrong
        : domain.FindGroup(entry.Name) is not null ? "a group has this name"
        : entry.NtHash is null ? "it has no NT hash; give it a password with `symbio user add`"
        : null;

    private static LocalUser Required(LocalUserFile.Content content, string name) =>
        content.Domain.FindUser(name) ?? throw new UserFileException($"there is no user '{name}'");

    /// <summary>The groups, with those added that a user is a member of and that do not exist yet.</summary>
    private static (List<LocalGroup> Groups, uint NextRid) WithGroups(LocalUserFile.Content content,
        IEnumerable<string> names)
    {
        var groups = content.Domain.Groups.ToList();
        uint nextRid = content.NextRid;
        foreach (string name in names)
        {
            if (LocalUser.CheckName(name) is not null || content.Domain.FindUser(name) is not null)
                throw new UserFileException($"'{name}' cannot be the name of a group");
            if (!groups.Any(g => string.Equals(g.Name, name, StringComparison.OrdinalIgnoreCase)))
                groups.Add(new LocalGroup(name, nextRid++));
        }
        return (groups, nextRid);
    }

    private void Edit(Func<LocalUserFile.Content, LocalUserFile.Content> edit)
    {
        using var lockFile = LockFor(FilePath);
        lock (_lock)
        {
            var status = UnixFile.Status(FilePath);
            var content = status is { } present
                ? LocalUserFile.Read(FilePath, present)
                : throw new UserFileException($"{FilePath}: the file is gone");
            var edited = edit(content);
            LocalUserFile.Write(FilePath, edited, status);
            Volatile.Write(ref _content, edited);
            _status = UnixFile.Status(FilePath);
        }
    }

    private void Reload(bool force)
    {
        UserFileException? failure = null;
        lock (_lock)
        {
            if (!force && _timeProvider.GetElapsedTime(_checked) < CheckInterval)
                return; // Another thread has just looked.
            Volatile.Write(ref _checked, _timeProvider.GetTimestamp());
            var status = UnixFile.Status(FilePath);
            if (status == _status)
                return;
            _status = status; // A failure is told once for each change.
            try
            {
                if (status is not { } present)
                    throw new UserFileException($"{FilePath}: the file is gone; the users read before stay in force");
                Volatile.Write(ref _content, LocalUserFile.Read(FilePath, present));
            }
            catch (UserFileException e)
            {
                failure = e;
            }
        }
        if (failure is not null)
            ReloadFailed?.Invoke(failure);
    }

    /// <summary>
    /// One edit at a time among all processes. The lock file is never removed: that could not be done without a race.
    /// </summary>
    private static FileStream LockFor(string path)
    {
        string name = path + ".lock";
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(name, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None, // flock(LOCK_EX)
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
            }
            catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException)
            {
                throw new UserFileException($"{path}: cannot be edited: {LocalUserFile.FirstLine(e.Message)}", e);
            }
            catch (IOException e)
            {
                if (TimeProvider.System.GetElapsedTime(started) > EditWait)
                    throw new UserFileException($"{path}: cannot be edited: {LocalUserFile.FirstLine(e.Message)}", e);
                Thread.Sleep(20);
            }
        }
    }
}
