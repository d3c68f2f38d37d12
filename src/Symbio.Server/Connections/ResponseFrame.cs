using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Signing;
using Symbio.Transport;

namespace Symbio.Server.Connections;

/// <summary>
/// The responses to one received frame, built one after the other in one outgoing frame: a compound response when there
/// are several, [MS-SMB2] 3.3.4.1.3. Handlers write bodies straight into it.
/// </summary>
internal sealed class ResponseFrame(FramePool pool)
{
    private Frame? _frame;
    private int _start; // Of the message being built.
    private int _bodyLength;
    private int _previous = -1; // Of the last message that was finished, not yet linked or signed.
    private MessageSigner? _previousSigner;
    private IFrameTail? _tail;

    /// <summary>True when at least one message is finished and not yet taken.</summary>
    public bool HasMessages => _previous >= 0;

    /// <summary>Bytes of the finished messages.</summary>
    public int FinishedLength => HasMessages ? _frame!.Length : 0;

    /// <summary>
    /// Where in the frame what is worth compressing begins; 0 when nothing is. What is before it goes as it is.
    /// </summary>
    public int CompressibleFrom { get; private set; }

    /// <summary>The handler has written a body for the current message.</summary>
    public bool HasBody => _bodyLength > 0;

    /// <summary>Bytes of the current message's body, for changes before it is finished.</summary>
    public Span<byte> Body => _frame!.Buffer.AsSpan(_frame.Start + _start + Smb2Header.Size, _bodyLength);

    /// <summary>Writes the body of the current message.</summary>
    public void Write<T>(in T response)
        where T : struct, IResponse<T>
    {
        int length = response.Length;
        Reserve(length);
        var writer = new WireWriter(MessageSpan(Smb2Header.Size + length), Smb2Header.Size);
        response.Write(ref writer);
        Debug.Assert(writer.IsValid);
        _bodyLength = Math.Max(writer.Position - Smb2Header.Size, _bodyLength);
    }

    /// <summary>
    /// Room for a payload of up to <paramref name="length"/> bytes that follows <paramref name="fixedSize"/> bytes of
    /// body. Valid until the next call; <see cref="Commit{T}"/> then says what was made of it.
    /// </summary>
    public Memory<byte> ReservePayload(int fixedSize, int length)
    {
        Reserve(fixedSize + length);
        return _frame!.Buffer.AsMemory(_frame.Start + _start + Smb2Header.Size + fixedSize, length);
    }

    /// <summary>Writes the fixed part in front of a payload of <paramref name="payloadLength"/> bytes.</summary>
    /// <param name="response">The fixed part.</param>
    /// <param name="fixedSize">Its bytes.</param>
    /// <param name="payloadLength">Bytes of the payload that are in the frame.</param>
    /// <param name="tail">
    /// How the payload goes on; the response becomes its owner. Only where the message is alone in its frame and goes out as
    /// it is.
    /// </param>
    public void Commit<T>(in T response, int fixedSize, int payloadLength, IFrameTail? tail = null)
        where T : struct, IResponse<T>
    {
        // StructureSize counts one byte of buffer that is there even when nothing is in it; who has no payload may not
        // have reserved any.
        if (payloadLength == 0)
            Reserve(fixedSize + 1);
        Debug.Assert(tail is null || (_start == 0 && _tail is null));
        _tail = tail;
        var writer = new WireWriter(MessageSpan(Smb2Header.Size + fixedSize), Smb2Header.Size);
        response.Write(ref writer);
        Debug.Assert(writer.IsValid);
        _bodyLength = fixedSize + payloadLength;
        if (payloadLength == 0 && tail is null)
        {
            MessageSpan(Smb2Header.Size + fixedSize + 1)[^1] = 0;
            _bodyLength++;
        }
    }

    /// <summary>
    /// The current message may be compressed from the end of its fixed part on, if that leaves so many bytes at least.
    /// </summary>
    public void AllowCompression(int fixedSize, int atLeast)
    {
        if (CompressibleFrom == 0 && _bodyLength - fixedSize >= atLeast)
            CompressibleFrom = _start + Smb2Header.Size + fixedSize;
    }

    /// <summary>Forgets what the handler wrote for the current message.</summary>
    public void DiscardBody()
    {
        _bodyLength = 0;
        DropTail();
    }

    /// <summary>Finishes the current message and begins the next one.</summary>
    public void Finish(in Smb2Header header, MessageSigner? signer)
    {
        Debug.Assert(_bodyLength > 0);
        LinkPrevious();
        var writer = new WireWriter(MessageSpan(Smb2Header.Size));
        header.Write(ref writer);
        _frame!.SetLength(_start + Smb2Header.Size + _bodyLength);
        _previous = _start;
        _previousSigner = signer;
        _bodyLength = 0;
        _start = (_frame.Length + 7) & ~7;
    }

    /// <summary>Hands over the frame with all finished messages, signed; null when there is none.</summary>
    public Frame? Take()
    {
        Frame? frame = _frame;
        if (_previous < 0)
        {
            frame?.Dispose();
            frame = null;
        }
        else
        {
            // The last message of a compound is padded as the others are: Windows does, and clients have come to expect it.
            if (_previous > 0 && _start <= frame!.Capacity)
            {
                frame.Buffer.AsSpan(frame.Start + frame.Length, _start - frame.Length).Clear();
                frame.SetLength(_start);
            }

            SignPrevious(frame!.Length);
            frame.Tail = _tail;
            _tail = null;
        }

        Reset();
        return frame;
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        _frame?.Dispose();
        Reset();
    }

    private void DropTail()
    {
        _tail?.Dispose();
        _tail = null;
    }

    private void Reset()
    {
        DropTail();
        _frame = null;
        CompressibleFrom = 0;
        _start = 0;
        _bodyLength = 0;
        _previous = -1;
        _previousSigner = null;
    }

    private void LinkPrevious()
    {
        if (_previous < 0)
            return;
        Span<byte> padding = _frame!.Buffer.AsSpan(_frame.Start + _frame.Length, _start - _frame.Length);
        padding.Clear();
        var writer = new WireWriter(_frame.Buffer.AsSpan(_frame.Start + _previous), 20);
        writer.WriteUInt32((uint)(_start - _previous)); // NextCommand
        SignPrevious(_start);
    }

    private void SignPrevious(int end)
    {
        _previousSigner?.Sign(_frame!.Buffer.AsSpan(_frame.Start + _previous, end - _previous));
        _previousSigner = null;
    }

    private Span<byte> MessageSpan(int length) => _frame!.Buffer.AsSpan(_frame.Start + _start, length);

    private void Reserve(int bodyLength)
    {
        int needed = _start + Smb2Header.Size + bodyLength;
        if (_frame is null)
        {
            _frame = pool.Rent(needed);
            return;
        }

        if (_frame.Capacity >= needed)
            return;
        Frame larger = pool.Rent(needed);
        int have = Math.Min(_start + Smb2Header.Size + _bodyLength, _frame.Capacity);
        _frame.Buffer.AsSpan(_frame.Start, have).CopyTo(larger.Span);
        larger.SetLength(_frame.Length);
        _frame.Dispose();
        _frame = larger;
    }
}
