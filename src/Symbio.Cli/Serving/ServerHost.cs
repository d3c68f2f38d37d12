using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Symbio.Cli.Configuration;
using Symbio.Cli.Control;
using Symbio.Cli.Logging;
using Symbio.Identity;
using Symbio.Security.Gss;
using Symbio.Server;
using Symbio.Server.Durability.Persistence;
using Symbio.Storage;

namespace Symbio.Cli.Serving;

/// <summary>A server with its accounts, shares and control socket, from start to stop.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private readonly Func<LoadedSettings> _load;
    private readonly LogSwitch _logSwitch;
    private readonly ILogger _log;
    private readonly LocalAccounts _accounts;
    private readonly InlineUsers _inline;
    private readonly DomainAccounts? _domain;
    private readonly KerberosMechanism? _kerberos;
    private readonly ShareBuilder _shares;
    private readonly SmbServer _server;
    private readonly SemaphoreSlim _reloading = new(1, 1);
    private ControlServer? _control;

    private ServerHost(
        Func<LoadedSettings> load, LoadedSettings loaded, ILoggerFactory loggers, LogSwitch logSwitch,
        LocalUserDatabase? database)
    {
        _load = load;
        _logSwitch = logSwitch;
        _log = loggers.CreateLogger("Symbio.Serve");
        Settings = loaded.Settings;
        _inline = new InlineUsers(database);
        _accounts = new LocalAccounts(
            new LocalAuthorityOptions
            {
                ServerName = Settings.ServerName,
                AllowGuest = Settings.Shares.Values.Any(s => s.Guest),
                GuestUnixAccount = Settings.GuestAccount,
            },
            database);
        _accounts.Replace(_inline.Resolve(Settings, isStart: true));
        if (Settings.Keytab.Length > 0)
        {
            _domain = DomainMembership.NewAccounts(_accounts, Settings);
            _kerberos = DomainMembership.NewMechanism(_domain, Settings);
        }

        IIdentityMap identities = new LocalIdentityMap(_accounts, UnixAccounts.Instance, TimeProvider.System);
        _shares = new ShareBuilder(
            _domain ?? (IAccountAuthority)_accounts, UnixAccounts.Instance,
            _domain is null ? identities : new DomainIdentityMap(identities, _domain));
        _server = new SmbServer(Options(loggers));
    }

    /// <summary>The settings in force.</summary>
    public ServerSettings Settings { get; private set; }

    public IReadOnlyList<IPEndPoint> Listening => _server.Endpoints;

    /// <summary>Passwords that were made up.</summary>
    public IReadOnlyList<(string Name, string Password)> GeneratedPasswords => _inline.Generated;

    /// <summary>A user that can log on, for the lines that say how to connect.</summary>
    public string? FirstUser =>
        Settings.Users.Count > 0 ? Settings.Users[0].Name
            : _accounts.Current.Users.FirstOrDefault(u => !u.Disabled)?.Name;

    /// <summary>Starts to serve.</summary>
    /// <exception cref="CommandException">It cannot be done, for one reason that one line says.</exception>
    /// <exception cref="SettingsException">Settings that only now turn out to be wrong.</exception>
    public static async Task<ServerHost> StartAsync(Func<LoadedSettings> load, ILoggerFactory loggers,
        LogSwitch logSwitch, LoadedSettings loaded)
    {
        var log = loggers.CreateLogger("Symbio.Serve");
        if (loaded.Settings.Keytab.Length > 0 && KerberosMechanism.FindProblem(loaded.Settings.Keytab) is { } problem)
            throw new CommandException($"Kerberos cannot be offered: {problem}");
        var database = OpenUsers(loaded.Settings, log);
        var host = new ServerHost(load, loaded, loggers, logSwitch, database);
        foreach (string warning in loaded.Warnings)
            ServeLog.Warning(log, warning);
        if (host._accounts.Current.Users.Count == 0 && !host._accounts.AllowGuest && host._kerberos is null)
            ServeLog.Warning(log, "nobody can log on: there are no users; give --user NAME, or `symbio user add NAME`");
        try
        {
            await host.ListenAsync();
            host.StartControl(loggers);
            return host;
        }
        catch
        {
            logSwitch.Level = LogLevel.None; // The reason is what counts, not that all is put away again.
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads the settings again and takes over what can change while clients are connected.</summary>
    public async Task ReloadAsync()
    {
        await _reloading.WaitAsync();
        try
        {
            var loaded = _load();
            var settings = loaded.Settings;
            foreach (string warning in loaded.Warnings)
                ServeLog.Warning(_log, warning);
            var shares = TakeUsersAndBuildShares(settings);
            _accounts.AllowGuest = settings.Shares.Values.Any(s => s.Guest);
            await _server.UpdateShares(shares);
            foreach (var setting in SettingTable.Server.Where(s => !s.Reloads))
                if (setting.Show(settings)?.ToJsonString() != setting.Show(Settings)?.ToJsonString())
                    ServeLog.NeedsRestart(_log, setting.Key.Replace(':', '.'));
            _logSwitch.Level = settings.LogLevel;
            Settings = settings;
            ServeLog.Reloaded(_log, shares.Count, _accounts.Current.Users.Count);
        }
        catch (SettingsException e)
        {
            foreach (string error in e.Errors)
                ServeLog.ReloadRefused(_log, error);
        }
        catch (Exception e)
        {
            ServeLog.ReloadFailed(_log, e); // Whoever asked for it does not look.
        }
        finally
        {
            _reloading.Release();
        }
    }

    // Shares name users by their SIDs, so the users come first; what is refused leaves both as they were.
    private IReadOnlyList<ShareOptions> TakeUsersAndBuildShares(ServerSettings settings)
    {
        var before = _accounts.Replace(_inline.Resolve(settings, isStart: false));
        try
        {
            return _shares.Build(settings, warning => ServeLog.Warning(_log, warning));
        }
        catch
        {
            _accounts.Replace(before);
            throw;
        }
    }

    /// <summary>Lets requests under way finish, for as long as the settings allow.</summary>
    public async Task StopAsync()
    {
        if (_control is not null)
            await _control.DisposeAsync();
        _control = null;
        using var patience = new CancellationTokenSource(Settings.ShutdownTimeout);
        await _server.StopAsync(patience.Token);
        ServeLog.Stopped(_log);
    }

    public async ValueTask DisposeAsync()
    {
        if (_control is not null)
            await _control.DisposeAsync();
        await _server.DisposeAsync();
        _kerberos?.Dispose();
    }

    private SmbServerOptions Options(ILoggerFactory loggers)
    {
        var endpoints = Endpoints.Of(Settings);
        return new SmbServerOptions
        {
            Endpoints = endpoints,
            ServerName = Settings.ServerName,
            DomainName = Settings.Workgroup,
            AppleModel = Settings.AppleModel,
            ServerGuid = Endpoints.ServerGuid(_accounts.DomainSid.ToString(), endpoints),
            Accounts = _domain ?? (IAccountAuthority)_accounts,
            Mechanisms = _kerberos is null ? [] : [_kerberos],
            Shares = _shares.Build(Settings, warning => ServeLog.Warning(_log, warning)),
            MinDialect = Settings.MinDialect,
            MaxDialect = Settings.MaxDialect,
            RequireSigning = Settings.RequireSigning,
            Encryption = Settings.Encryption,
            RejectUnencryptedAccess = Settings.RejectUnencrypted,
            Ciphers = Settings.Ciphers,
            Compression = Settings.Compression,
            CompressionAlgorithms = Settings.CompressionAlgorithms,
            SigningAlgorithms = Settings.SigningAlgorithms,
            AllowAnonymous = Settings.AllowAnonymous,
            MultiChannel = Settings.Multichannel,
            DirectoryLeases = Settings.DirectoryLeases,
            PersistentHandles = Settings.Shares.Values.Any(share => share.ContinuouslyAvailable)
                ? new HandleFolder(Locations.PersistentHandles)
                : null,
            Interfaces = Settings.Interfaces,
            TraceRequests = Settings.Trace,
            LoggerFactory = loggers,
            Limits = new ServerLimits
            {
                MaxIoSize = (int)Settings.MaxIoSize,
                MaxCredits = Settings.MaxCredits,
                MaxConnections = Settings.MaxConnections,
                MaxUnauthenticatedConnections = Settings.MaxUnauthenticatedConnections,
                AuthenticationTimeout = Settings.AuthenticationTimeout,
                MaxUnauthenticatedFrame = (int)Settings.MaxUnauthenticatedFrame,
                MaxSessionsPerConnection = Settings.MaxSessionsPerConnection,
                MaxTreesPerSession = Settings.MaxTreesPerSession,
                MaxOpensPerSession = Settings.MaxOpensPerSession,
                MaxAsyncCommands = Settings.MaxAsyncCommands,
            },
        };
    }

    /// <summary>
    /// The users file, made when it is missing: the machine's SID is kept there, also for users who are not. Null when
    /// that cannot be, which matters only to who named the file.
    /// </summary>
    private static LocalUserDatabase? OpenUsers(ServerSettings settings, ILogger log)
    {
        try
        {
            var database = LocalUserDatabase.OpenOrCreate(
                settings.UsersFile.Length > 0 ? settings.UsersFile : Locations.UsersFile);
            database.ReloadFailed += e => ServeLog.UsersReloadRefused(log, e.Message);
            return database;
        }
        catch (UserFileException e) when (settings.UsersFile.Length == 0 && settings.Users.Count > 0
            && e.InnerException is not null)
        {
            ServeLog.Warning(log, $"no users file, only the users of --user can log on: {e.Message}");
            return null;
        }
        catch (UserFileException e)
        {
            throw new CommandException(e.Message);
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            await _server.StartAsync();
        }
        catch (SocketException e)
        {
            string where = string.Join(", ", Endpoints.Of(Settings));
            throw new CommandException(e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    $"cannot listen on {where}: the port is in use (is another file server running? `ss -ltnp` tells); take another with --listen",
                SocketError.AccessDenied =>
                    $"cannot listen on {where}: ports below 1024 need root or CAP_NET_BIND_SERVICE; take another with --listen",
                SocketError.AddressNotAvailable => $"cannot listen on {where}: this machine has no such address",
                _ => $"cannot listen on {where}: {e.Message}",
            });
        }
    }

    private void StartControl(ILoggerFactory loggers)
    {
        bool named = Settings.ControlPath.Length > 0;
        try
        {
            _control = ControlServer.Start(
                named ? Path.GetFullPath(Settings.ControlPath) : Locations.ControlSocket, HandleAsync,
                loggers.CreateLogger("Symbio.Control"));
        }
        catch (IOException e) when (!named)
        {
            ServeLog.Warning(_log, $"`symbio status` will not reach this server: {e.Message}");
        }
        catch (IOException e)
        {
            throw new CommandException(e.Message);
        }
    }

    private async ValueTask<ControlResponse> HandleAsync(ControlRequest request)
    {
        switch (request.Command)
        {
            case "status":
                return new ControlResponse
                {
                    Version = Program.Version, ProcessId = Environment.ProcessId, Status = _server.GetStatus(),
                };
            case "log-level":
                var (level, error) = SettingTypes.LogLevels.Parse(request.Argument ?? "");
                if (error is not null)
                    return new ControlResponse { Error = error };
                _logSwitch.Level = level;
                ServeLog.LevelChanged(_log, level);
                return new ControlResponse { Message = $"log level is now {LogLine.Name(level)}" };
            case "reload":
                await ReloadAsync();
                return new ControlResponse { Message = "read again; the log tells what changed" };
            default:
                return new ControlResponse { Error = $"unknown command '{request.Command}'" };
        }
    }
}
