using Symbio.Protocol;
using Symbio.Transport;

namespace Symbio.Server.Opens;

/// <summary>
/// The rest of a READ's answer, from the store to the connection piece by piece. What has gone from the file since the
/// answer began is zeros, as where a file is cut between two READs.
/// </summary>
internal sealed class FileTail : IFrameTail
{
    private readonly Open _open;
    private ulong _offset;

    private FileTail(Open open, ulong offset, int length)
    {
        _open = open;
        _offset = offset;
        Length = length;
    }

    /// <inheritdoc/>
    public int Length { get; }

    /// <summary>
    /// A tail keeps the store's handle until it is disposed, whoever closes the open meanwhile. Null: somebody has.
    /// </summary>
    public static FileTail? TryCreate(Open open, ulong offset, int length) =>
        open.TryUse() ? new FileTail(open, offset, length) : null;

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
                return;
            }

            _offset += (uint)count;
            destination = destination[count..];
        }
    }

    public void Dispose() => _ = EndAsync(_open.EndUseAsync());

    private static async Task EndAsync(ValueTask ended) => await ended.ConfigureAwait(false);
}
