using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

/// <summary>Every command has its request and response: a new one fails here until it has a row.</summary>
public sealed class CommandCoverageTests
{
    private static readonly Dictionary<Smb2Command, Row> Rows = new()
    {
        [Smb2Command.Negotiate] = Row.Of<NegotiateRequest, NegotiateResponse>(),
        [Smb2Command.SessionSetup] = Row.Of<SessionSetupRequest, SessionSetupResponse>(),
        [Smb2Command.Logoff] = Row.Of<LogoffRequest, LogoffResponse>(),
        [Smb2Command.TreeConnect] = Row.Of<TreeConnectRequest, TreeConnectResponse>(),
        [Smb2Command.TreeDisconnect] = Row.Of<TreeDisconnectRequest, TreeDisconnectResponse>(),
        [Smb2Command.Create] = Row.Of<CreateRequest, CreateResponse>(),
        [Smb2Command.Close] = Row.Of<CloseRequest, CloseResponse>(),
        [Smb2Command.Flush] = Row.Of<FlushRequest, FlushResponse>(),
        [Smb2Command.Read] = Row.Of<ReadRequest, ReadResponse>(),
        [Smb2Command.Write] = Row.Of<WriteRequest, WriteResponse>(),
        [Smb2Command.Lock] = Row.Of<LockRequest, LockResponse>(),
        [Smb2Command.Ioctl] = Row.Of<IoctlRequest, IoctlResponse>(),
        [Smb2Command.Cancel] = Row.Of<CancelRequest, ErrorResponse>(), // Never answered itself.
        [Smb2Command.Echo] = Row.Of<EchoRequest, EchoResponse>(),
        [Smb2Command.QueryDirectory] = Row.Of<QueryDirectoryRequest, QueryDirectoryResponse>(),
        [Smb2Command.ChangeNotify] = Row.Of<ChangeNotifyRequest, ChangeNotifyResponse>(),
        [Smb2Command.QueryInfo] = Row.Of<QueryInfoRequest, QueryInfoResponse>(),
        [Smb2Command.SetInfo] = Row.Of<SetInfoRequest, SetInfoResponse>(),
        [Smb2Command.OplockBreak] = Row.Of<OplockBreakRequest, OplockBreakResponse>(),
        [Smb2Command.ServerToClientNotification] = Row.OfServer<ServerToClientNotification>(),
    };

    [Fact]
    public void Every_command_has_a_request_and_a_response()
    {
        Assert.Equal(Enum.GetValues<Smb2Command>().Order(), Rows.Keys.Order());
        foreach ((Smb2Command command, Row row) in Rows)
            Assert.Equal(command, row.Command ?? Smb2Command.ServerToClientNotification);
    }

    [Fact]
    public void No_body_makes_a_reader_throw()
    {
        var random = new Random(20_02);
        byte[] body = new byte[Smb2Header.Size + 256];
        foreach (Row row in Rows.Values)
        {
            foreach (Action<byte[]> read in row.Readers)
            {
                for (int i = 0; i < 1000; i++)
                {
                    random.NextBytes(body);
                    for (int zeros = random.Next(4); zeros > 0; zeros--)
                        body.AsSpan(66 + random.Next(128), 16).Clear();
                    read(body);
                }
            }
        }
    }

    private sealed record Row(Smb2Command? Command, params Action<byte[]>[] Readers)
    {
        public static Row Of<TRequest, TResponse>()
            where TRequest : struct, IRequest<TRequest>
            where TResponse : struct, IResponse<TResponse> =>
            new(TRequest.Command, ReadOne<TRequest>, ReadOne<TResponse>);

        public static Row OfServer<TResponse>()
            where TResponse : struct, IResponse<TResponse> =>
            new(null, ReadOne<TResponse>);

        private static void ReadOne<T>(byte[] message)
            where T : struct, IMessage<T>
        {
            var reader = new WireReader(message.AsMemory(0, Smb2Header.Size), Smb2Header.Size);
            Assert.False(T.TryRead(ref reader, out _)); // No body at all.

            // A true StructureSize: else nothing gets past the first field.
            MessageTest.Write(default, default(T)).AsSpan(Smb2Header.Size, 2).CopyTo(message.AsSpan(Smb2Header.Size));
            reader = new WireReader(message, Smb2Header.Size);
            if (T.TryRead(ref reader, out T read))
                MessageTest.Write(default, read); // What was accepted can be written.
        }
    }
}
