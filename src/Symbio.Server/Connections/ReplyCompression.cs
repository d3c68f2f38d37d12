using Symbio.Protocol.Smb2;
using Symbio.Transport;

namespace Symbio.Server.Connections;

/// <summary>
/// Compressing responses, [MS-SMB2] 3.3.4.1.5: signed before, encrypted afterwards. What does not compress costs little,
/// since the algorithms step through it faster the less they find, and give up when too little would be won.
/// </summary>
internal static class ReplyCompression
{
    // Less than this fits one packet or two anyway.
    private const int SmallestPayload = 1024;

    // Of 16 parts one must be won, or the client decompresses for nothing.
    private const int WinShift = 4;

    /// <summary>The response to a READ may go out compressed.</summary>
    public static bool Compresses(RequestContext context) => context.Connection.Negotiated?.Compression is not null
        && (context.CompressReply || context.Server.Options.Compression == CompressionMode.All);

    /// <summary>Notes whether the response that has just been written may go out compressed.</summary>
    public static void Consider(RequestContext context)
    {
        if (context.Connection.Negotiated?.Compression is null)
            return;
        int fixedSize = context.Header.Command switch
        {
            Smb2Command.Read when Compresses(context) => ReadResponse.FixedSize,
            Smb2Command.QueryDirectory => QueryDirectoryResponse.FixedSize,
            Smb2Command.QueryInfo => QueryInfoResponse.FixedSize,
            _ => 0,
        };
        if (fixedSize != 0)
            context.Response.AllowCompression(fixedSize, SmallestPayload);
    }

    /// <summary>
    /// Compresses a finished frame from <paramref name="plain"/> on, and gives it back; or returns the frame as it was.
    /// </summary>
    public static Frame Compress(Connection connection, Frame frame, int plain)
    {
        int most = frame.Length - (frame.Length >> WinShift);
        Frame compressed = connection.Server.FramePool.Rent(most);
        int length = MessageCompressor.Compress(frame.Span, plain, connection.Negotiated!.Compression!, compressed.Span);
        if (length == 0)
        {
            compressed.Dispose();
            return frame;
        }

        compressed.SetLength(length);
        frame.Dispose();
        return compressed;
    }
}
