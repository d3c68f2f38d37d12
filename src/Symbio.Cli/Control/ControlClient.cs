using System.Net.Sockets;
using System.Text.Json;

namespace Symbio.Cli.Control;

/// <summary>Asks a running server.</summary>
internal static class ControlClient
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <exception cref="CommandException">No server answers, or it refuses.</exception>
    public static async Task<ControlResponse> AskAsync(string? path, ControlRequest request)
    {
        path ??= Locations.FindControlSocket();
        using var timeout = new CancellationTokenSource(Timeout);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), timeout.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(
                (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ControlRequest),
                    (byte)'\n'], timeout.Token);
            using var reader = new StreamReader(stream);
            string? line = await reader.ReadLineAsync(timeout.Token);
            var response = line is null ? null : JsonSerializer.Deserialize(line, ControlJson.Default.ControlResponse);
            return response switch
            {
                null => throw new CommandException($"the server on {path} closed the connection without an answer"),
                { Error: { } error } => throw new CommandException($"the server says: {error}"),
                _ => response,
            };
        }
        catch (SocketException e)
        {
            throw new CommandException(e.SocketErrorCode switch
            {
                SocketError.AccessDenied => $"{path}: permission denied; run this as the server's account or as root",
                SocketError.ConnectionRefused => $"no server answers on {path}: it has ended",
                _ => $"no server answers on {path}: none is running, or it has another --control PATH",
            });
        }
        catch (ArgumentException)
        {
            throw new CommandException($"{path}: too long for a socket's path");
        }
        catch (OperationCanceledException)
        {
            throw new CommandException($"the server on {path} does not answer");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new CommandException($"the server on {path} gave no proper answer: {e.Message}");
        }
    }
}
