using System.Runtime.CompilerServices;
using Symbio.Client.Connections;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Transport;

namespace Symbio.Client;

public sealed partial class SmbConnection
{
    private const int CreditUnit = 65536;

    /// <summary>Sends a request and waits for its final response, whatever its status: [MS-SMB2] 3.2.4.1.</summary>
    /// <param name="replySize">Bytes of data that the response may have: they, too, cost credits.</param>
    /// <param name="cancellationToken">Has the server cancel the request; the call ends with the server's answer.</param>
    internal ValueTask<Reply> SendAsync<TRequest>(
        RequestTarget target, TRequest request, int replySize, CancellationToken cancellationToken)
        where TRequest : struct, IRequest<TRequest> =>
        SendAsync(target, request, default(NoPayload), replySize, cancellationToken);

    /// <summary>As above, with bytes that follow what the request itself writes.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<Reply> SendAsync<TRequest, TPayload>(
        RequestTarget target, TRequest request, TPayload payload, int replySize, CancellationToken cancellationToken)
        where TRequest : struct, IRequest<TRequest>
        where TPayload : struct, IPayload
    {
        cancellationToken.ThrowIfCancellationRequested();
        int length = Smb2Header.Size + request.Length;
        Frame frame = Options.FramePool.Rent(length + payload.Length);
        PendingRequest pending;
        try
        {
            WriteBody(frame.Span[..length], request);
            payload.Write(frame.Span[length..]);
            pending = _window.Rent(TRequest.Command, ChargeOf(Math.Max(payload.Length, replySize)), target);
            await AdmitAsync(pending, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            frame.Dispose();
            throw;
        }

        ValueTask<Reply> reply = pending.ReplyAsync();
        ulong messageId = pending.MessageId;
        WriteHeader(frame.Span, pending, target);
        ProtectAndSend(frame, target);
        if (!cancellationToken.CanBeCanceled)
            return await reply.ConfigureAwait(false);
        await using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(_ => Cancel(messageId, target), null);
        return await ThrowIfCancelledAsync(reply, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends three related requests in one frame, [MS-SMB2] 3.2.4.1.4: the first opens, the second does something with
    /// what was opened, the third closes it. All responses are returned; the caller disposes them.
    /// </summary>
    internal async ValueTask<(Reply First, Reply Second, Reply Third)> SendRelatedAsync<T1, T2, T3>(
        RequestTarget target, T1 first, T2 second, T3 third, int secondReplySize, CancellationToken cancellationToken)
        where T1 : struct, IRequest<T1>
        where T2 : struct, IRequest<T2>
        where T3 : struct, IRequest<T3>
    {
        int secondAt = Aligned(Smb2Header.Size + first.Length);
        int thirdAt = secondAt + Aligned(Smb2Header.Size + second.Length);
        int end = thirdAt + Smb2Header.Size + third.Length;
        Frame frame = Options.FramePool.Rent(end);
        PendingRequest opens, acts, closes;
        try
        {
            frame.Span.Clear();
            WriteBody(frame.Span[..secondAt], first);
            WriteBody(frame.Span[secondAt..thirdAt], second);
            WriteBody(frame.Span[thirdAt..], third);
            opens = _window.Rent(T1.Command, 1, target);
            acts = _window.Rent(T2.Command, ChargeOf(secondReplySize), target);
            closes = _window.Rent(T3.Command, 1, target);
            opens.Next = acts;
            acts.Next = closes;
            await AdmitAsync(opens, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            frame.Dispose();
            throw;
        }

        ValueTask<Reply> firstReply = opens.ReplyAsync(), secondReply = acts.ReplyAsync(), thirdReply = closes.ReplyAsync();
        WriteHeader(frame.Span[..secondAt], opens, target, nextCommand: secondAt);
        WriteHeader(frame.Span[secondAt..thirdAt], acts, target, nextCommand: thirdAt - secondAt, isRelated: true);
        WriteHeader(frame.Span[thirdAt..], closes, target, isRelated: true);
        ProtectAndSend(frame, target, secondAt, thirdAt);
        return await GatherAsync(firstReply, secondReply, thirdReply).ConfigureAwait(false);
    }

    private static int Aligned(int length) => (length + 7) & ~7;

    private static void WriteBody<T>(Span<byte> message, in T request)
        where T : struct, IRequest<T>
    {
        var writer = new WireWriter(message, Smb2Header.Size);
        request.Write(ref writer);
        if (!writer.IsValid)
            throw new InvalidOperationException($"The {T.Command} request does not fit its own length.");
    }

    private static async ValueTask<(Reply First, Reply Second, Reply Third)> GatherAsync(
        ValueTask<Reply> first, ValueTask<Reply> second, ValueTask<Reply> third)
    {
        // Each must be awaited, whatever becomes of the others: a response that nobody takes keeps its buffer.
        (Reply one, Exception? firstFailure) = await SettleAsync(first).ConfigureAwait(false);
        (Reply two, Exception? secondFailure) = await SettleAsync(second).ConfigureAwait(false);
        (Reply three, Exception? thirdFailure) = await SettleAsync(third).ConfigureAwait(false);
        if ((firstFailure ?? secondFailure ?? thirdFailure) is not { } failure)
            return (one, two, three);
        if (firstFailure is null)
            one.Dispose();
        if (secondFailure is null)
            two.Dispose();
        if (thirdFailure is null)
            three.Dispose();
        throw failure;
    }

    private static async ValueTask<(Reply Reply, Exception? Failure)> SettleAsync(ValueTask<Reply> reply)
    {
        try
        {
            return (await reply.ConfigureAwait(false), null);
        }
        catch (IOException e)
        {
            return (default, e);
        }
    }

    private static async ValueTask<Reply> ThrowIfCancelledAsync(ValueTask<Reply> reply, CancellationToken cancellationToken)
    {
        Reply answer = await reply.ConfigureAwait(false);
        if (answer.Status != NtStatus.Cancelled || !cancellationToken.IsCancellationRequested)
            return answer;
        answer.Dispose();
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>CreditCharge, [MS-SMB2] 3.2.4.1.5; what is counted, so at least 1.</summary>
    private int ChargeOf(int payload) =>
        Negotiated.SupportsMultiCredit ? Math.Max(1, (payload + CreditUnit - 1) / CreditUnit) : 1;

    private ValueTask AdmitAsync(PendingRequest chain, CancellationToken cancellationToken)
    {
        ValueTask admitted = _window.AdmitAsync(chain, cancellationToken);
        if (!admitted.IsCompleted)
            AskForCreditsIfStarved();
        return admitted;
    }

    /// <summary>Sees to it that who waits for credits does not wait for ever. One asks at a time.</summary>
    private void AskForCreditsIfStarved()
    {
        if (!_window.IsStarved)
            return;
        lock (_askingLock)
        {
            if (_isAsking)
                return;
            _isAsking = true;
            _asking = AskForCreditsAsync();
        }
    }

    /// <summary>
    /// Somebody waits, and no response is due that could bring credits: an ECHO asks for them. A server that then does
    /// not grant more than there were will not grant what the request costs.
    /// </summary>
    private async Task AskForCreditsAsync()
    {
        await Task.Yield(); // Not under the lock.
        while (GoesOnAsking())
        {
            try
            {
                int before = _window.TotalCredits;
                if (!TrySendEchoFirst(out ValueTask<Reply> echo))
                    continue;
                using (Reply reply = await echo.ConfigureAwait(false))
                    reply.ThrowIfFailed();
                if (_window.IsStarved && _window.TotalCredits <= before)
                    _window.RefuseFirst(new SmbException(NtStatus.InsufficientResources, Smb2Command.Echo));
            }
            catch (SmbException e)
            {
                _window.RefuseFirst(e);
            }
            catch (SmbConnectionException)
            {
                // Whoever waits has heard of it.
            }
        }
    }

    // Who finds the window starved after this has said no starts anew.
    private bool GoesOnAsking()
    {
        lock (_askingLock)
            return _isAsking = _window.IsStarved;
    }

    private bool TrySendEchoFirst(out ValueTask<Reply> reply)
    {
        var request = new EchoRequest();
        PendingRequest pending = _window.Rent(Smb2Command.Echo, charge: 1, default);
        reply = default;
        if (!_window.TryAdmitFirst(pending, () => Fail("it has left the client without any credit")))
        {
            _window.Return(pending);
            return false;
        }

        reply = pending.ReplyAsync();
        Frame frame = Options.FramePool.Rent(Smb2Header.Size + ((IMessage<EchoRequest>)request).Length);
        WriteBody(frame.Span, request);
        WriteHeader(frame.Span, pending, default);
        _sendQueue.Enqueue(frame);
        return true;
    }

    private void WriteHeader(
        Span<byte> message, PendingRequest pending, in RequestTarget target, int nextCommand = 0, bool isRelated = false)
    {
        var header = new Smb2Header(
            Negotiated.SupportsMultiCredit ? (ushort)pending.Charge : (ushort)0, NtStatus.Success, pending.Command,
            pending.CreditRequest, isRelated ? Smb2HeaderFlags.RelatedOperations : Smb2HeaderFlags.None, (uint)nextCommand,
            pending.MessageId, 0, target.TreeId, target.Channel?.SessionId ?? 0);
        var writer = new WireWriter(message);
        header.Write(ref writer);
    }

    /// <summary>Signs or encrypts a frame whose MessageIds are taken, and sends it.</summary>
    /// <param name="boundaries">Where the second and later messages of a compound start: each is signed by itself.</param>
    private void ProtectAndSend(Frame frame, in RequestTarget target, params ReadOnlySpan<int> boundaries)
    {
        try
        {
            Protect(frame, target, boundaries);
        }
        catch (ObjectDisposedException e)
        {
            // The session's keys are gone. The server would wait for the MessageIds for ever, and the caller for it.
            frame.Dispose();
            End(new SmbConnectionException($"The connection to {ServerName} was ended: a closed session was used.", e));
            return;
        }

        _sendQueue.Enqueue(frame);
    }

    private static void Protect(Frame frame, in RequestTarget target, ReadOnlySpan<int> boundaries)
    {
        if (target.Encrypt)
        {
            frame.Prepend(MessageEncryptor.HeaderSize);
            target.Channel!.Encrypt(frame.Span);
            return;
        }

        int start = 0;
        if (target.Sign)
        {
            foreach (int boundary in boundaries)
            {
                target.Channel!.Sign(frame.Span[start..boundary]);
                start = boundary;
            }

            target.Channel!.Sign(frame.Span[start..]);
        }

        target.Preauth?.Add(frame.Span);
    }

    /// <summary>Asks the server to cancel a request, [MS-SMB2] 3.2.4.24. CANCEL has no response and costs nothing.</summary>
    private void Cancel(ulong messageId, in RequestTarget target)
    {
        if (!_window.TryBeginCancel(messageId, out ulong asyncId))
            return;
        var request = new CancelRequest();
        Frame frame = Options.FramePool.Rent(Smb2Header.Size + ((IMessage<CancelRequest>)request).Length);
        WriteBody(frame.Span, request);
        var header = new Smb2Header(
            0, NtStatus.Success, Smb2Command.Cancel, 0,
            asyncId == 0 ? Smb2HeaderFlags.None : Smb2HeaderFlags.AsyncCommand, 0, messageId, asyncId, target.TreeId,
            target.Channel?.SessionId ?? 0);
        var writer = new WireWriter(frame.Span);
        header.Write(ref writer);
        ProtectAndSend(frame, target with { Preauth = null });
    }
}
