using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Names;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>
/// A CREATE that came upon a symbolic link which the client has to follow itself: it is told where the link leads and how
/// much of the name lies behind it, [MS-SMB2] 2.2.2.2.1.
/// </summary>
internal static class SymbolicLinkStop
{
    /// <summary>Writes the error response; the status that goes with it.</summary>
    public static async ValueTask<NtStatus> ReplyAsync(RequestContext context, ShareName name, CreateRequest request)
    {
        string path = name.Path;
        for (int end = 0; end < path.Length;)
        {
            int separator = path.IndexOf('\\', end + 1);
            end = separator < 0 ? path.Length : separator;
            (NtStatus status, ReparseDataBuffer data) = await ReadAsync(context, path[..end], name.IsPosix).ConfigureAwait(false);
            if (status == NtStatus.NotAReparsePoint)
                continue;
            var reader = new WireReader(data.Data);
            if (status.IsError || data.Tag != ReparseTag.SymbolicLink
                || !SymbolicLinkReparseData.TryRead(ref reader, out SymbolicLinkReparseData link))
            {
                return status.IsError ? status : NtStatus.IoReparseTagNotHandled;
            }

            int behind = path.AsSpan(end).Count('\\');
            Write(context, link, UnparsedLength(WireReader.ToUtf16(request.NameBytes.Span), behind, name.IsPosix));
            return NtStatus.StoppedOnSymlink;
        }

        return NtStatus.ObjectNameNotFound; // Gone since.
    }

    private static async ValueTask<(NtStatus Status, ReparseDataBuffer Data)> ReadAsync(
        RequestContext context, string path, bool exactCase)
    {
        (NtStatus status, IStoreFile? file) = await context.Tree.Share.Files
            .OpenAsync(
                path, new StoreOpenOptions(StoreAccess.None, OpenReparsePoint: true, exactCase), context.Tree.Caller,
                CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return (status, default);
        await using (file!.ConfigureAwait(false))
            return await file!.GetReparsePointAsync(CancellationToken.None).ConfigureAwait(false);
    }

    // Counted from the end, in the client's own spelling: the path may have had other components (snapshots, 8.3 names).
    private static int UnparsedLength(string name, int components, bool isPosix)
    {
        char separator = isPosix ? PosixPath.SeparatorOf(name) : '\\';
        int colon = isPosix ? -1 : name.IndexOf(':'); // A character like others there.
        int start = colon < 0 ? name.TrimEnd(separator).Length : colon;
        for (; components > 0 && start > 0; components--)
            start = Math.Max(0, name.LastIndexOf(separator, start - 1));
        return (name.Length - start) * sizeof(char);
    }

    private static void Write(RequestContext context, in SymbolicLinkReparseData link, int unparsed)
    {
        var response = new SymbolicLinkErrorResponse(
            (ushort)unparsed, link.IsRelative ? SymbolicLinkFlags.Relative : SymbolicLinkFlags.None,
            Encoding.Unicode.GetBytes(link.SubstituteName), Encoding.Unicode.GetBytes(link.PrintName));
        byte[] data = new byte[response.Length];
        var writer = new WireWriter(data);
        response.Write(ref writer);
        bool hasContext = context.Connection.Dialect == Dialect.Smb311;
        if (hasContext)
        {
            byte[] wrapped = new byte[ErrorContext.HeaderSize + data.Length];
            writer = new WireWriter(wrapped);
            new ErrorContext(ErrorId.Default, data).Write(ref writer);
            data = wrapped;
        }

        context.Response.Write(new ErrorResponse(hasContext ? (byte)1 : (byte)0, data));
    }
}
