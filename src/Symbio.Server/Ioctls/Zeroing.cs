using Symbio.Protocol;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>
/// Zeros a range of a file in as many steps as the store makes of it: some file systems can only write them, and the client may
/// cancel, or close, between two.
/// </summary>
internal static class Zeroing
{
    /// <param name="open">Whose handle writes; its caller is within one of its changes.</param>
    /// <param name="patience">Of the request.</param>
    /// <param name="range">What is to be zeros.</param>
    /// <param name="deallocate">The space is given back where the store can do that.</param>
    public static async ValueTask<(NtStatus Status, ulong Done)> RunAsync(
        Open open, Patience patience, StoreRange range, bool deallocate)
    {
        ulong done = 0;
        while (done < range.Length)
        {
            if (!open.MayChange)
                return (NtStatus.FileClosed, done);
            if (patience.IsCancelled())
                return (NtStatus.Cancelled, done);
            (NtStatus status, ulong count) = await open.File
                .ZeroRangeAsync(new StoreRange(range.Offset + done, range.Length - done), deallocate, CancellationToken.None)
                .ConfigureAwait(false);
            if (status == NtStatus.NotSupported && deallocate)
            {
                deallocate = false; // Zeros are asked for; holes are one way to have them.
                continue;
            }

            if (status.IsError || count == 0)
                return (status, done);
            done += count;
        }

        return (NtStatus.Success, done);
    }
}
