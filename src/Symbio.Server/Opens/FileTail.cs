using System.Runtime.InteropServices;
using Symbio.Protocol;
using Symbio.Storage;
using Symbio.Transport;

namespace Symbio.Server.Opens;

/// <summary>
/// The rest of a READ's answer, from the store to the connection piece by piece. What has gone from the file since the
/// answer began is zeros, as where a file is cut between two READs.
/// </summary>
internal sealed class FileTail : IFrameTail
{
    // One that has been used, for the next READ that this thread answers.
    [ThreadStatic]
    private static FileTail? s_spare;

    private Open _open = null!; // While it is in use.
    private ulong _offset;
    private int _left;

    private FileTail()
    {
    }

    /// <inheritdoc/>
    public int Length { get; private set; }

    /// <summary>
    /// A tail keeps the store's handle until it is disposed, whoever closes the open meanwhile. Null: somebody has.
    /// </summary>
    public static FileTail? TryCreate(Open open, ulong offset, int length)
    {
        if (!open.TryUse())
            return null;
        FileTail tail = s_spare ?? new FileTail();
        s_spare = null;
        tail._open = open;
        tail._offset = offset;
        tail.Length = tail._left = length;
        return tail;
    }

    /// <summary>As <see cref="TryCreate"/>, where all that there is of the range can be sent at once; else null.</summary>
    public static FileTail? TryCreateAtHand(Open open, ulong offset, int length) =>
        open.File is ISendableFile file && file.CountAtHand(offset, length) is > 0 and int count
            ? TryCreate(open, offset, count)
            : null;

    /// <inheritdoc/>
    public bool TrySend(SafeHandle socket, out int sent)
    {
        sent = 0;
        if (_open.File is not ISendableFile file || !file.TrySend(socket, _offset, _left, out sent))
            return false;
        _offset += (uint)sent;
        _left -= sent;
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask FillAsync(Memory<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            (NtStatus status, int count) = await _open.File
                .ReadAsync(_offset, destination, CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                throw new InvalidOperationException($"a file of which a part had been sent could not be read on: {status}");
            if (count == 0)
            {
                destination.Span.Clear();
                _offset += (uint)destination.Length;
                _left -= destination.Length;
                return;
            }

            _offset += (uint)count;
            _left -= count;
            destination = destination[count..];
        }
    }

    public void Dispose()
    {
        ValueTask ended = _open.EndUseAsync();
        _open = null!;
        s_spare = this;
        if (!ended.IsCompletedSuccessfully)
            _ = EndAsync(ended);
    }

    private static async Task EndAsync(ValueTask ended) => await ended.ConfigureAwait(false);
}
