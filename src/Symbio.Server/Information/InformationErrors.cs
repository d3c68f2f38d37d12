using System.Buffers.Binary;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;

namespace Symbio.Server.Information;

/// <summary>Failures of QUERY_INFO that carry error data, [MS-SMB2] 3.3.5.20 and 2.2.2.</summary>
internal static class InformationErrors
{
    private static readonly byte[] EmptyContext = new byte[ErrorContext.HeaderSize];

    /// <summary>The client's buffer cannot hold the fixed part; to a 3.1.1 client with an empty error context.</summary>
    public static NtStatus LengthMismatch(RequestContext context)
    {
        if (context.Connection.Dialect == Dialect.Smb311)
        {
            context.Response.Write(new ErrorResponse(1, EmptyContext));
            context.KeepsErrorBody = true;
        }

        return NtStatus.InfoLengthMismatch;
    }

    /// <summary>The client's buffer must have so many bytes, and the client is told how many.</summary>
    public static NtStatus BufferTooSmall(RequestContext context, int needed)
    {
        Span<byte> data = stackalloc byte[ErrorContext.HeaderSize + sizeof(uint)];
        bool hasContext = context.Connection.Dialect == Dialect.Smb311;
        if (hasContext)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data, sizeof(uint)); // ErrorDataLength
            BinaryPrimitives.WriteUInt32LittleEndian(data[4..], (uint)ErrorId.Default);
            BinaryPrimitives.WriteInt32LittleEndian(data[8..], needed);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(data, needed);
            data = data[..sizeof(uint)];
        }

        context.Response.Write(new ErrorResponse(hasContext ? (byte)1 : (byte)0, data.ToArray()));
        context.KeepsErrorBody = true;
        return NtStatus.BufferTooSmall;
    }
}
