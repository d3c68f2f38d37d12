using System.Runtime.InteropServices;

namespace Symbio.Storage;

/// <summary>A file whose bytes the system can send over a socket from where it keeps them, without a copy in our memory.</summary>
public interface ISendableFile
{
    /// <summary>
    /// How many bytes of the range the file has, provided that all of them can be sent without waiting for a disk; else 0.
    /// </summary>
    int CountAtHand(ulong offset, int length);

    /// <summary>
    /// Sends what goes without waiting for the peer; what happens to the range before it has arrived may be seen by the
    /// peer, as if the read had been that much later.
    /// </summary>
    /// <param name="socket">A connected socket that does not block.</param>
    /// <param name="offset">Of the first byte in the file.</param>
    /// <param name="length">How many there are to be sent.</param>
    /// <param name="sent">How many were; 0 when the socket has no room.</param>
    /// <returns>False: the bytes must be read, because they are not at hand, or not there any more.</returns>
    bool TrySend(SafeHandle socket, ulong offset, int length, out int sent);
}
