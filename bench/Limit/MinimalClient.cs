using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Symbio.Bench.Limit;

/// <summary>Keeps so many requests under way.</summary>
internal sealed class MinimalClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly bool _writes;
    private readonly bool _random;
    private readonly long _pieces;
    private readonly int _size;
    private readonly int _depth;
    private readonly Cipher _cipher;
    private readonly byte[] _input;
    private readonly byte[] _output;
    private readonly Random _numbers = new(1);
    private long _next;

    public MinimalClient(int port, bool writes, bool random, long fileSize, int size, int depth, string cipher)
    {
        _socket.NoDelay = true;
        _socket.Connect(IPAddress.Loopback, port);
        (_writes, _random, _size, _depth, _pieces) = (writes, random, size, depth, fileSize / size);
        _cipher = new Cipher(cipher);
        _input = GC.AllocateUninitializedArray<byte>(Wire.ResponseSize + size, pinned: true);
        _output = GC.AllocateUninitializedArray<byte>((Wire.RequestSize + (writes ? size : 0)) * (size > 65536 ? 1 : depth), pinned: true);
    }

    /// <summary>Returns the operations that were carried out.</summary>
    public long Run(double seconds)
    {
        long operations = 0, underWay = 0;
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        bool sending = true;
        while (sending || underWay > 0)
        {
            // Half of them at a time: neither side waits for the other, and small ones travel together.
            if (sending && underWay <= _depth / 2)
            {
                Send((int)(_depth - underWay));
                underWay = _depth;
            }

            Wire.ReceiveAll(_socket, _writes ? _input.AsSpan(0, Wire.ResponseSize) : _input);
            if (!_writes)
                _cipher.Work(_input.AsSpan(Wire.ResponseSize));
            underWay--;
            operations++;
            sending = Stopwatch.GetTimestamp() < end;
        }

        return operations;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _cipher.Dispose();
    }

    private void Send(int count)
    {
        int filled = 0;
        int message = Wire.RequestSize + (_writes ? _size : 0);
        for (int i = 0; i < count; i++)
        {
            if (filled + message > _output.Length)
            {
                Wire.SendAll(_socket, _output.AsSpan(0, filled));
                filled = 0;
            }

            long piece = _random ? _numbers.NextInt64(_pieces) : _next++ % _pieces;
            Wire.WriteRequest(_output.AsSpan(filled), _writes, piece * _size, _size);
            if (_writes)
                _cipher.Work(_output.AsSpan(filled + Wire.RequestSize, _size));
            filled += message;
        }

        Wire.SendAll(_socket, _output.AsSpan(0, filled));
    }
}
