namespace Symbio.Interop.Tests.Servers;

/// <summary>One server for the tests of one class. After them its log must be clean.</summary>
public abstract class ServerFixture(ServerSetup setup) : IAsyncLifetime
{
    public ServerProcess Server { get; } = ServerProcess.Create(setup);

    public virtual async ValueTask InitializeAsync() => await Server.StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        string? wrong = null;
        if (Server.HasExited)
            wrong = $"the server has ended by itself:\n{Server.LogTail}";
        else if (await Server.StopAsync() is not 0 and var code && Server.IsSymbio)
            wrong = $"after SIGTERM the server ended with exit code {code}:\n{Server.LogTail}";
        string[] errors = [.. Server.ErrorLines];
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
        if (wrong is not null)
            throw new InvalidOperationException(wrong);
        if (errors.Length > 0)
            throw new InvalidOperationException($"the server logged {errors.Length} errors:\n{string.Join('\n', errors.Take(20))}");
    }
}

/// <summary>A server as it is without settings, with one share of each kind.</summary>
public sealed class DefaultServer() : ServerFixture(new ServerSetup
{
    Shares = [new(ShareNames.Files), new(ShareNames.ReadOnly, ReadOnly: true), new(ShareNames.Secret, Encrypt: true)],
});

/// <summary>A server with a continuously available share.</summary>
public sealed class AvailableServer() : ServerFixture(new ServerSetup
{
    Shares = [new(ShareNames.Files, ContinuouslyAvailable: true)],
});

/// <summary>A server that does not insist on signatures.</summary>
public sealed class RelaxedServer() : ServerFixture(new ServerSetup { RequireSigning = false });
