using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Symbio.Transport.Tcp;

/// <summary>
/// sendmsg(2) for frames, which lie in pinned memory: several leave in one call, without the bookkeeping of an asynchronous
/// send. That is for what the socket has no room for.
/// </summary>
internal static unsafe partial class SocketSend
{
    private const int MaxVectors = 64;
    private const int DontWait = 0x40; // MSG_DONTWAIT
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int More = 0x8000; // MSG_MORE
    private const int Interrupted = 4; // EINTR

    /// <summary>
    /// Sends as much as goes without waiting; what is left, and every error, is the asynchronous call's business.
    /// </summary>
    /// <param name="socket">Where to.</param>
    /// <param name="frames">What; without tails.</param>
    /// <param name="more">More is sent at once: it may fill up the last packet.</param>
    /// <returns>How many bytes are sent.</returns>
    public static int TrySend(Socket socket, ReadOnlySpan<Frame> frames, bool more)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        Vector* vectors = stackalloc Vector[MaxVectors];
        int count = Math.Min(frames.Length, MaxVectors);
        for (int i = 0; i < count; i++)
        {
            Frame frame = frames[i];
            vectors[i].Base = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(frame.Buffer, frame.Start);
            vectors[i].Length = (nuint)frame.Length;
        }

        return TrySend(socket, vectors, count, more);
    }

    /// <summary>As above, of the beginning of a buffer that lies in pinned memory.</summary>
    public static int TrySend(Socket socket, byte[] pinned, int length, bool more)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var vector = new Vector
        {
            Base = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0),
            Length = (nuint)length,
        };
        return TrySend(socket, &vector, 1, more);
    }

    private static int TrySend(Socket socket, Vector* vectors, int count, bool more)
    {
        var message = new MessageHeader { Vectors = vectors, VectorCount = (nuint)count };
        nint sent;
        do
        {
            sent = SendMessage(socket.SafeHandle, &message, DontWait | NoSignal | (more ? More : 0));
        }
        while (sent < 0 && Marshal.GetLastPInvokeError() == Interrupted);

        return (int)Math.Max(0, sent);
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeSocketHandle socket, MessageHeader* message, int flags);

    // struct iovec
    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    // struct msghdr
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
