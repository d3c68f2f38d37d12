using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Symbio.Cli.Control;
using Symbio.Server;

namespace Symbio.Cli.Tests;

public sealed class ControlTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string SocketPath => _folder.File("run/control.sock");

    private static ServerStatus NewStatus() => new()
    {
        StartTime = DateTimeOffset.UnixEpoch,
        Now = DateTimeOffset.UnixEpoch.AddHours(1),
        BytesReceived = 1,
        BytesSent = 2,
        Requests = 3,
        Connections = [new(1, "192.0.2.1:4000", "192.0.2.2:445", "3.1.1", "AES-GMAC", "AES-128-GCM", 1, 1, 2,
            DateTimeOffset.UnixEpoch)],
        Sessions =
        [
            new(0x1234, "demo", "NAS", "192.0.2.1:4000", "3.1.1", true, true, false, 1, 1, DateTimeOffset.UnixEpoch,
                TimeSpan.FromSeconds(5)),
        ],
        Trees = [new(1, 0x1234, "files", "demo", 1, DateTimeOffset.UnixEpoch)],
        Opens = [new(7, 0x1234, "files", "Ordner\\Übung.txt", "demo", 0x1F01FF, 7, 1, DateTimeOffset.UnixEpoch)],
        Locks = [new(7, "files", "Ordner\\Übung.txt", "demo", 0, ulong.MaxValue, true)],
    };

    private ControlServer Start(Func<ControlRequest, ControlResponse>? handle = null) => ControlServer.Start(
        SocketPath, request => ValueTask.FromResult((handle
            ?? (_ => new ControlResponse { Status = NewStatus() }))(request)), NullLogger.Instance);

    [Fact]
    public async Task A_status_comes_over_whole()
    {
        await using var server = Start();
        var response = await ControlClient.AskAsync(SocketPath, new ControlRequest("status"));
        var expected = NewStatus();
        Assert.Equal(expected.Sessions, response.Status!.Sessions);
        Assert.Equal(expected.Connections, response.Status.Connections);
        Assert.Equal(expected.Trees, response.Status.Trees);
        Assert.Equal(expected.Opens, response.Status.Opens);
        Assert.Equal(expected.Locks, response.Status.Locks);
        Assert.Equal(expected.Requests, response.Status.Requests);
    }

    [Fact]
    public async Task Only_the_servers_account_may_connect()
    {
        await using var server = Start();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(SocketPath)!));
    }

    [Fact]
    public async Task The_socket_goes_with_the_server_and_a_dead_one_is_replaced()
    {
        await using (Start())
            Assert.True(File.Exists(SocketPath));
        Assert.False(File.Exists(SocketPath));

        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(_folder.File("run/dead")));
            File.Move(_folder.File("run/dead"), SocketPath);
        }
        await using var server = Start();
        Assert.NotNull((await ControlClient.AskAsync(SocketPath, new ControlRequest("status"))).Status);
    }

    [Fact]
    public async Task A_living_server_keeps_its_socket()
    {
        await using var first = Start();
        Assert.Contains("another symbio server", Assert.Throws<IOException>(() => Start()).Message);
        Assert.NotNull((await ControlClient.AskAsync(SocketPath, new ControlRequest("status"))).Status);
    }

    [Fact]
    public async Task Errors_reach_the_tool()
    {
        await using var server = Start(request =>
            new ControlResponse { Error = $"unknown command '{request.Command}'" });
        var error = await Assert.ThrowsAsync<CommandException>(() => ControlClient.AskAsync(SocketPath,
            new ControlRequest("dance")));
        Assert.Contains("unknown command 'dance'", error.Message);
        var absent = await Assert.ThrowsAsync<CommandException>(() => ControlClient.AskAsync(_folder.File("none"),
            new ControlRequest("status")));
        Assert.Contains("no server answers", absent.Message);
    }

    [Theory]
    [InlineData("nonsense\n", "not a request")]
    [InlineData("{}\n", "error")]
    [InlineData("null\n", "no command")]
    [InlineData("{\"command\":\"status\"", null)]
    public async Task Nonsense_gets_an_error_or_nothing_and_harms_nobody(string line, string? expected)
    {
        await using var server = Start();
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
            await socket.SendAsync(Encoding.UTF8.GetBytes(line));
            if (expected is null)
            {
                socket.Shutdown(SocketShutdown.Send);
                Assert.Equal(0, await socket.ReceiveAsync(new byte[10]));
            }
            else
            {
                byte[] buffer = new byte[4096];
                Assert.Contains(expected, Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer)));
            }
        }
        Assert.NotNull((await ControlClient.AskAsync(SocketPath, new ControlRequest("status"))).Status);
    }

    [Fact]
    public async Task A_line_that_never_ends_is_cut_off()
    {
        await using var server = Start();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        await socket.SendAsync(new byte[4096]);
        int received;
        try
        {
            received = await socket.ReceiveAsync(new byte[10]);
        }
        catch (SocketException)
        {
            received = 0; // Reset: there was more to read than the server wanted to.
        }
        Assert.Equal(0, received);
    }
}
