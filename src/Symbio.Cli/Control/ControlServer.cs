using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Symbio.Cli.Control;

/// <summary>
/// Answers tools on this machine over a unix socket that only the server's own account may use. One JSON line asks, one
/// answers. Bounded in clients, in the length of a line and in time.
/// </summary>
internal sealed partial class ControlServer : IAsyncDisposable
{
    private const int MaxClients = 16;
    private const int MaxRequest = 4096;
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _listener;
    private readonly string _path;
    private readonly Func<ControlRequest, ValueTask<ControlResponse>> _handle;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _slots = new(MaxClients);
    private readonly Task _accepting;

    private ControlServer(
        Socket listener, string path, Func<ControlRequest, ValueTask<ControlResponse>> handle, ILogger log)
    {
        _listener = listener;
        _path = path;
        _handle = handle;
        _log = log;
        _accepting = AcceptAsync();
    }

    /// <summary>Listens at a path. What a server that died left there is replaced.</summary>
    /// <exception cref="IOException">Another server answers there, or the path cannot be used; one line that says
    /// so.</exception>
    public static ControlServer Start(string path, Func<ControlRequest, ValueTask<ControlResponse>> handle, ILogger log)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            string folder = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder))
                Directory.CreateDirectory(folder, owner | UnixFileMode.UserExecute);
            if (File.Exists(path))
            {
                if (IsAnswered(path))
                    throw new IOException($"another symbio server answers on {path}; give this one its own with --control PATH");
                File.Delete(path);
            }
            // Bound under another name and moved when its mode is right, so that nobody else can ever connect.
            string temporary = $"{path}.{Environment.ProcessId}";
            File.Delete(temporary);
            listener.Bind(new UnixDomainSocketEndPoint(temporary));
            File.SetUnixFileMode(temporary, owner);
            listener.Listen(MaxClients);
            File.Move(temporary, path, overwrite: true);
            return new ControlServer(listener, path, handle, log);
        }
        catch (Exception e)
        {
            listener.Dispose();
            if (e is SocketException or UnauthorizedAccessException or ArgumentException)
                throw new IOException($"the control socket {path} cannot be made: {e.Message}", e);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A stale socket is replaced by the next server.
        }
        _stopping.Dispose();
    }

    private static bool IsAnswered(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AccessDenied;
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _slots.WaitAsync(_stopping.Token);
                var client = await _listener.AcceptAsync(_stopping.Token);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                _slots.Release();
                if (!_stopping.IsCancellationRequested)
                    AcceptFailed(_log, e.Message);
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            await using var stream = new NetworkStream(client, ownsSocket: true);
            while (true)
            {
                timeout.CancelAfter(ClientTimeout);
                if (await ReadLineAsync(stream, timeout.Token) is not { } line)
                    return;
                var response = await AnswerAsync(line);
                await JsonSerializer.SerializeAsync(stream, response, ControlJson.Default.ControlResponse,
                    timeout.Token);
                await stream.WriteAsync("\n"u8.ToArray(), timeout.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The tool has gone, or is too slow.
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<ControlResponse> AnswerAsync(ReadOnlyMemory<byte> line)
    {
        try
        {
            var request = JsonSerializer.Deserialize(line.Span, ControlJson.Default.ControlRequest);
            return request?.Command is null ? new ControlResponse { Error = "no command" } : await _handle(request);
        }
        catch (JsonException)
        {
            return new ControlResponse { Error = "not a request: want a line such as {\"command\":\"status\"}" };
        }
        catch (Exception e)
        {
            RequestFailed(_log, e);
            return new ControlResponse { Error = e.Message };
        }
    }

    /// <summary>Null at the end, or when the line is too long to be a request.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadLineAsync(NetworkStream stream,
        CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxRequest];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
                return null;
            length += read;
            int end = buffer.AsSpan(0, length).IndexOf((byte)'\n');
            if (end >= 0)
                return buffer.AsMemory(0, end);
        }
        return null;
    }

    [LoggerMessage(901, LogLevel.Warning, "the control socket cannot accept: {Reason}")]
    private static partial void AcceptFailed(ILogger log, string reason);

    [LoggerMessage(902, LogLevel.Error, "a request on the control socket failed")]
    private static partial void RequestFailed(ILogger log, Exception exception);
}
