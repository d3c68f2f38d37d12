using System.Buffers.Binary;
using Symbio.Client.Connections;
using Symbio.Client.Sessions;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Transport;

namespace Symbio.Client;

public sealed partial class SmbConnection
{
    /// <summary>The MessageId of what a server sends unasked, [MS-SMB2] 3.2.5.1.2.</summary>
    private const ulong UnsolicitedMessageId = ulong.MaxValue;

    private int MaxMessageSize =>
        Math.Max(Negotiated.MaxReadSize, Negotiated.MaxTransactSize) + MessageOverhead;

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                ValueTask<Frame?> next = _transport.ReceiveAsync(MaxMessageSize, CancellationToken.None);
                if (Options.InlineContinuations)
                {
                    if (next.IsCompleted)
                        _sendQueue.Cork();
                    else
                        _sendQueue.Uncork();
                }

                Frame? frame = await next.ConfigureAwait(false);
                if (frame is null)
                {
                    End(new SmbConnectionException($"The connection to {ServerName} is lost: the server has closed it."));
                    return;
                }

                Process(frame);
                AskForCreditsIfStarved();
            }
        }
        catch (SmbConnectionException)
        {
            // The reason has been told.
        }
        catch (Exception e)
        {
            End(new SmbConnectionException($"The connection to {ServerName} is lost: {e.Message}", e));
        }
    }

    /// <summary>Receiving any message, [MS-SMB2] 3.2.5.1: decrypt, take compounds apart, find who waits.</summary>
    private void Process(Frame frame)
    {
        try
        {
            if (!TryDecrypt(frame, out SmbChannel? decryptedBy))
                return;
            while (true)
            {
                Smb2Header header = ReadHeader(frame);
                if (header.NextCommand == 0)
                {
                    Frame last = frame;
                    frame = null!;
                    Dispatch(last, header, decryptedBy);
                    return;
                }

                int length = (int)header.NextCommand;
                Frame part = Options.FramePool.Rent(length);
                frame.Span[..length].CopyTo(part.Span);
                frame.TrimStart(length);
                Dispatch(part, header, decryptedBy);
            }
        }
        finally
        {
            frame?.Dispose();
        }
    }

    /// <summary>
    /// Decrypting the message, [MS-SMB2] 3.2.5.1.1.1; false when its session has ended, and it is to be discarded.
    /// </summary>
    /// <param name="channel">Null when it is not encrypted.</param>
    private bool TryDecrypt(Frame frame, out SmbChannel? channel)
    {
        channel = null;
        if (frame.Length < sizeof(uint)
            || BinaryPrimitives.ReadUInt32LittleEndian(frame.Span) != Smb2Header.TransformProtocolId)
        {
            return true;
        }

        bool decrypted = false;
        if (MessageDecryptor.TryReadSessionId(frame.Span, out ulong sessionId)
            && (_channels.TryGetValue(sessionId, out channel) || _leftEarly.TryGetValue(sessionId, out channel)))
        {
            try
            {
                decrypted = !channel.IsClosed && channel.TryDecrypt(frame.Span);
            }
            catch (ObjectDisposedException)
            {
                // It has ended meanwhile.
            }

            if (channel.IsClosed)
                return false;
        }

        if (!decrypted)
            throw Fail("an encrypted message of its does not decrypt");
        frame.TrimStart(MessageEncryptor.HeaderSize);
        return true;
    }

    private Smb2Header ReadHeader(Frame frame)
    {
        var reader = new WireReader(frame.Memory);
        if (!Smb2Header.TryRead(ref reader, out Smb2Header header) || !header.IsResponse)
            throw Fail("it sent what is no SMB2 response");
        uint next = header.NextCommand;
        if (next != 0 && (next < Smb2Header.Size || (next & 7) != 0 || next > (uint)frame.Length - Smb2Header.Size))
            throw Fail("a compounded response of its is malformed");
        return header;
    }

    /// <summary>Hands a response, and its frame, to who waits for it.</summary>
    private void Dispatch(Frame frame, in Smb2Header header, SmbChannel? decryptedBy)
    {
        try
        {
            // A break of an oplock or lease that the client does not hold is ignored, [MS-SMB2] 3.2.5.19; no request of
            // this library asks for one.
            if (header.MessageId == UnsolicitedMessageId)
                return;

            bool interim = header.Status == NtStatus.Pending && (header.Flags & Smb2HeaderFlags.AsyncCommand) != 0;
            if (!_window.TryTake(header, interim, out PendingRequest? request) && decryptedBy is not { IsClosed: true })
                throw Fail($"it sent a {header.Command} response to a request that was not made");
            if (interim || request is null)
                return;
            try
            {
                Verify(frame, header, request, decryptedBy);
            }
            catch (Exception e)
            {
                request.Fail(e); // It is not among those that wait any more.
                if (e is SmbException)
                    return;
                throw;
            }

            var reply = new Reply(this, frame, header);
            frame = null!;
            request.Complete(reply);
        }
        finally
        {
            frame?.Dispose();
        }
    }

    /// <summary>Verifying the signature, [MS-SMB2] 3.2.5.1.3, and that what must be protected is.</summary>
    /// <exception cref="SmbException">The session has ended, so that nobody can.</exception>
    private void Verify(Frame frame, in Smb2Header header, PendingRequest request, SmbChannel? decryptedBy)
    {
        if (header.Command != request.Command)
            throw Fail($"it answered a {request.Command} request with a {header.Command} response");
        if (decryptedBy is not null)
        {
            if (decryptedBy != request.Channel)
                throw Fail("it answered a request under the key of another session");
            return;
        }

        if (request.Encrypted)
            throw Fail($"it answered an encrypted {request.Command} request in the clear");

        // Whoever logs on verifies the last response, by the key that follows from it.
        if (request.Command == Smb2Command.SessionSetup)
            return;
        bool isSigned = (header.Flags & Smb2HeaderFlags.Signed) != 0;
        if (request.Signed && !isSigned)
            throw Fail($"it answered a signed {request.Command} request without a signature ({header.Status})");
        if (isSigned && request.Channel is { CanVerify: true } channel && !TryVerify(channel, frame))
        {
            throw channel.IsClosed
                ? new SmbException(NtStatus.UserSessionDeleted, request.Command)
                : Fail($"the signature of a {request.Command} response is wrong");
        }
    }

    private static bool TryVerify(SmbChannel channel, Frame frame)
    {
        try
        {
            return channel.Verify(frame.Span);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
