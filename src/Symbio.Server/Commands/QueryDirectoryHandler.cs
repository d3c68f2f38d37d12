using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 QUERY_DIRECTORY Request, [MS-SMB2] 3.3.5.18.</summary>
internal static class QueryDirectoryHandler
{
    public static CommandEntry Entry { get; } = CommandEntry.For<QueryDirectoryRequest>(
        HandleAsync, static (in QueryDirectoryRequest request) => request.OutputBufferLength);

    private static ValueTask<NtStatus> HandleAsync(RequestContext context, QueryDirectoryRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return new(status);
        if (!open.IsDirectory)
            return new(NtStatus.InvalidParameter);
        if (request.OutputBufferLength > context.Connection.MaxIoSize || !request.IsFileNameLengthEven)
            return new(NtStatus.InvalidParameter);
        var informationClass = (FileInformationClass)request.FileInformationClass;
        if (!DirectoryEntryWriter.Supports(informationClass)
            || (informationClass == FileInformationClass.Posix && !open.IsPosix))
        {
            return new(NtStatus.InvalidInfoClass);
        }

        if ((open.GrantedAccess & AccessMask.ListDirectory) == 0)
            return new(NtStatus.AccessDenied);
        if (request.OutputBufferLength < DirectoryEntryWriter.FixedLength(informationClass))
            return new(NtStatus.InfoLengthMismatch);
        string pattern = WireReader.ToUtf16(request.FileNameBytes.Span);
        if (pattern.Length > NamePattern.MaxLength || pattern.AsSpan().ContainsAny('\\', '/')) // [MS-FSA] 2.1.5.6.3
            return new(NtStatus.ObjectNameInvalid);
        return ListAsync(context, open, request, pattern);
    }

    private static async ValueTask<NtStatus> ListAsync(
        RequestContext context, Open open, QueryDirectoryRequest request, string pattern)
    {
        DirectoryListing listing = open.GetListing();
        if (open.IsClosed)
            await listing.DisposeAsync().ConfigureAwait(false); // The close may have come too early to see it.
        return await listing.ReadAsync(context, request, pattern).ConfigureAwait(false);
    }
}
