using System.Buffers;
using Symbio.Protocol;

namespace Symbio.Storage;

/// <summary>Copies between any two files by reading and writing: what a store does that knows no better way.</summary>
internal static class PieceCopy
{
    private const int PieceSize = 128 << 10;

    /// <summary>See <see cref="IStoreFile.CopyRangeAsync"/>.</summary>
    public static async ValueTask<(NtStatus Status, ulong Count)> RunAsync(
        IStoreFile source, ulong sourceOffset, IStoreFile target, ulong targetOffset, ulong length,
        CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, PieceSize));
        try
        {
            // Forwards, what is still to be read would be overwritten: from the end, then.
            bool backwards = targetOffset > sourceOffset && targetOffset - sourceOffset < length
                && IsSameData(source, target);
            ulong done = 0;
            while (done < length)
            {
                int size = (int)Math.Min(length - done, PieceSize);
                ulong at = backwards ? length - done - (ulong)size : done;
                (NtStatus status, int count) = await ReadAsync(
                    source, sourceOffset + at, buffer.AsMemory(0, size), cancellationToken).ConfigureAwait(false);
                if (status.IsError)
                    return (status, done);
                if (backwards && count < size)
                    return (NtStatus.Success, 0); // Nothing of the beginning is there yet.
                status = await target.WriteAsync(targetOffset + at, buffer.AsMemory(0, count), cancellationToken)
                    .ConfigureAwait(false);
                if (status.IsError)
                    return (status, done);
                done += (ulong)count;
                if (count < size)
                    break;
            }

            return (NtStatus.Success, done);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Both handles are on the same bytes.</summary>
    public static bool IsSameData(IStoreFile one, IStoreFile other) =>
        one.Key == other.Key && string.Equals(one.StreamName, other.StreamName, StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<(NtStatus Status, int Count)> ReadAsync(
        IStoreFile source, ulong offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            (NtStatus status, int count) = await source
                .ReadAsync(offset + (ulong)total, buffer[total..], cancellationToken).ConfigureAwait(false);
            if (status.IsError)
                return (status, total);
            if (count == 0)
                break;
            total += count;
        }

        return (NtStatus.Success, total);
    }
}
