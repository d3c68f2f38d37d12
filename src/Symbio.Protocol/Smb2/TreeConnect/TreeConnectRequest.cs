namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 TREE_CONNECT Request, [MS-SMB2] 2.2.9, with the extension of 2.2.9.1.</summary>
/// <param name="PathBytes">\\server\share in UTF-16LE.</param>
/// <param name="ContextCount">TreeConnectContextCount; 0 without the extension.</param>
/// <param name="ContextBytes">TreeConnectContexts up to the end of the message; see <see cref="Contexts"/>.</param>
public readonly record struct TreeConnectRequest(
    TreeConnectFlags Flags, ReadOnlyMemory<byte> PathBytes, ushort ContextCount = 0,
    ReadOnlyMemory<byte> ContextBytes = default) : IRequest<TreeConnectRequest>
{
    /// <summary>8 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 9;

    private const int FixedSize = 8;
    private const int ExtensionSize = 16;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.TreeConnect;

    /// <summary>The tree connect contexts; not yet known to be well-formed.</summary>
    public TreeConnectContextList Contexts => new(ContextBytes, ContextCount);

    /// <summary>False for a path of an odd number of bytes, which is no UTF-16.</summary>
    public bool IsPathLengthEven => (PathBytes.Length & 1) == 0;

    int IMessage<TreeConnectRequest>.Length =>
        ContextBytes.IsEmpty ? PathEnd - Smb2Header.Size : ContextOffset - Smb2Header.Size + ContextBytes.Length;

    private bool HasExtension => (Flags & TreeConnectFlags.ExtensionPresent) != 0;

    private int PathOffset => Smb2Header.Size + FixedSize + (HasExtension ? ExtensionSize : 0);

    private int PathEnd => PathOffset + Math.Max(HasExtension ? 0 : 1, PathBytes.Length);

    private int ContextOffset => (PathEnd + 7) & ~7;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out TreeConnectRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        var flags = (TreeConnectFlags)reader.ReadUInt16();
        ReadOnlyMemory<byte> path = reader.ReadSlice16(Smb2Header.Size + FixedSize);
        ushort contextCount = 0;
        ReadOnlyMemory<byte> contexts = default;
        if ((flags & TreeConnectFlags.ExtensionPresent) != 0)
        {
            uint contextOffset = reader.ReadUInt32();
            contextCount = reader.ReadUInt16();
            reader.Skip(10); // Reserved
            if (contextCount != 0)
                contexts = NegotiateContextList.ReadBytes(ref reader, contextOffset);
        }

        message = new TreeConnectRequest(flags, path, contextCount, contexts);
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16((ushort)Flags);
        writer.WriteUInt16((ushort)PathOffset);
        writer.WriteUInt16((ushort)PathBytes.Length);
        if (HasExtension)
        {
            writer.WriteUInt32(ContextBytes.IsEmpty ? 0 : (uint)ContextOffset);
            writer.WriteUInt16(ContextCount);
            writer.WriteZeros(10);
        }

        writer.WriteBytes(PathBytes.Span);
        if (PathBytes.IsEmpty && !HasExtension)
            writer.WriteByte(0);
        if (ContextBytes.IsEmpty)
            return;
        writer.Align(8);
        writer.WriteBytes(ContextBytes.Span);
    }
}

/// <summary>The Flags field of a TREE_CONNECT request, [MS-SMB2] 2.2.9. Reserved before 3.1.1.</summary>
[Flags]
public enum TreeConnectFlags : ushort
{
    None = 0,
    /// <summary>SMB2_TREE_CONNECT_FLAG_CLUSTER_RECONNECT</summary>
    ClusterReconnect = 0x0001,
    /// <summary>SMB2_TREE_CONNECT_FLAG_REDIRECT_TO_OWNER</summary>
    RedirectToOwner = 0x0002,
    /// <summary>SMB2_TREE_CONNECT_FLAG_EXTENSION_PRESENT</summary>
    ExtensionPresent = 0x0004,
}
