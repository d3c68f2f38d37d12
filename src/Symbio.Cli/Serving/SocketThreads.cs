namespace Symbio.Cli.Serving;

/// <summary>
/// Who runs the server's receive loops: the threads that wait for the sockets, without a change to a thread of the pool for
/// every message. What may wait for a disk moves to the store's threads anyway.
/// </summary>
internal static class SocketThreads
{
    // The one way to say so; .NET reads both when the first socket is made.
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    // A system call that waits nevertheless holds up the connections of its own thread only.
    private const int AtLeast = 4;

    /// <summary>Before the first socket. What the environment says goes before.</summary>
    public static void Configure()
    {
        Default(Inline, "1");
        Default(Count, Math.Max(AtLeast, Environment.ProcessorCount).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void Default(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null)
            Environment.SetEnvironmentVariable(name, value);
    }
}
