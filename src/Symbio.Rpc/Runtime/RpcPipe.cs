using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>
/// One open instance of a named pipe whose other end is an <see cref="RpcServer"/>. All members may be called from
/// any thread.
/// </summary>
/// <remarks>
/// A WRITE may carry a part of a PDU, one, or several. Each PDU of an answer is one message of the pipe. Nothing is
/// ever queued without a bound: <see cref="RpcLimits"/> says how much for one pipe, <see cref="RpcBudget"/> for all.
/// Completions run on the thread that brings the answer, and never under a lock.
/// </remarks>
public sealed class RpcPipe : IDisposable, IRpcOutput
{
    /// <summary>No further call starts while more than this waits to be read.</summary>
    private const int CongestionThreshold = 64 << 10;

    private readonly Lock _lock = new(); // May be taken under the connection's lock, and never the other way round.
    private readonly Queue<byte[]> _messages = [];
    private readonly LinkedList<Reader> _readers = [];
    private readonly RpcConnection _connection;
    private readonly RpcBudget _budget;
    private readonly int _maxInput;
    private readonly int _maxOutput;
    private byte[] _input = [];
    private int _inputStart;
    private int _inputLength;
    private int _messageOffset;
    private volatile int _outputBytes;
    private bool _pumping;
    private bool _broken;
    private bool _disposed;

    internal RpcPipe(RpcServer server, RpcEndpoint endpoint, string name, RpcCaller caller, RpcBudget budget)
    {
        Name = name;
        Caller = caller;
        _maxInput = server.Limits.MaxRequestBytes + ushort.MaxValue;
        _maxOutput = 2 * server.Limits.MaxReplyBytes;
        _budget = budget;
        _connection = new RpcConnection(server, endpoint, name, caller, budget, this);
    }

    /// <summary>The name it was opened by, without "\PIPE\".</summary>
    public string Name { get; }

    public RpcCaller Caller { get; }

    /// <summary>
    /// Read mode of FILE_PIPE_INFORMATION, [MS-FSCC] 2.4.37. In message mode a READ returns at most one message, with
    /// STATUS_BUFFER_OVERFLOW when it does not fit; in byte mode as much as there is.
    /// </summary>
    public bool IsMessageMode { get; set; } = true;

    /// <summary>Completion mode of FILE_PIPE_INFORMATION: a READ of an empty pipe fails instead of waiting.</summary>
    public bool IsNonBlocking { get; set; }

    /// <summary>False once the server end is closed (after a protocol error); what is queued can still be read.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_lock)
                return !_broken && !_disposed;
        }
    }

    /// <summary>Bytes that can be read now.</summary>
    public int AvailableBytes => _outputBytes;

    bool IRpcOutput.IsCongested => _outputBytes > CongestionThreshold;

    /// <summary>
    /// WRITE. Never waits: a call that cannot finish at once goes on by itself. The bytes are the caller's again on
    /// return.
    /// </summary>
    /// <returns>
    /// Success; PipeDisconnected when the server end is closed; InsufficientResources when more is queued than the
    /// limits or the client's <see cref="RpcBudget"/> allow, in which case nothing was taken.
    /// </returns>
    public NtStatus Write(ReadOnlyMemory<byte> data)
    {
        lock (_lock)
        {
            if (_broken || _disposed)
                return NtStatus.PipeDisconnected;
            if (data.Length > _maxInput - _inputLength || !_budget.TryTake(data.Length))
                return NtStatus.InsufficientResources;
            AppendInput(data);
            if (_pumping)
                return NtStatus.Success; // Another WRITE is at it and takes these as well.
            _pumping = true;
        }

        Pump();
        return NtStatus.Success;
    }

    /// <summary>READ. Waits for a message unless <see cref="IsNonBlocking"/>.</summary>
    /// <returns>
    /// Success; BufferOverflow with a full buffer when the message goes on; PipeBroken when the server end is closed
    /// and all is read; Cancelled after cancellation or <see cref="Dispose"/>; PipeEmpty in non-blocking mode.
    /// </returns>
    public ValueTask<(NtStatus Status, int Count)> ReadAsync(
        Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        Reader? reader = null;
        (NtStatus, int) result = default;
        lock (_lock)
        {
            if (_messages.Count > 0 && _readers.Count == 0)
                result = Take(destination.Span);
            else if (_disposed)
                return new((NtStatus.Cancelled, 0));
            else if (_broken)
                return new((NtStatus.PipeBroken, 0));
            else if (IsNonBlocking)
                return new((NtStatus.PipeEmpty, 0));
            else
                reader = _readers.AddLast(new Reader(destination)).Value;
        }

        if (reader is not null)
            return WaitAsync(reader, cancellationToken);
        _connection.StartCalls();
        return new(result);
    }

    /// <summary>FSCTL_PIPE_TRANSCEIVE, [MS-FSCC] 2.3.49: one WRITE and the READ of its answer.</summary>
    /// <returns>As for both; PipeBusy when something is left to be read or already waited for.</returns>
    public ValueTask<(NtStatus Status, int Count)> TransceiveAsync(
        ReadOnlyMemory<byte> input, Memory<byte> output, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_messages.Count > 0 || _readers.Count > 0)
                return new((NtStatus.PipeBusy, 0));
        }

        var status = Write(input);
        return status == NtStatus.Success ? ReadAsync(output, cancellationToken) : new((status, 0));
    }

    /// <summary>FSCTL_PIPE_PEEK, [MS-FSCC] 2.3.47: looks at the first message and takes nothing.</summary>
    public PipePeek Peek(Span<byte> destination)
    {
        lock (_lock)
        {
            if (!_messages.TryPeek(out byte[]? first))
                return new PipePeek(0, 0, 0, 0);
            var message = first.AsSpan(_messageOffset);
            int count = Math.Min(message.Length, destination.Length);
            message[..count].CopyTo(destination);
            return new PipePeek(_outputBytes, _messages.Count, message.Length, count);
        }
    }

    /// <summary>CLOSE: cancels calls and waiting READs, runs down context handles.</summary>
    public void Dispose()
    {
        Reader[] readers;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            ClearInput();
            ClearOutput();
            readers = TakeAllReaders();
        }

        _connection.Dispose();
        foreach (var reader in readers)
            reader.Completion.TrySetResult((NtStatus.Cancelled, 0));
    }

    void IRpcOutput.Send(IReadOnlyList<byte[]> pdus)
    {
        List<(Reader Reader, (NtStatus, int) Result)> completed = [];
        bool overrun = false;
        lock (_lock)
        {
            if (_disposed)
                return;
            foreach (byte[] pdu in pdus)
            {
                overrun = !_budget.TryTake(pdu.Length);
                if (overrun)
                    break;
                _messages.Enqueue(pdu);
                _outputBytes += pdu.Length;
            }

            while (_messages.Count > 0 && _readers.First is { } first)
            {
                _readers.RemoveFirst();
                completed.Add((first.Value, Take(first.Value.Destination.Span)));
            }

            overrun |= _outputBytes > _maxOutput;
            if (overrun)
                ClearOutput(); // Nobody reads it, and it would stay for as long as the pipe does.
        }

        foreach (var (reader, result) in completed)
            reader.Completion.TrySetResult(result);
        if (overrun)
            Break(); // A client that asks and never reads.
    }

    private void Pump()
    {
        while (true)
        {
            byte[]? pdu;
            lock (_lock)
            {
                pdu = TakePdu();
                if (pdu is null)
                {
                    _pumping = false;
                    return;
                }
            }

            if (!_connection.Receive(pdu))
                Break();
        }
    }

    /// <summary>The next whole PDU of the input, or null. Bytes that are no PDU come out as they are, to be refused.</summary>
    private byte[]? TakePdu()
    {
        if (_broken || _disposed || _inputLength < PduHeader.Length)
            return null;
        bool valid = PduHeader.TryRead(_input.AsMemory(_inputStart, _inputLength), out var header);
        int length = valid ? header.FragLength : _inputLength;
        if (_inputLength < length)
            return null;

        byte[] pdu = _input.AsSpan(_inputStart, length).ToArray();
        _inputStart += length;
        _inputLength -= length;
        _budget.Give(length);
        if (_inputLength == 0)
            ClearInput(); // A pipe at rest holds no buffer.
        return pdu;
    }

    private void AppendInput(ReadOnlyMemory<byte> data)
    {
        if (_inputStart + _inputLength + data.Length > _input.Length)
        {
            byte[] larger = new byte[Math.Max(_inputLength + data.Length, 2 * _inputLength)];
            _input.AsSpan(_inputStart, _inputLength).CopyTo(larger);
            _input = larger;
            _inputStart = 0;
        }

        data.CopyTo(_input.AsMemory(_inputStart + _inputLength));
        _inputLength += data.Length;
    }

    private void ClearInput()
    {
        _budget.Give(_inputLength);
        _input = [];
        _inputStart = 0;
        _inputLength = 0;
    }

    private void ClearOutput()
    {
        _budget.Give(_outputBytes);
        _messages.Clear();
        _outputBytes = 0;
        _messageOffset = 0;
    }

    /// <summary>Closes the server end. What was queued before stays readable.</summary>
    private void Break()
    {
        Reader[] readers;
        lock (_lock)
        {
            _broken = true;
            ClearInput();
            readers = TakeAllReaders();
        }

        _connection.Dispose();
        foreach (var reader in readers)
            reader.Completion.TrySetResult((NtStatus.PipeBroken, 0));
    }

    private async ValueTask<(NtStatus Status, int Count)> WaitAsync(Reader reader, CancellationToken cancellationToken)
    {
        (NtStatus Status, int Count) result;
        await using (cancellationToken.UnsafeRegister(_ => Cancel(reader), null))
            result = await reader.Completion.Task;
        _connection.StartCalls();
        return result;
    }

    private void Cancel(Reader reader)
    {
        lock (_lock)
        {
            if (!_readers.Remove(reader))
                return;
        }

        reader.Completion.TrySetResult((NtStatus.Cancelled, 0));
    }

    private Reader[] TakeAllReaders()
    {
        Reader[] readers = [.. _readers];
        _readers.Clear();
        return readers;
    }

    private (NtStatus Status, int Count) Take(Span<byte> destination)
    {
        Debug.Assert(_messages.Count > 0, "There is something to take.");
        int count = 0;
        do
        {
            var message = _messages.Peek().AsSpan(_messageOffset);
            int part = Math.Min(message.Length, destination.Length - count);
            message[..part].CopyTo(destination[count..]);
            count += part;
            _outputBytes -= part;
            _budget.Give(part);
            if (part < message.Length)
            {
                _messageOffset += part;
                return (IsMessageMode ? NtStatus.BufferOverflow : NtStatus.Success, count);
            }

            _messages.Dequeue();
            _messageOffset = 0;
        }
        while (!IsMessageMode && _messages.Count > 0);
        return (NtStatus.Success, count);
    }

    private sealed class Reader(Memory<byte> destination)
    {
        public Memory<byte> Destination { get; } = destination;

        public TaskCompletionSource<(NtStatus, int)> Completion { get; } = new();
    }
}

/// <summary>The answer to FSCTL_PIPE_PEEK, [MS-FSCC] 2.3.48.</summary>
/// <param name="AvailableBytes">ReadDataAvailable</param>
/// <param name="Messages">NumberOfMessages</param>
/// <param name="MessageLength">Bytes that are left of the first message.</param>
/// <param name="Count">Bytes that were copied.</param>
public readonly record struct PipePeek(int AvailableBytes, int Messages, int MessageLength, int Count);
