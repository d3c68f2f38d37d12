using System.Runtime.InteropServices;

namespace Symbio.Transport;

/// <summary>
/// The rest of a message, which follows the bytes of its <see cref="Frame"/> and is read while it is sent: of a large READ
/// no more is in memory, and in the processor's cache, than the piece that is under way.
/// </summary>
public interface IFrameTail : IDisposable
{
    /// <summary>
    /// Bytes that are asked for at once. Less would wake a client that waits more often than its data is worth.
    /// </summary>
    const int PieceSize = 1 << 20;

    /// <summary>Bytes of the whole rest.</summary>
    int Length { get; }

    /// <summary>
    /// Sends what comes next from where the system keeps it, sendfile(2), as far as it goes without waiting for the peer.
    /// </summary>
    /// <param name="socket">A connected socket that does not block.</param>
    /// <param name="sent">How many bytes were sent; 0 when the socket has no room.</param>
    /// <returns>False: it has to come by way of <see cref="FillAsync"/>.</returns>
    bool TrySend(SafeHandle socket, out int sent)
    {
        sent = 0;
        return false;
    }

    /// <summary>
    /// Fills <paramref name="destination"/> with the next bytes. What it throws ends the connection: the peer has been told
    /// to expect them.
    /// </summary>
    ValueTask FillAsync(Memory<byte> destination);
}
