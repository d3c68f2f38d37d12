using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Tests.Runtime;

public sealed class RpcConnectionTests
{
    private readonly WaitingInterface _host = new();

    [Fact]
    public async Task Fragment_sizes_are_the_smaller_of_both()
    {
        using var client = TestClient.Open(_host.CreateServer(), "alias");
        var ack = await client.BindAsync(4280, 0, Context(0, WaitingInterface.Syntax, SyntaxId.Ndr));
        Assert.Equal((4280, 4280, @"\PIPE\alias"), (ack.MaxXmitFrag, ack.MaxRecvFrag, ack.SecondaryAddress));
        Assert.NotEqual(0u, ack.AssocGroupId);

        using var greedy = TestClient.Open(_host.CreateServer(), "test");
        ack = await greedy.BindAsync(ushort.MaxValue, 0, Context(0, WaitingInterface.Syntax, SyntaxId.Ndr));
        Assert.Equal((5840, 5840), (ack.MaxXmitFrag, ack.MaxRecvFrag));

        using var tiny = TestClient.Open(_host.CreateServer(), "test");
        ack = await tiny.BindAsync(
            1, 0, Context(0, WaitingInterface.Syntax with { MinorVersion = 0 }, SyntaxId.Ndr64, SyntaxId.Ndr));
        Assert.Equal(PresentationResult.Accept, Assert.Single(ack.Results));
        Assert.Equal((2048, 2048), (ack.MaxXmitFrag, ack.MaxRecvFrag));
    }

    [Fact] // What Windows sends: NDR, NDR64 and a question about features. [MS-RPCE] 3.3.1.5.3 and 3.3.1.5.6.
    public async Task Ndr64_is_rejected_and_features_are_acknowledged()
    {
        using var client = TestClient.Open(_host.CreateServer(), "test");
        var ack = await client.BindAsync(
            4280, 0,
            Context(0, WaitingInterface.Syntax, SyntaxId.Ndr),
            Context(1, WaitingInterface.Syntax, SyntaxId.Ndr64),
            Context(2, WaitingInterface.Syntax, SyntaxId.BindTimeFeatures((BindTimeFeatures)3)),
            Context(4, new SyntaxId(Guid.NewGuid(), 1, 0), SyntaxId.Ndr),
            Context(5, WaitingInterface.Syntax with { MajorVersion = 2 }, SyntaxId.Ndr),
            Context(6, WaitingInterface.Syntax with { MinorVersion = 3 }, SyntaxId.Ndr));
        Assert.Equal(
            [
                PresentationResult.Accept,
                PresentationResult.Reject(ProviderReason.ProposedTransferSyntaxesNotSupported),
                new PresentationResult(PresentationResultCode.NegotiateAck, (ProviderReason)2, default),
                PresentationResult.Reject(ProviderReason.AbstractSyntaxNotSupported),
                PresentationResult.Reject(ProviderReason.AbstractSyntaxNotSupported),
                PresentationResult.Reject(ProviderReason.AbstractSyntaxNotSupported),
            ],
            ack.Results);
    }

    [Fact]
    public async Task Alter_context_adds_a_context()
    {
        using var client = await BindAsync();
        var unknown = client.Write(PduType.Request, 0, new Request(0, 5, 0, null, WaitingInterface.Stub(4)));
        Assert.Equal(FaultStatus.UnknownInterface, ReadFault(await client.ExchangeAsync(unknown)));

        var alter = new Bind(4280, 4280, 0, [Context(5, WaitingInterface.Syntax, SyntaxId.Ndr)]);
        byte[] pdu = await client.ExchangeAsync(client.Write(PduType.AlterContext, 0, alter));
        Assert.True(PduCodec.TryRead(pdu, out var header, out BindAck ack, out _));
        Assert.Equal((PduType.AlterContextResp, ""), (header.Type, ack.SecondaryAddress));

        byte[] reply = await client.ExchangeAsync(
            client.Write(PduType.Request, 0, new Request(0, 5, 0, null, WaitingInterface.Stub(4))));
        Assert.True(PduCodec.TryRead(reply, out _, out Response response, out _));
        Assert.Equal(5, response.ContextId);
    }

    [Fact]
    public async Task A_second_bind_is_refused()
    {
        using var client = await BindAsync();
        var bind = new Bind(4280, 4280, 0, [Context(0, WaitingInterface.Syntax, SyntaxId.Ndr)]);
        byte[] pdu = await client.ExchangeAsync(client.Write(PduType.Bind, 0, bind));
        Assert.True(PduCodec.TryRead(pdu, out var header, out BindNak _, out _));
        Assert.Equal(PduType.BindNak, header.Type);
        Assert.False(client.Pipe.IsConnected);
    }

    [Fact]
    public async Task Other_versions_are_told_which_we_speak()
    {
        using var client = TestClient.Open(_host.CreateServer(), "test");
        byte[] bind = client.Write(PduType.Bind, 0, new Bind(4280, 4280, 0, [Context(0, WaitingInterface.Syntax, SyntaxId.Ndr)]));
        bind[0] = 6;
        byte[] pdu = await client.ExchangeAsync(bind);
        Assert.True(PduCodec.TryRead(pdu, out _, out BindNak nak, out _));
        Assert.Equal(BindNakReason.ProtocolVersionNotSupported, nak.Reason);
    }

    [Fact]
    public async Task A_request_before_a_bind_is_a_protocol_error()
    {
        using var client = TestClient.Open(_host.CreateServer(), "test");
        Assert.Equal(FaultStatus.ProtocolError, (await client.CallRawAsync(0, WaitingInterface.Stub(4))).Fault);
    }

    [Theory]
    [InlineData(4)] // A named row without a handler
    [InlineData(5)] // Past the table
    [InlineData(0xFFFF)]
    public async Task Unknown_operations_fault(int opnum)
    {
        using var client = await BindAsync();
        Assert.Equal(
            FaultStatus.OperationRangeError, (await client.CallRawAsync((ushort)opnum, WaitingInterface.Stub(4))).Fault);
        Assert.Equal(FaultStatus.None, (await client.CallRawAsync(0, WaitingInterface.Stub(4))).Fault);
    }

    [Fact]
    public async Task Malformed_stubs_fault_and_the_connection_lives()
    {
        using var client = await BindAsync();
        Assert.Equal(FaultStatus.BadStubData, (await client.CallRawAsync(0, Hex.Bytes("ffffffff"))).Fault);
        Assert.Equal(FaultStatus.None, (await client.CallRawAsync(0, WaitingInterface.Stub(4))).Fault);
    }

    [Fact]
    public async Task A_bug_in_a_handler_costs_one_call()
    {
        using var client = await BindAsync();
        Assert.Equal(
            FaultStatus.Unspecified, (await client.CallRawAsync(WaitingInterface.Throw, WaitingInterface.Stub(4))).Fault);
        Assert.IsType<InvalidOperationException>(Assert.Single(_host.Exceptions));
        Assert.Equal(FaultStatus.None, (await client.CallRawAsync(0, WaitingInterface.Stub(4))).Fault);
    }

    [Fact]
    public async Task Cancel_ends_a_waiting_call_with_a_fault()
    {
        using var client = await BindAsync();
        uint callId = client.Send(WaitingInterface.Wait, WaitingInterface.Stub(4));
        client.Pipe.Write(client.Write(PduType.Cancel, 0, default(EmptyBody), callId: callId));
        Assert.Equal(FaultStatus.Cancel, (await client.ReadReplyAsync()).Fault);
    }

    [Fact]
    public async Task An_orphaned_call_has_no_answer()
    {
        using var client = await BindAsync();
        uint callId = client.Send(WaitingInterface.Wait, WaitingInterface.Stub(4));
        client.Pipe.Write(client.Write(PduType.Orphaned, 0, default(EmptyBody), callId: callId));
        Assert.Equal(WaitingInterface.Stub(8), (await client.CallRawAsync(0, WaitingInterface.Stub(8))).Stub);
    }

    [Fact]
    public async Task Without_multiplexing_a_call_has_to_end_before_another_begins()
    {
        using var client = await BindAsync();
        client.Pipe.Write(PduCodec.Write(PduType.Request, PduFlags.FirstFrag, 77, new Request(0, 0, 0, null, new byte[8])));
        byte[] pdu = await client.ExchangeAsync(client.Write(PduType.Request, 0, new Request(0, 0, 0, null, default)));
        Assert.Equal(FaultStatus.ProtocolError, ReadFault(pdu));
        Assert.True(PduHeader.TryRead(pdu, out var header));
        Assert.Equal(77u, header.CallId);

        using var multiplexing = await BindAsync(PduFlags.ConcMpx);
        byte[] stub = WaitingInterface.Stub(8);
        multiplexing.Pipe.Write(PduCodec.Write(
            PduType.Request, PduFlags.FirstFrag, 77, new Request(0, 0, 0, null, stub.AsMemory(0, 8))));
        Assert.Equal(stub, (await multiplexing.CallRawAsync(0, stub)).Stub);
        multiplexing.Pipe.Write(PduCodec.Write(
            PduType.Request, PduFlags.LastFrag, 77, new Request(0, 0, 0, null, stub.AsMemory(8))));
        Assert.Equal(stub, (await multiplexing.ReadReplyAsync()).Stub);
    }

    [Fact] // As Windows does
    public async Task A_half_sent_call_cannot_be_orphaned()
    {
        using var client = await BindAsync();
        client.Pipe.Write(PduCodec.Write(
            PduType.Request, PduFlags.FirstFrag, 77, new Request(0, 0, 0, null, WaitingInterface.Stub(4))));
        client.Pipe.Write(client.Write(PduType.Orphaned, 0, default(EmptyBody), callId: 77));
        client.Pipe.Write(PduCodec.Write(PduType.Request, PduFlags.LastFrag, 77, new Request(0, 0, 0, null, default)));
        Assert.Equal(WaitingInterface.Stub(4), (await client.ReadReplyAsync()).Stub);
    }

    [Fact]
    public async Task An_association_group_is_joined_by_the_same_caller_and_keeps_its_handles()
    {
        var server = _host.CreateServer();
        var first = TestClient.Open(server, "test");
        var ack = await first.BindAsync(4280, 0, Context(0, WaitingInterface.Syntax, SyntaxId.Ndr));
        await first.CallRawAsync(WaitingInterface.Open, WaitingInterface.Stub(4));
        Assert.Equal(PduType.BindNak, await JoinAsync(TestClient.Open(server, "test"), ack.AssocGroupId + 1));
        Assert.Equal(PduType.BindNak, await JoinAsync(TestClient.Open(server, "test", TestClient.User), ack.AssocGroupId));

        var second = TestClient.Open(server, "test");
        Assert.Equal(PduType.BindAck, await JoinAsync(second, ack.AssocGroupId));
        first.Dispose();
        Assert.Equal(0, _host.Handle.Disposed);
        second.Dispose();
        Assert.Equal(1, _host.Handle.Disposed);
        Assert.Equal(PduType.BindNak, await JoinAsync(TestClient.Open(server, "test"), ack.AssocGroupId));

        async Task<PduType> JoinAsync(TestClient client, uint group)
        {
            var bind = new Bind(4280, 4280, group, [Context(0, WaitingInterface.Syntax, SyntaxId.Ndr)]);
            Assert.True(PduHeader.TryRead(await client.ExchangeAsync(client.Write(PduType.Bind, 0, bind)), out var header));
            return header.Type;
        }
    }

    [Fact]
    public async Task Of_elements_for_one_interface_one_is_accepted()
    {
        using var client = TestClient.Open(_host.CreateServer(), "test");
        var ack = await client.BindAsync(
            4280, 0, Context(3, WaitingInterface.Syntax, SyntaxId.Ndr), Context(4, WaitingInterface.Syntax, SyntaxId.Ndr));
        Assert.Equal(
            [PresentationResult.Accept, PresentationResult.Reject(ProviderReason.ProposedTransferSyntaxesNotSupported)],
            ack.Results);
    }

    [Fact]
    public async Task Calls_run_in_order_unless_the_client_multiplexes()
    {
        using var client = await BindAsync();
        client.Send(WaitingInterface.Wait, WaitingInterface.Stub(4));
        client.Send(WaitingInterface.Echo, WaitingInterface.Stub(8));
        Assert.Equal(0, client.Pipe.AvailableBytes);

        using var multiplexing = await BindAsync(PduFlags.ConcMpx);
        multiplexing.Send(WaitingInterface.Wait, WaitingInterface.Stub(4));
        multiplexing.Send(WaitingInterface.Echo, WaitingInterface.Stub(8));
        Assert.Equal(WaitingInterface.Stub(8), (await multiplexing.ReadReplyAsync()).Stub);
        _host.Gate.SetResult();
        Assert.Equal(WaitingInterface.Stub(4), (await multiplexing.ReadReplyAsync()).Stub);
    }

    [Fact]
    public async Task Big_endian_clients_are_served()
    {
        using var client = TestClient.Open(_host.CreateServer(), "test");
        await client.ExchangeAsync(Hex.Bytes(
            "05000b03 00000000 0048 0000 00000001 10b8 10b8 00000000 01000000 0000 0100" +
            "11111111222233334444555555555555 00020001 8a885d041ceb11c99fe808002b104860 00000002"));
        byte[] reply = await client.ExchangeAsync(
            Hex.Bytes("05000003 00000000 0020 0000 00000002 00000000 0000 0000 00000004 61626364"));
        Assert.True(PduCodec.TryRead(reply, out _, out Response response, out _));
        Assert.Equal("0400000061626364", Hex.Of(response.Stub));
    }

    [Fact]
    public async Task Handles_are_bounded()
    {
        var server = _host.CreateServer(new RpcLimits { MaxContextHandles = 2 });
        using var client = await TestClient.BindAsync(server, "test", WaitingInterface.Syntax);
        for (int i = 0; i < 2; i++)
            Assert.Equal(FaultStatus.None, (await client.CallRawAsync(WaitingInterface.Open, WaitingInterface.Stub(4))).Fault);
        Assert.Equal(
            FaultStatus.RemoteNoMemory, (await client.CallRawAsync(WaitingInterface.Open, WaitingInterface.Stub(4))).Fault);
    }

    [Fact]
    public async Task Credentials_without_a_provider_are_refused()
    {
        using var client = TestClient.Open(_host.CreateServer(), "test");
        var verifier = new AuthVerifier(AuthType.Ntlm, AuthLevel.PktPrivacy, 0, 1, new byte[16]);
        byte[] pdu = await client.ExchangeAsync(client.Write(
            PduType.Bind, 0, new Bind(4280, 4280, 0, [Context(0, WaitingInterface.Syntax, SyntaxId.Ndr)]), verifier));
        Assert.True(PduCodec.TryRead(pdu, out _, out BindNak nak, out _));
        Assert.Equal(BindNakReason.AuthenticationTypeNotRecognized, nak.Reason);
    }

    private static PresentationContext Context(ushort id, SyntaxId syntax, params SyntaxId[] transferSyntaxes) =>
        new(id, syntax, transferSyntaxes);

    private static FaultStatus ReadFault(byte[] pdu)
    {
        Assert.True(PduCodec.TryRead(pdu, out var header, out Fault fault, out _));
        Assert.Equal(PduType.Fault, header.Type);
        return fault.Status;
    }

    private Task<TestClient> BindAsync(PduFlags flags = PduFlags.None) =>
        TestClient.BindAsync(_host.CreateServer(), "test", WaitingInterface.Syntax, flags: flags);
}
