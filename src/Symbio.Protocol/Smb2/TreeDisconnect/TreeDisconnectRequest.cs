namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 TREE_DISCONNECT Request, [MS-SMB2] 2.2.11.</summary>
public readonly record struct TreeDisconnectRequest : IRequest<TreeDisconnectRequest>
{
    /// <summary>4 fixed bytes.</summary>
    public const ushort StructureSize = 4;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.TreeDisconnect;

    int IMessage<TreeDisconnectRequest>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out TreeDisconnectRequest message)
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
