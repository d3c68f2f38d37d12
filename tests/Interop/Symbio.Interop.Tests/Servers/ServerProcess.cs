using System.Diagnostics;
using System.Net;
using System.Text;
using Symbio.Interop.Tests.Clients;

namespace Symbio.Interop.Tests.Servers;

/// <summary>A running server with its folders. Ends with its object, by the process id.</summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly StringBuilder _log = new();
    private Process? _process;
    private Task _reading = Task.CompletedTask;

    protected ServerProcess(ServerSetup setup)
    {
        Setup = setup;
        Folder = Directory.CreateTempSubdirectory("symbio-interop-").FullName;
        // Other accounts reach the shares, and nothing else in it.
        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        if (setup.Account is not null)
            Accounts.Own(Folder, setup.Account);
        foreach (ShareSetup share in setup.Shares)
            NewFolder(share.Name);
        AuthenticationFile = WriteCredentials("auth", Accounts.User, Accounts.Password);
        SecondAuthenticationFile = WriteCredentials("auth2", Accounts.SecondUser, Accounts.SecondPassword);
        ClientConfiguration = Path.Combine(Folder, "client.conf");
        string state = Directory.CreateDirectory(Path.Combine(Folder, "client")).FullName;
        File.WriteAllText(ClientConfiguration, $"""
            [global]
            workgroup = WORKGROUP
            lock directory = {state}
            state directory = {state}
            cache directory = {state}
            private dir = {state}
            """);
    }

    public ServerSetup Setup { get; }

    /// <summary>All that this server needs and leaves behind.</summary>
    public string Folder { get; }

    public string Address => Setup.Address;

    public int Port { get; protected set; }

    public IPEndPoint EndPoint => new(IPAddress.Parse(Address), Port);

    /// <summary>The user's name and password as Samba's tools read them with -A.</summary>
    public string AuthenticationFile { get; }

    public string SecondAuthenticationFile { get; }

    /// <summary>An smb.conf for Samba's tools, so that the machine's own has no say.</summary>
    public string ClientConfiguration { get; }

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The server does not run.");

    public bool HasExited => _process is null || _process.HasExited;

    /// <summary>Symbio's own commands can be used with it.</summary>
    public virtual bool IsSymbio => false;

    /// <summary>What it has written so far, over all its lives.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public string LogTail => string.Join('\n', Log.TrimEnd().Split('\n').TakeLast(30));

    /// <summary>The server that the tests are run against: Symbio, or smbd to try the tests themselves.</summary>
    public static ServerProcess Create(ServerSetup setup) =>
        Environment.GetEnvironmentVariable("SYMBIO_INTEROP_SERVER") == "samba" ? new SambaProcess(setup) : new SymbioProcess(setup);

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync()
    {
        Command command = await NewCommandAsync();
        var process = command.Start();
        _process = process;
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_log)
            _log.Append("$ ").Append(command).Append('\n');
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, listening), ReadAsync(process.StandardError, listening));
        var exited = process.WaitForExitAsync();
        var first = await Task.WhenAny(ListensAsync(listening.Task), exited, Task.Delay(StartLimit));
        if (first == exited)
        {
            await _reading;
            throw new InvalidOperationException($"the server ended with exit code {process.ExitCode}:\n{LogTail}");
        }

        if (!first.IsCompletedSuccessfully || !listening.Task.IsCompleted)
            throw new InvalidOperationException($"the server does not listen after {StartLimit.TotalSeconds} s:\n{LogTail}");
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Process process = _process ?? throw new InvalidOperationException("The server does not run.");
        if (!process.HasExited)
            Native.Signal(process.Id, Native.SigTerm);
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            throw new InvalidOperationException($"the server still ran {StopLimit.TotalSeconds} s after SIGTERM:\n{LogTail}");
        }

        await _reading;
        _process = null;
        int code = process.ExitCode;
        process.Dispose();
        return code;
    }

    /// <summary>SIGKILL, its children too.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await _reading;
        process.Dispose();
        _process = null;
    }

    public void Signal(int signal) => Native.Signal(ProcessId, signal);

    /// <summary>The path of a share, or of something in it.</summary>
    public string PathOf(string share, string name = "") => Path.Combine(Folder, "share-" + share, name);

    /// <summary>Makes a file in a share behind the server's back, owned by the user.</summary>
    public string WriteLocal(string share, string name, ReadOnlySpan<byte> content)
    {
        string path = PathOf(share, name);
        File.WriteAllBytes(path, content);
        Accounts.Own(path, Setup.Account);
        return path;
    }

    /// <summary>Makes the folder of a share.</summary>
    public void NewFolder(string share) =>
        Accounts.Own(Directory.CreateDirectory(PathOf(share)).FullName, Setup.Account);

    /// <summary>A folder outside of the shares, for the client's files.</summary>
    public string NewClientFolder() => Directory.CreateDirectory(Path.Combine(Folder, $"client-{Guid.NewGuid():N}")).FullName;

    /// <summary>Lines of the log that tell of bugs.</summary>
    public virtual IEnumerable<string> ErrorLines => [];

    public virtual async ValueTask DisposeAsync()
    {
        try
        {
            if (!HasExited)
                await StopAsync();
        }
        finally
        {
            await KillAsync();
            if (Environment.GetEnvironmentVariable("SYMBIO_KEEP") == "1")
                await File.WriteAllTextAsync(Path.Combine(Folder, "server.log"), Log);
            else
                Directory.Delete(Folder, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask<Command> NewCommandAsync();

    /// <summary>Completes when clients may come.</summary>
    protected abstract Task ListensAsync(Task said);

    /// <summary>Sees each line that the server writes; true when it says that it listens.</summary>
    protected abstract bool Read(string line);

    private async Task ReadAsync(StreamReader reader, TaskCompletionSource listening)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_log)
                _log.Append(line).Append('\n');
            if (Read(line))
                listening.TrySetResult();
        }
    }

    private string WriteCredentials(string name, string user, string password)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, $"username = {user}\npassword = {password}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
