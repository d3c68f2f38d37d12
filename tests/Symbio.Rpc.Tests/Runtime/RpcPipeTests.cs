using Symbio.Protocol;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Tests.Runtime;

public sealed class RpcPipeTests
{
    private readonly WaitingInterface _host = new();

    [Fact]
    public void Pipes_are_found_by_name_alias_and_path_in_any_case()
    {
        var server = _host.CreateServer();
        Assert.True(server.HasPipe("TEST"));
        Assert.True(server.HasPipe(@"\pipe\alias"));
        Assert.False(server.HasPipe("other"));
        Assert.False(server.TryOpenPipe("other", RpcCaller.Anonymous, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(24)]
    public async Task Writes_may_cut_pdus_anywhere(int piece)
    {
        using var client = await BindAsync();
        byte[] request = client.Write(PduType.Request, 0, new Request(0, 0, 0, null, WaitingInterface.Stub(50)));
        byte[] twice = [.. request, .. client.Write(PduType.Request, 0, new Request(0, 0, 0, null, WaitingInterface.Stub(60)))];
        for (int i = 0; i < twice.Length; i += piece)
            Assert.Equal(NtStatus.Success, client.Pipe.Write(twice.AsMemory(i, Math.Min(piece, twice.Length - i))));
        Assert.Equal(WaitingInterface.Stub(50), (await client.ReadReplyAsync()).Stub);
        Assert.Equal(WaitingInterface.Stub(60), (await client.ReadReplyAsync()).Stub);
    }

    [Theory]
    [InlineData(100, 8)]
    [InlineData(100_000, 4000)]
    [InlineData(3_000_000, 5816)]
    public async Task Requests_and_replies_are_fragmented(int length, int fragmentSize)
    {
        using var client = await BindAsync();
        var (fault, reply) = await client.CallRawAsync(0, WaitingInterface.Stub(length), fragmentSize);
        Assert.Equal(FaultStatus.None, fault);
        Assert.Equal(WaitingInterface.Stub(length), reply);
    }

    [Fact]
    public async Task Fragments_keep_to_what_the_client_receives()
    {
        using var client = await BindAsync(maxFrag: 2503);
        client.Send(0, WaitingInterface.Stub(10_000));
        byte[] first = await client.ReadAsync();
        Assert.InRange(first.Length, 2400, 2496);
        Assert.Equal(0, (first.Length - Response.HeaderLength) % 8);
    }

    [Fact]
    public async Task A_message_that_does_not_fit_overflows_and_goes_on()
    {
        using var client = await BindAsync();
        byte[] request = client.Write(PduType.Request, 0, new Request(0, 0, 0, null, WaitingInterface.Stub(100)));
        byte[] buffer = new byte[128];
        Assert.Equal((NtStatus.BufferOverflow, 20), await client.Pipe.TransceiveAsync(request, buffer.AsMemory(0, 20)));
        Assert.Equal(new PipePeek(108, 1, 108, 4), client.Pipe.Peek(new byte[4]));
        Assert.Equal((NtStatus.PipeBusy, 0), await client.Pipe.TransceiveAsync(request, buffer));
        Assert.Equal((NtStatus.BufferOverflow, 0), await client.Pipe.ReadAsync(Memory<byte>.Empty));
        Assert.Equal((NtStatus.Success, 108), await client.Pipe.ReadAsync(buffer.AsMemory(20)));
        Assert.True(PduCodec.TryRead(buffer, out _, out Response response, out _));
        Assert.Equal(Hex.Of(WaitingInterface.Stub(100)), Hex.Of(response.Stub));
    }

    [Fact]
    public async Task Byte_mode_reads_across_messages()
    {
        using var client = await BindAsync();
        client.Pipe.IsMessageMode = false;
        client.Send(0, WaitingInterface.Stub(4));
        client.Send(0, WaitingInterface.Stub(4));
        Assert.Equal((NtStatus.Success, 10), await client.Pipe.ReadAsync(new byte[10]));
        Assert.Equal((NtStatus.Success, 54), await client.Pipe.ReadAsync(new byte[100]));
    }

    [Fact]
    public async Task Reads_wait_and_are_answered_in_order()
    {
        using var client = await BindAsync();
        var first = client.Pipe.ReadAsync(new byte[100]).AsTask();
        var second = client.Pipe.ReadAsync(new byte[100]).AsTask();
        client.Send(WaitingInterface.Wait, WaitingInterface.Stub(4));
        Assert.False(first.IsCompleted);
        client.Send(WaitingInterface.Echo, WaitingInterface.Stub(12));
        _host.Gate.SetResult();
        Assert.Equal((NtStatus.Success, 32), await first);
        Assert.Equal((NtStatus.Success, 40), await second);
    }

    [Fact]
    public async Task A_read_that_is_cancelled_loses_nothing()
    {
        using var client = await BindAsync();
        using var cancellation = new CancellationTokenSource();
        var read = client.Pipe.ReadAsync(new byte[100], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        Assert.Equal((NtStatus.Cancelled, 0), await read);
        Assert.Equal(FaultStatus.None, (await client.CallRawAsync(0, WaitingInterface.Stub(4))).Fault);
    }

    [Fact]
    public async Task A_non_blocking_pipe_says_that_it_is_empty()
    {
        using var client = await BindAsync();
        client.Pipe.IsNonBlocking = true;
        Assert.Equal((NtStatus.PipeEmpty, 0), await client.Pipe.ReadAsync(new byte[100]));
    }

    [Fact]
    public async Task Dispose_cancels_calls_and_reads_and_runs_down_handles()
    {
        var client = await BindAsync();
        await client.CallRawAsync(WaitingInterface.Open, WaitingInterface.Stub(4));
        client.Send(WaitingInterface.Wait, WaitingInterface.Stub(4));
        var read = client.Pipe.ReadAsync(new byte[100]).AsTask();
        client.Dispose();
        client.Dispose();
        Assert.Equal((NtStatus.Cancelled, 0), await read);
        Assert.True(SpinWait.SpinUntil(() => _host.Handle.Disposed > 0, 5000)); // WaitAsync resumes on the pool.
        Assert.Equal(1, _host.Handle.Disposed);
        Assert.Equal(NtStatus.PipeDisconnected, client.Pipe.Write(new byte[1]));
        Assert.Equal((NtStatus.Cancelled, 0), await client.Pipe.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Protocol_errors_fault_and_break_the_pipe()
    {
        using var client = await BindAsync();
        var middle = new Request(0, 0, 0, null, new byte[8]);
        client.Pipe.Write(PduCodec.Write(PduType.Request, PduFlags.LastFrag, 9, middle)); // Without a first.
        Assert.Equal(FaultStatus.ProtocolError, (await client.ReadReplyAsync()).Fault);
        Assert.Equal((NtStatus.PipeBroken, 0), await client.Pipe.ReadAsync(new byte[100]));
        Assert.Equal(NtStatus.PipeDisconnected, client.Pipe.Write(new byte[1]));
        Assert.False(client.Pipe.IsConnected);
    }

    [Fact]
    public async Task Garbage_breaks_the_pipe()
    {
        using var client = await BindAsync();
        Assert.Equal(NtStatus.Success, client.Pipe.Write("GET / HTTP/1.1\r\n\r\n"u8.ToArray()));
        Assert.Equal((NtStatus.PipeBroken, 0), await client.Pipe.ReadAsync(new byte[100]));
    }

    [Fact]
    public async Task A_fragment_over_the_agreed_size_breaks_the_pipe()
    {
        using var client = await BindAsync();
        client.Pipe.Write(client.Write(PduType.Request, 0, new Request(0, 0, 0, null, new byte[5817])));
        Assert.Equal(FaultStatus.ProtocolError, (await client.ReadReplyAsync()).Fault);
        Assert.False(client.Pipe.IsConnected);
    }

    [Fact]
    public async Task A_request_over_the_limit_breaks_the_pipe()
    {
        var server = _host.CreateServer(new RpcLimits { MaxRequestBytes = 10_000 });
        using var client = await TestClient.BindAsync(server, "test", WaitingInterface.Syntax);
        var flags = PduFlags.FirstFrag;
        for (int i = 0; i < 4; i++, flags = 0)
            client.Pipe.Write(PduCodec.Write(PduType.Request, flags, 5, new Request(0, 0, 0, null, new byte[4000])));
        Assert.Equal(FaultStatus.AccessDenied, (await client.ReadReplyAsync()).Fault);
        Assert.False(client.Pipe.IsConnected);
        Assert.Equal(NtStatus.PipeDisconnected, client.Pipe.Write(new byte[100]));
    }

    [Fact]
    public async Task A_write_over_the_limit_is_refused_whole()
    {
        var server = _host.CreateServer(new RpcLimits { MaxRequestBytes = 10_000 });
        using var client = await TestClient.BindAsync(server, "test", WaitingInterface.Syntax);
        Assert.Equal(NtStatus.InsufficientResources, client.Pipe.Write(new byte[100_000]));
        Assert.Equal(FaultStatus.None, (await client.CallRawAsync(0, WaitingInterface.Stub(4))).Fault);
    }

    [Fact] // Each within its own limits, and there may be thousands.
    public async Task Pipes_of_one_client_hold_no_more_than_its_budget_together()
    {
        var server = _host.CreateServer();
        var budget = new RpcBudget(100_000);
        using TestClient first = await BindAsync(server, budget), second = await BindAsync(server, budget), third = await BindAsync(server, budget);
        var flags = PduFlags.FirstFrag;
        for (int i = 0; i < 20; i++, flags = 0)
            Assert.Equal(NtStatus.Success, first.Pipe.Write(Fragment(flags)));

        flags = PduFlags.FirstFrag;
        for (int i = 0; i < 4; i++, flags = 0)
            Assert.Equal(NtStatus.Success, second.Pipe.Write(Fragment(flags)));
        Assert.Equal(NtStatus.InsufficientResources, second.Pipe.Write(Fragment(flags)));
        first.Dispose();

        Assert.Equal(NtStatus.Success, second.Pipe.Write(Fragment(flags)));
        Assert.Equal(FaultStatus.None, (await third.CallRawAsync(0, WaitingInterface.Stub(30_000))).Fault);
        second.Dispose();
        third.Dispose();
        Assert.Equal(0, budget.Used);

        static byte[] Fragment(PduFlags flags) =>
            PduCodec.Write(PduType.Request, flags, 5, new Request(0, 0, 0, null, new byte[4000]));
    }

    [Fact] // A part of a PDU takes room, too.
    public async Task A_write_over_the_budget_is_refused_whole()
    {
        var budget = new RpcBudget(10_000);
        using var client = await BindAsync(_host.CreateServer(), budget);
        byte[] request = client.Write(PduType.Request, 0, new Request(0, 0, 0, null, WaitingInterface.Stub(4000)));
        Assert.Equal(NtStatus.Success, client.Pipe.Write(request.AsMemory(0, 20)));

        Assert.Equal(20, budget.Used);
        Assert.Equal(NtStatus.InsufficientResources, client.Pipe.Write(new byte[9_981]));
        Assert.Equal(NtStatus.Success, client.Pipe.Write(request.AsMemory(20)));
        Assert.Equal(WaitingInterface.Stub(4000), (await client.ReadReplyAsync()).Stub);
        Assert.Equal(0, budget.Used);
    }

    [Fact] // They are no calls, and so never wait for the client to read.
    public async Task Faults_that_nobody_reads_are_bounded_as_well()
    {
        var budget = new RpcBudget(10_000);
        using var client = await BindAsync(_host.CreateServer(), budget);
        NtStatus status = NtStatus.Success;
        for (int i = 0; i < 1000 && status == NtStatus.Success; i++)
            status = client.Pipe.Write(client.Write(PduType.Request, 0, new Request(0, 77, 0, null, default))); // No such context.

        Assert.Equal(NtStatus.InsufficientResources, status);
        Assert.InRange(budget.Used, 9_000, 10_000);
        Assert.Equal(FaultStatus.UnknownInterface, (await client.ReadReplyAsync()).Fault); // And makes room by that.
        Assert.InRange(budget.Used, 9_000, 10_000 - 32);
    }

    [Fact]
    public async Task A_client_that_never_reads_stops_its_own_calls()
    {
        using var client = await BindAsync();
        for (int i = 0; i < 16; i++)
            client.Send(0, WaitingInterface.Stub(100_000));
        Assert.InRange(client.Pipe.AvailableBytes, 100_000, 110_000); // One reply; the others wait.
        for (int i = 0; i < 16; i++)
            Assert.Equal(WaitingInterface.Stub(100_000), (await client.ReadReplyAsync()).Stub);
    }

    [Fact]
    public async Task Too_many_calls_are_refused_one_by_one()
    {
        using var client = await BindAsync();
        for (int i = 0; i < 17; i++)
            client.Send(WaitingInterface.Wait, WaitingInterface.Stub(4));
        Assert.Equal(FaultStatus.ServerTooBusy, (await client.ReadReplyAsync()).Fault);
        _host.Gate.SetResult();
        for (int i = 0; i < 16; i++)
            Assert.Equal(FaultStatus.None, (await client.ReadReplyAsync()).Fault);
    }

    private Task<TestClient> BindAsync(ushort maxFrag = 4280) =>
        TestClient.BindAsync(_host.CreateServer(), "test", WaitingInterface.Syntax, maxFrag: maxFrag);

    private static async Task<TestClient> BindAsync(RpcServer server, RpcBudget budget)
    {
        Assert.True(server.TryOpenPipe("test", TestClient.Administrator, out var pipe, budget));
        var client = new TestClient(pipe);
        await client.BindAsync(4280, 0, new PresentationContext(0, WaitingInterface.Syntax, [SyntaxId.Ndr]));
        return client;
    }
}
