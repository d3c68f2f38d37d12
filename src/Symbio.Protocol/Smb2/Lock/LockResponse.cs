namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 LOCK Response, [MS-SMB2] 2.2.27.</summary>
public readonly record struct LockResponse : IResponse<LockResponse>
{
    /// <summary>4 fixed bytes.</summary>
    public const ushort StructureSize = 4;

    int IMessage<LockResponse>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out LockResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        reader.Skip(2); // Reserved
        message = default;
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(0);
    }
}
