namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 SET_INFO Response, [MS-SMB2] 2.2.40: StructureSize and nothing else.</summary>
public readonly record struct SetInfoResponse : IResponse<SetInfoResponse>
{
    /// <summary>2 fixed bytes.</summary>
    public const ushort StructureSize = 2;

    int IMessage<SetInfoResponse>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out SetInfoResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        message = default;
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => writer.WriteUInt16(StructureSize);
}
