using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>Requests: assembled, started in order, answered; and their cancellation, [C706] 9.3.3.</summary>
internal sealed partial class RpcConnection
{
    private readonly Dictionary<uint, PendingCall> _calls = []; // Assembled, waiting and running, by call_id.
    private readonly Queue<PendingCall> _waiting = [];
    private int _running;
    private int _requestBytes;

    /// <summary>Starts what may start: one call at a time, or several when the client multiplexes.</summary>
    public void StartCalls()
    {
        while (true)
        {
            PendingCall? call;
            lock (_lock)
            {
                if (_closed || _running >= (_multiplexing ? Limits.MaxCalls : 1) || _output.IsCongested ||
                    !_waiting.TryDequeue(out call))
                {
                    return;
                }

                call.IsRunning = true;
                _running++;
            }

            var run = RunAsync(call);
            if (!run.IsCompleted)
                _ = StartCallsAfterAsync(run); // Neither throws: RunAsync turns every exception into a fault.
        }
    }

    private bool ReceiveRequest(PduHeader header, byte[] pdu, ReadOnlyMemory<byte> body, AuthVerifier? verifier)
    {
        if (header.FragLength > Limits.MaxFragment)
        {
            EmitFault(header, contextId: 0, FaultStatus.ProtocolError, didNotExecute: false);
            return false; // It never was agreed to, whatever the bind said.
        }

        if (_group is null || !PduCodec.TryReadBody(body, header, out Request request))
            return ProtocolError(header);
        if (!TryUnprotect(header, pdu, verifier))
        {
            EmitFault(header, request.ContextId, FaultStatus.AccessDenied, didNotExecute: false);
            return false;
        }

        FaultStatus refusal;
        bool fatal;
        lock (_lock)
        {
            if (_closed)
                return false;
            if (!_multiplexing && _calls.Values.FirstOrDefault(call => !call.IsAssembled) is { } unfinished &&
                (header.IsFirst || header.CallId != unfinished.Header.CallId))
            {
                // The fault names the call that should have gone on.
                (header, request) = (unfinished.Header, request with { ContextId = unfinished.ContextId });
                (refusal, fatal) = (FaultStatus.ProtocolError, true);
            }
            else
            {
                (refusal, fatal) = Assemble(header, request);
            }
        }

        if (refusal != FaultStatus.None)
        {
            ushort contextId = refusal == FaultStatus.UnknownInterface ? (ushort)0 : request.ContextId;
            EmitFault(header, contextId, refusal, didNotExecute: !fatal);
            return !fatal;
        }

        StartCalls();
        return true;
    }

    /// <summary>Adds a fragment to its call. A refusal is fatal when what follows could not be understood.</summary>
    private (FaultStatus Refusal, bool Fatal) Assemble(PduHeader header, Request request)
    {
        bool known = _calls.TryGetValue(header.CallId, out var call);
        if (header.IsFirst)
        {
            if (known)
                return (FaultStatus.ProtocolError, true);
            if (!_contexts.TryGetValue(request.ContextId, out var target))
                return (FaultStatus.UnknownInterface, !header.IsLast);
            if (_calls.Count >= Limits.MaxCalls)
                return (FaultStatus.ServerTooBusy, !header.IsLast);
            call = new PendingCall(header, request, target);
            _calls.Add(header.CallId, call);
        }
        else if (call is null || call.IsAssembled || call.ContextId != request.ContextId)
        {
            return (FaultStatus.ProtocolError, true);
        }

        // Windows too says "access denied" to more than 4 MiB, at once when the hint promises it.
        bool hintsTooMuch = header.IsFirst && !header.IsLast && request.AllocHint > (uint)Limits.MaxRequestBytes;
        if (hintsTooMuch || request.Stub.Length > Limits.MaxRequestBytes - _requestBytes)
            return (FaultStatus.AccessDenied, true);
        if (!_budget.TryTake(request.Stub.Length))
            return (FaultStatus.RemoteNoMemory, true);
        _requestBytes += request.Stub.Length;
        call.Append(request.Stub);
        if (header.IsLast)
        {
            call.IsAssembled = true;
            _waiting.Enqueue(call);
        }

        return (FaultStatus.None, false);
    }

    private async Task StartCallsAfterAsync(Task run)
    {
        await run;
        StartCalls();
    }

    private async Task RunAsync(PendingCall call)
    {
        var reply = await InvokeAsync(call);
        bool answer;
        lock (_lock)
        {
            answer = !_closed && !call.IsOrphaned && (call.Header.Flags & PduFlags.Maybe) == 0;
            Forget(call); // Before the answer is out, since the client may use the call_id again then.
        }

        if (answer)
            Answer(call, reply);
        lock (_lock)
            _running--;
        RunDownWhenIdle();
    }

    private async ValueTask<RpcReply> InvokeAsync(PendingCall call)
    {
        var token = call.Cancellation.Token;
        var context = new RpcCall(this, call.Interface, call.Opnum, call.ObjectUuid, token);
        try
        {
            token.ThrowIfCancellationRequested();
            return await call.Interface.InvokeAsync(context, call.Stub, call.Header.BigEndian, Limits.MaxReplyBytes);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return new RpcReply(default, FaultStatus.Cancel);
        }
        catch (Exception exception)
        {
            // A bug in a handler or host costs its caller one call and nobody else anything.
            Server.UnhandledException?.Invoke(context, exception);
            return new RpcReply(default, FaultStatus.Unspecified);
        }
    }

    private void Answer(PendingCall call, RpcReply reply)
    {
        if (reply.Fault != FaultStatus.None)
        {
            EmitFault(call.Header, call.ContextId, reply.Fault, reply.DidNotExecute);
            return;
        }

        if (!Protects)
        {
            _output.Send(Fragment(call.Header, call.ContextId, reply.Stub));
            return;
        }

        lock (_protectLock)
            _output.Send(Fragment(call.Header, call.ContextId, reply.Stub));
    }

    /// <summary>
    /// co_cancel asks the call to end soon; its answer still comes. orphaned: nobody waits for it any more, and
    /// [MS-RPCE] 3.3.1.5.10 keeps the connection. Neither touches a call whose last fragment has not come; Windows
    /// goes on to expect it.
    /// </summary>
    private bool ReceiveCancel(PduHeader header, bool orphaned)
    {
        PendingCall? call;
        lock (_lock)
        {
            if (!_calls.TryGetValue(header.CallId, out call) || !call.IsAssembled)
                return true; // It has just ended, or has not begun.
            call.IsOrphaned |= orphaned;
        }

        call.Cancellation.Cancel();
        return true;
    }

    private void Forget(PendingCall call)
    {
        if (!_calls.Remove(call.Header.CallId))
            return;
        _requestBytes -= call.Stub.Length;
        _budget.Give(call.Stub.Length);
    }

    private void RunDownWhenIdle()
    {
        lock (_lock)
        {
            if (!_closed || _running > 0 || _ranDown)
                return;
            _ranDown = true;
        }

        _group?.Leave();
        _security?.Dispose();
    }

    /// <summary>A call from its first fragment to its answer.</summary>
    private sealed class PendingCall(PduHeader header, Request first, RpcInterface target)
    {
        private byte[]? _assembled;

        public PduHeader Header { get; } = header;

        public RpcInterface Interface { get; } = target;

        public ushort ContextId { get; } = first.ContextId;

        public ushort Opnum { get; } = first.Opnum;

        public Guid? ObjectUuid { get; } = first.Object;

        public ReadOnlyMemory<byte> Stub { get; private set; }

        public CancellationTokenSource Cancellation { get; } = new();

        public bool IsAssembled { get; set; }

        public bool IsRunning { get; set; }

        public bool IsOrphaned { get; set; }

        /// <summary>A lone fragment is used where it lies; a second one makes a buffer that doubles.</summary>
        public void Append(ReadOnlyMemory<byte> fragment)
        {
            if (Stub.IsEmpty)
            {
                Stub = fragment;
                return;
            }

            int length = Stub.Length + fragment.Length;
            if (_assembled is null || length > _assembled.Length)
            {
                byte[] larger = new byte[Math.Max(length, 2 * Stub.Length)];
                Stub.CopyTo(larger);
                _assembled = larger;
            }

            fragment.CopyTo(_assembled.AsMemory(Stub.Length));
            Stub = _assembled.AsMemory(0, length);
        }
    }
}
