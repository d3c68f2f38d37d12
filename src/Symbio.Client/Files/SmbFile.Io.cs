using System.Buffers;
using System.Runtime.CompilerServices;
using Symbio.Client.Connections;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Client;

public sealed partial class SmbFile
{
    private const ushort WriteDataOffset = Smb2Header.Size + WriteRequest.FixedSize;

    /// <summary>Reads until the buffer is full or the file ends; returns the bytes read.</summary>
    public async ValueTask<int> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        int read = 0;
        while (read < destination.Length)
        {
            int length = Math.Min(destination.Length - read, Connection.MaxReadSize);
            using SmbBuffer part =
                await ReadBufferAsync(offset + (ulong)read, length, cancellationToken).ConfigureAwait(false);
            part.Memory.CopyTo(destination[read..]);
            read += part.Memory.Length;
            if (part.Memory.Length < length)
                break;
        }

        return read;
    }

    /// <summary>
    /// Reads by one request, and leaves the bytes where they were received: nothing is copied. At the end of the file
    /// there are fewer than asked for, or none.
    /// </summary>
    /// <param name="length">At most <see cref="SmbConnection.MaxReadSize"/>.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmbBuffer> ReadBufferAsync(
        ulong offset, int length, CancellationToken cancellationToken = default)
    {
        var request = new ReadRequest(0, ReadFlags.None, (uint)length, offset, FileId, 0, Channel.None, 0, default);
        Reply reply = await _tree.SendAsync(request, length, cancellationToken).ConfigureAwait(false);
        try
        {
            if (reply.Status == NtStatus.EndOfFile)
                return new SmbBuffer(reply, default);
            reply.ThrowIfFailed(Path);
            ReadOnlyMemory<byte> data = reply.Read<ReadResponse>().Data;
            if (data.Length > length)
                throw reply.Connection.Fail($"it sent {data.Length} bytes where {length} were to be read");
            return new SmbBuffer(reply, data);
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    /// <summary>Writes all the bytes.</summary>
    public async ValueTask WriteAsync(
        ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        while (!source.IsEmpty)
        {
            int length = Math.Min(source.Length, Connection.MaxWriteSize);
            int written = await WriteAsync(offset, new MemoryPayload(source[..length]), cancellationToken)
                .ConfigureAwait(false);
            offset += (ulong)written;
            source = source[written..];
        }
    }

    /// <summary>
    /// Writes by one request bytes that <paramref name="fill"/> makes right in the outgoing message: nothing is copied.
    /// </summary>
    /// <param name="length">At most <see cref="SmbConnection.MaxWriteSize"/>.</param>
    /// <param name="fill">Given memory of any content, all of which will be written to the file.</param>
    public async ValueTask WriteAsync<TState>(
        ulong offset, int length, TState state, SpanAction<byte, TState> fill, CancellationToken cancellationToken = default)
    {
        int written = await WriteAsync(offset, new FilledPayload<TState>(length, state, fill), cancellationToken)
            .ConfigureAwait(false);
        if (written != length)
            throw new SmbException(NtStatus.DiskFull, Smb2Command.Write, Path);
    }

    /// <summary>Has the server put what was written onto stable storage.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        using Reply reply =
            await _tree.SendAsync(new FlushRequest(FileId), replySize: 0, cancellationToken).ConfigureAwait(false);
        reply.ThrowIfFailed(Path);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WriteAsync<TPayload>(
        ulong offset, TPayload payload, CancellationToken cancellationToken)
        where TPayload : struct, IPayload
    {
        var request = new WriteRequest(
            WriteDataOffset, (uint)payload.Length, offset, FileId, Channel.None, 0, WriteFlags.None, default, default);
        using Reply reply = await _tree.SendAsync(request, payload, replySize: 0, cancellationToken).ConfigureAwait(false);
        reply.ThrowIfFailed(Path);
        uint count = reply.Read<WriteResponse>().Count;
        if (count > (uint)payload.Length || (count == 0 && payload.Length > 0))
            throw reply.Connection.Fail($"it says that it wrote {count} of {payload.Length} bytes");
        return (int)count;
    }
}
