using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Symbio.Bench.Limit;

/// <summary>Serves one connection: takes what requests have come together, and answers small ones together.</summary>
internal static class MinimalServer
{
    private const int BufferSize = 9 << 20;
    private const int AnswersTogether = 256 << 10;

    public static void Run(string path, string cipherName)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        using Socket socket = listener.AcceptSocket();
        socket.NoDelay = true;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var cipher = new Cipher(cipherName);
        byte[] input = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        byte[] output = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        int have = 0, ready = 0;
        while (true)
        {
            int count = socket.Receive(input.AsSpan(have, Math.Min(64 << 10, input.Length - have)));
            if (count == 0)
                return;
            have += count;
            int used = 0;
            while (have - used >= Wire.RequestSize)
            {
                Span<byte> request = input.AsSpan(used, Wire.RequestSize);
                bool writes = BinaryPrimitives.ReadInt32LittleEndian(request) == 1;
                int length = BinaryPrimitives.ReadInt32LittleEndian(request[4..]);
                long offset = BinaryPrimitives.ReadInt64LittleEndian(request[8..]);
                used += Wire.RequestSize;
                if (writes)
                {
                    if (input.Length - used < length)
                    {
                        input.AsSpan(used, have - used).CopyTo(input);
                        have -= used;
                        used = 0;
                    }

                    int lacking = length - (have - used);
                    if (lacking > 0)
                    {
                        Wire.ReceiveAll(socket, input.AsSpan(have, lacking));
                        have += lacking;
                    }

                    Span<byte> data = input.AsSpan(used, length);
                    cipher.Work(data);
                    RandomAccess.Write(file, data, offset);
                    used += length;
                    BinaryPrimitives.WriteInt64LittleEndian(output.AsSpan(ready), 0);
                    ready += Wire.ResponseSize;
                }
                else
                {
                    if (output.Length - ready < length + Wire.ResponseSize)
                        Flush(socket, output, ref ready);
                    BinaryPrimitives.WriteInt64LittleEndian(output.AsSpan(ready), length);
                    Span<byte> data = output.AsSpan(ready + Wire.ResponseSize, length);
                    RandomAccess.Read(file, data, offset);
                    cipher.Work(data);
                    ready += Wire.ResponseSize + length;
                }

                if (ready >= AnswersTogether)
                    Flush(socket, output, ref ready);
            }

            input.AsSpan(used, have - used).CopyTo(input);
            have -= used;
            Flush(socket, output, ref ready);
        }
    }

    private static void Flush(Socket socket, byte[] output, ref int ready)
    {
        Wire.SendAll(socket, output.AsSpan(0, ready));
        ready = 0;
    }
}
