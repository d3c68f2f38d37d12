using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE, [MS-SMB2] 2.2.14.2.5.</summary>
/// <param name="QueryStatus">Whether <paramref name="MaximalAccess"/> could be determined.</param>
public readonly record struct QueryMaximalAccessResponse(NtStatus QueryStatus, AccessMask MaximalAccess)
    : ICreateContext<QueryMaximalAccessResponse>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.MxAc;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out QueryMaximalAccessResponse context)
    {
        var reader = new WireReader(data);
        context = new QueryMaximalAccessResponse((NtStatus)reader.ReadUInt32(), (AccessMask)reader.ReadUInt32());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)QueryStatus);
        writer.WriteUInt32((uint)MaximalAccess);
    }
}
